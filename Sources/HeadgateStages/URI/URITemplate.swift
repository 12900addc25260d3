import Headgate
import Synchronization

/// Where a backend is called: `http://host:port/path/{id}?query`, with `{name}` for values of
/// `integration.request.path.name` and `${stageVariables.name}` for what the deployment stage says
/// (API Gateway's integration `uri` of the kinds HTTP and HTTP_PROXY).
///
/// Read once; a URI without values costs nothing afterwards. Values stay in their place: they are
/// percent-encoded for the component that they stand in, escapes that they hold already are kept, and
/// values that would lead out of their place by `..` are refused.
public struct URITemplate: Sendable {
    /// As it is written.
    public let text: String
    /// The names in `{name}`, in the order of their first appearance.
    public let placeholders: [String]
    /// The names in `${stageVariables.name}`, in the order of their first appearance.
    public let stageVariables: [String]

    private enum Form: Sendable {
        case plan(URIPlan)
        case perDeployment(StageVariableURI)
    }

    private let form: Form

    /// - Throws: ``InvalidURITemplate`` with API Gateway's words for what is no HTTP endpoint.
    public init(parsing text: String) throws(InvalidURITemplate) {
        let parts = try URIPart.parse(text)
        self.text = text
        var placeholders: [String] = []
        var variables: [String] = []
        for part in parts {
            switch part {
            case .placeholder(let name) where !placeholders.contains(name): placeholders.append(name)
            case .stageVariable(let name) where !variables.contains(name): variables.append(name)
            default: continue
            }
        }
        self.placeholders = placeholders
        stageVariables = variables
        if variables.isEmpty {
            form = .plan(try URIPlan(parts, text: text))
        } else {
            form = .perDeployment(try StageVariableURI(parts, text: text))
        }
    }

    /// The URI for one exchange, from the values in its integration request's `pathParameters`. Without
    /// the query parameters that mappings add: see ``Headgate/Query/appending(_:)``.
    /// - Throws: a 500 where a value is missing or the whole is no URL, a 400 where a value of the client
    ///   leads out of its place.
    public func resolve(_ exchange: Exchange) throws(GatewayFailure) -> ResolvedURI {
        switch form {
        case .plan(let plan): try plan.resolve(exchange)
        case .perDeployment(let uri): try uri.plan(for: exchange.deployment).resolve(exchange)
        }
    }
}

/// A backend's URI, ready for the wire.
public struct ResolvedURI: Sendable, Equatable {
    /// Where to connect.
    public let endpoint: Endpoint
    /// Percent-encoded, starts with `/`.
    public let path: String
    /// The query that the URI itself has.
    public let query: Query
}

extension Query {
    /// This query, then every parameter of the other; equal names keep all values in that order.
    public func appending(_ other: Query) -> Query {
        if other.isEmpty { return self }
        if isEmpty { return other }
        var joined = self
        for item in other.items { joined.add(item.name, item.value) }
        return joined
    }
}

extension FieldType where Value == URITemplate {
    /// The URI of an HTTP backend.
    public static let backendURI = FieldType<URITemplate>.scalar(
        .text(format: "backend URI"),
        expectation: "a URI such as http://127.0.0.1:9000/pets/{id}",
    ) { scalar, _ throws(InvalidValue) in
        do throws(InvalidURITemplate) {
            return try URITemplate(parsing: scalar.text)
        } catch {
            throw InvalidValue(
                error.message,
                expected: error.expected,
                suggestion: error.suggestion,
                at: error.offset.map { scalar.location(line: 1, column: $0) },
            )
        }
    }
}

/// A URI with stage variables. Their values are known to the deployment stage only, and hardly ever
/// change, so the last few plans are kept.
private final class StageVariableURI: Sendable {
    private struct Kept: Sendable {
        let values: [String]
        let plan: URIPlan
    }

    private let text: String
    private let parts: [URIPart]
    private let names: [String]
    private let kept = Mutex<[Kept]>([])
    /// A stage and its canary, and some more for a pipeline that several deployment stages share.
    private static let maximumKept = 8

    init(_ parts: [URIPart], text: String) throws(InvalidURITemplate) {
        self.text = text
        self.parts = parts
        names = parts.compactMap { part in
            if case .stageVariable(let name) = part { name } else { nil }
        }
        // Whatever the values will be, the rest must be right: the scheme, for one, must be written out.
        _ = try URIPlan(parts, text: text)
    }

    func plan(for deployment: Deployment) throws(GatewayFailure) -> URIPlan {
        let values = names.map { deployment.variable($0) ?? "" }
        if let plan = kept.withLock({ kept in kept.first { $0.values == values }?.plan }) { return plan }
        var filled = ""
        var remaining = values[...]
        var newParts: [URIPart] = []
        for part in parts {
            switch part {
            case .literal(let literal):
                filled += literal
            case .stageVariable:
                filled += remaining.popFirst() ?? ""
            case .placeholder:
                if !filled.isEmpty { newParts.append(.literal(filled)) }
                filled = ""
                newParts.append(part)
            }
        }
        if !filled.isEmpty { newParts.append(.literal(filled)) }
        let plan: URIPlan
        do {
            plan = try URIPlan(newParts, text: text)
        } catch {
            throw URIPlan.invalidEndpoint(
                error.message + " (stage variables "
                    + zip(names, values).map { "\($0)=\($1.quotedForMessage)" }
                    .joined(separator: ", ") + ")"
            )
        }
        kept.withLock { kept in
            if kept.count >= Self.maximumKept { kept.removeFirst() }
            kept.append(Kept(values: values, plan: plan))
        }
        return plan
    }
}
