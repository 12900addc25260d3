import Headgate
import OrderedJSON

/// The request as Lambda functions get it: the event of format 1.0, without body, that REQUEST authorizers see and on
/// which that of proxy integrations is built.
enum RequestEvent {
    /// `resource`, `path`, `httpMethod`, headers, query, path parameters, stage variables and `requestContext`.
    static func members(of exchange: Exchange) -> JSONObject {
        let fields = ArrivalHeaders.fields(of: exchange).map { (name: spelled($0.name), value: $0.value) }
        let query = exchange.query.items.map { (name: $0.name, value: $0.value) }
        var event = JSONObject()
        event["resource"] = .string(exchange.resourcePath)
        event["path"] = .string(exchange.request.path)
        event["httpMethod"] = .string(exchange.request.method)
        event["headers"] = single(fields)
        event["multiValueHeaders"] = several(fields)
        event["queryStringParameters"] = single(query)
        event["multiValueQueryStringParameters"] = several(query)
        event["pathParameters"] = single(exchange.pathParameters)
        event["stageVariables"] = single(exchange.deployment.variables)
        event["requestContext"] = .object(context(exchange))
        return event
    }

    /// These two are written so whatever the client wrote (recorded on the service).
    private static func spelled(_ name: String) -> String {
        ["Authorization", "User-Agent"].first { $0.equalsIgnoringASCIICase(name) } ?? name
    }

    /// The last value of each name; null where there are none.
    private static func single(_ pairs: [(name: String, value: String)]) -> JSONValue {
        if pairs.isEmpty { return .null }
        var object = JSONObject()
        for pair in pairs { object[pair.name] = .string(pair.value) }
        return .object(object)
    }

    private static func several(_ pairs: [(name: String, value: String)]) -> JSONValue {
        if pairs.isEmpty { return .null }
        var names: [String] = []
        var values: [String: [JSONValue]] = [:]
        for pair in pairs {
            if values[pair.name] == nil { names.append(pair.name) }
            values[pair.name, default: []].append(.string(pair.value))
        }
        return .object(JSONObject(names.map { ($0, .array(values[$0] ?? [])) }))
    }

    private static func context(_ exchange: Exchange) -> JSONObject {
        var context = JSONObject()
        for member in ContextMember.allCases {
            guard let text = member.text(exchange) else { continue }
            context[member.rawValue] =
                member == .requestTimeEpoch ? .number(JSONNumber(exchange.receivedAtMilliseconds)) : .string(text)
        }
        var identity = JSONObject()
        for member in IdentityMember.allCases {
            identity[member.rawValue] = member.text(exchange).map { .string($0) } ?? .null
        }
        for (name, value) in exchange.sharedContextValue(["identity"])?.object ?? [:] { identity[name] = value }
        context["identity"] = .object(identity)
        for name in ["authorizer", "operationName", "isCanaryRequest"] {
            if let value = exchange.sharedContextValue([name]) { context[name] = value }
        }
        return context
    }
}
