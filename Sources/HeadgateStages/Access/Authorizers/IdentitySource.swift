import Headgate

/// Where an authorizer takes the caller's identity from: API Gateway's `identitySource`.
struct IdentitySources: Sendable {
    let expressions: [String]
    private let sources: [ParameterSource]

    var isEmpty: Bool { sources.isEmpty }

    /// - Parameter text: expressions with commas between them, as in API Gateway: `method.request.header.NAME`,
    ///   `method.request.querystring.NAME`, `stageVariables.NAME`, `context.NAME`.
    init(_ text: String) throws(InvalidValue) {
        var expressions: [String] = []
        var sources: [ParameterSource] = []
        for part in text.split(separator: ",") {
            // The service's own documents write $context.… here and there.
            let trimmed = part.drop { $0 == " " || $0 == "$" }
            let expression = String(trimmed.prefix { $0 != " " })
            if expression.isEmpty { continue }
            let source: ParameterSource
            do throws(InvalidMapping) {
                source = try ParameterSource(parsing: expression, for: .request)
            } catch {
                throw error.asInvalidValue
            }
            switch source {
            case .header, .query, .stageVariable, .context: break
            default:
                throw InvalidValue(
                    "\(expression.quotedForMessage) is no identity source",
                    expected:
                        "expected method.request.header.NAME, method.request.querystring.NAME, stageVariables.NAME or "
                        + "context.NAME",
                )
            }
            expressions.append(expression)
            sources.append(source)
        }
        self.expressions = expressions
        self.sources = sources
    }

    /// All values; nil where one is missing or empty. Header names match in any case.
    func values(_ exchange: Exchange) -> [String]? {
        var values: [String] = []
        for source in sources {
            let value: String?
            switch source {
            case .header(let name): value = exchange.request.headers.last(name)
            default: value = (try? source.value(exchange, nil))?.joined
            }
            guard let value, !value.isEmpty else { return nil }
            values.append(value)
        }
        return values
    }

    static func type(_ example: String) -> FieldType<IdentitySources> {
        .scalar(.text(format: "identity sources"), expectation: "identity sources such as \(example)") {
            scalar,
            _ throws(InvalidValue) in try IdentitySources(scalar.text)
        }
    }
}
