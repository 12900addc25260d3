import Headgate

/// Where a parameter mapping takes its value from: API Gateway's mapping expression, parsed.
///
/// One expression a mapping; there is no concatenation and no function.
public enum ParameterSource: Sendable {
    /// `method.request.path.NAME`: as sent, percent escapes kept.
    case path(String)
    /// `method.request.querystring.NAME`: decoded, the last value.
    case query(String)
    /// `method.request.multivaluequerystring.NAME`: all values.
    case multiValueQuery(String)
    /// `method.request.header.NAME`: the last value, the name's spelling counting.
    case header(String)
    /// `method.request.multivalueheader.NAME`: all values, joined with commas.
    case multiValueHeader(String)
    /// `integration.response.header.NAME`: the last value.
    case responseHeader(String)
    /// `integration.response.multivalueheader.NAME`: all values, joined with commas.
    case responseMultiValueHeader(String)
    /// `method.request.body` or `integration.response.body`: the whole payload as text.
    case body(Side)
    /// `….body.JSONPATH`, `….body[0].price`: what a JSONPath finds in the payload.
    case bodyPath(BodyPath)
    /// `context.NAME`.
    case context(ContextVariable)
    /// `stageVariables.NAME`.
    case stageVariable(String)
    /// `'text'`.
    case literal(String)

    /// Which side of an integration an expression belongs to.
    public enum Side: Sendable, Equatable {
        /// `method.request.…` in front of the backend, `integration.response.…` behind it.
        case request, response

        var bodyExpression: String { self == .request ? "method.request.body" : "integration.response.body" }
    }

    /// Parses an expression for one side.
    /// - Throws: ``InvalidMapping`` in API Gateway's words.
    public init(parsing text: String, for side: Side) throws(InvalidMapping) {
        if let source = try Self.read(text, side) {
            self = source
        } else {
            throw InvalidMapping(
                "Invalid mapping expression specified: \(text)",
                expected: "expected one of: " + Self.forms(side).joined(separator: ", "),
                suggestion: Self.suggestion(for: text, side),
            )
        }
    }

    /// The expression, nil for a text that has none of the forms.
    private static func read(_ text: String, _ side: Side) throws(InvalidMapping) -> ParameterSource? {
        if text.utf8.first == UInt8(ascii: "'"), text.utf8.last == UInt8(ascii: "'"), text.utf8.count >= 2 {
            return .literal(String(text.dropFirst().dropLast()))
        }
        for (prefix, make) in named(side) {
            guard let name = text.dropping(prefix) else { continue }
            guard URIPart.isName(name) else { throw invalidName(text, name) }
            return make(String(name))
        }
        let body = side.bodyExpression
        if text == body { return .body(side) }
        if let rest = text.dropping(body), rest.first == "." || rest.first == "[" {
            return .bodyPath(try BodyPath(suffix: rest, expression: text))
        }
        if let name = text.dropping("context.") {
            return .context(try ContextVariable(parsing: name, expression: text))
        }
        return nil
    }

    private static func named(_ side: Side) -> [(String, (String) -> ParameterSource)] {
        let both: [(String, (String) -> ParameterSource)] = [
            ("stageVariables.", { .stageVariable($0) })
        ]
        switch side {
        case .request:
            return both + [
                ("method.request.path.", { .path($0) }),
                ("method.request.querystring.", { .query($0) }),
                ("method.request.multivaluequerystring.", { .multiValueQuery($0) }),
                ("method.request.header.", { .header($0) }),
                ("method.request.multivalueheader.", { .multiValueHeader($0) }),
            ]
        case .response:
            return both + [
                ("integration.response.header.", { .responseHeader($0) }),
                ("integration.response.multivalueheader.", { .responseMultiValueHeader($0) }),
            ]
        }
    }

    private static func forms(_ side: Side) -> [String] {
        let own =
            side == .request
            ? [
                "method.request.path.NAME", "method.request.querystring.NAME",
                "method.request.multivaluequerystring.NAME",
                "method.request.header.NAME", "method.request.multivalueheader.NAME", "method.request.body",
                "method.request.body.PATH",
            ]
            : [
                "integration.response.header.NAME", "integration.response.multivalueheader.NAME",
                "integration.response.body", "integration.response.body.PATH",
            ]
        return own + ["context.NAME", "stageVariables.NAME", "'text'"]
    }

    private static func invalidName(_ text: String, _ name: Substring) -> InvalidMapping {
        InvalidMapping(
            "Invalid mapping expression specified: \(text)",
            expected: name.isEmpty
                ? "expected a name at the end"
                : "expected a name of letters, digits and . _ $ - instead of \(String(name).quotedForMessage)",
        )
    }

    /// Finds the expression that was meant: a slip in the fixed part, the other side's, or a text without quotes.
    private static func suggestion(for text: String, _ side: Side) -> String? {
        let other: Side = side == .request ? .response : .request
        if (try? read(text, other)) != nil {
            return side == .request
                ? "a request has no backend's response yet; it can map method.request.…"
                : "a response maps what the backend sent: integration.response.…; "
                    + "values of the request are at hand in a template by $input.params('NAME')"
        }
        let pieces = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        if pieces.count >= 2 {
            let heads = forms(side).compactMap { form in
                form.contains(".") ? String(form[..<(form.lastIndex(of: ".") ?? form.endIndex)]) : nil
            }
            for depth in stride(from: min(3, pieces.count - 1), through: 1, by: -1) {
                let head = pieces.prefix(depth).joined(separator: ".")
                let candidates = heads.filter { $0.split(separator: ".").count == depth }
                if let near = Suggestion.nearest(to: head, among: candidates) {
                    return "did you mean \"" + ([near] + pieces.dropFirst(depth)).joined(separator: ".") + "\"?"
                }
            }
        }
        return "a fixed text stands in single quotes: \"'\(text)'\""
    }
}

extension String {
    /// What follows `prefix`, or nil where the text does not begin with it.
    fileprivate func dropping(_ prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}

extension FieldType where Value == ParameterSource {
    /// A mapping expression. A name of `$context` that is close to one that exists gets a warning.
    public static func mappingExpression(_ side: ParameterSource.Side) -> FieldType<ParameterSource> {
        .scalar(
            .text(format: "mapping expression"),
            expectation: "a mapping expression such as "
                + (side == .request ? "method.request.querystring.kind" : "integration.response.header.Location"),
        ) { scalar, context throws(InvalidValue) in
            let source: ParameterSource
            do throws(InvalidMapping) {
                source = try ParameterSource(parsing: scalar.text, for: side)
            } catch {
                throw error.asInvalidValue
            }
            if case .context(let variable) = source, let near = variable.nearestKnown {
                context.diagnostics.warning(
                    at: scalar.contentLocation,
                    "nothing is called context.\(variable.name) unless a stage of yours sets it",
                    suggestion: "did you mean \"context.\(near)\"?",
                )
            }
            return source
        }
    }
}
