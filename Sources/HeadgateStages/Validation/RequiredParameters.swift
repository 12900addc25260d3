import Headgate

/// The parameters without which a request is refused: those that API Gateway's `requestParameters` marks true.
public struct RequiredParameters: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case header, path, querystring
    }

    struct Parameter: Sendable {
        var kind: Kind
        var name: String
    }

    /// By their whole name, which is the order in which messages have them (recorded on the service).
    let parameters: [Parameter]

    init(_ parameters: [Parameter]) {
        self.parameters = parameters.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
    }

    /// Nothing is required.
    public static let none = RequiredParameters([])

    /// Those that are missing or blank. Any value of several counts; header names match in any case, since HTTP/2
    /// has them in lower case only.
    func missing(in exchange: Exchange) -> [String] {
        parameters.filter { !isPresent($0, in: exchange) }.map(\.name)
    }

    private func isPresent(_ parameter: Parameter, in exchange: Exchange) -> Bool {
        switch parameter.kind {
        case .header: exchange.request.headers.all(parameter.name).contains { !$0.isBlank }
        case .path: exchange.pathParameter(parameter.name).map { !$0.isBlank } ?? false
        case .querystring: exchange.query.items.contains { $0.name == parameter.name && !$0.value.isBlank }
        }
    }
}

extension String {
    fileprivate var isBlank: Bool { utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D } }
}

extension FieldType where Value == RequiredParameters {
    /// `method.request.querystring.NAME: true`, or a list of such names.
    static let requiredParameters = FieldType<RequiredParameters>(
        .either([
            .list(of: .text(format: "request parameter")), .map(keys: "request parameter", values: .boolean),
        ]),
        expectation:
            "a mapping of request parameters such as method.request.querystring.page to true or false, or a list of them",
    ) { node, context in
        var read: [RequiredParameters.Parameter?] = []
        switch node.value {
        case .sequence(let nodes):
            read = nodes.map { node in
                guard case .scalar(let scalar) = node.value else {
                    context.mismatch(node, expected: "a request parameter such as method.request.querystring.page")
                    return nil
                }
                return parameter(scalar.text, at: node.location, context)
            }
        case .mapping(let entries):
            for entry in entries {
                let parameter = parameter(entry.key, at: entry.keyLocation, context)
                guard let isRequired = FieldType<Bool>.boolean.decode(entry.value, context.below(entry.key)) else {
                    return nil
                }
                if isRequired || parameter == nil { read.append(parameter) }
            }
        case .null, .scalar:
            context.mismatch(node, expected: "a mapping of request parameters to true or false")
            return nil
        }
        let good = read.compactMap { $0 }
        guard good.count == read.count else { return nil }
        return RequiredParameters(good)
    }

    private static func parameter(
        _ text: String,
        at location: SourceLocation,
        _ context: DecodingContext,
    ) -> RequiredParameters.Parameter? {
        let parts = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        if parts.count == 4, parts[0] == "method", parts[1] == "request", URIPart.isName(parts[3]),
            let kind = RequiredParameters.Kind(rawValue: String(parts[2]))
        {
            return RequiredParameters.Parameter(kind: kind, name: String(parts[3]))
        }
        let kinds = RequiredParameters.Kind.allCases.map(\.rawValue)
        let near = parts.count == 4 ? Suggestion.nearest(to: String(parts[2]), among: kinds) : nil
        context.diagnostics.error(
            at: location,
            "\(text.quotedForMessage) is no request parameter",
            expected: "expected one of: " + kinds.map { "method.request.\($0).NAME" }.joined(separator: ", "),
            suggestion: near.map { "did you mean \"method.request.\($0).\(parts[3])\"?" },
        )
        return nil
    }
}
