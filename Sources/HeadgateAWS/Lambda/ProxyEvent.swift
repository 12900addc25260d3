import Headgate
import HeadgateStages
import OrderedJSON

/// The event that a proxy integration gives to its function: format 1.0 of payloads.
enum ProxyEvent {
    /// The event of an exchange, as JSON.
    static func make(_ exchange: Exchange, binaryMediaTypes: BinaryMediaTypes) -> [UInt8] {
        let body = exchange.request.body.bytes ?? []
        var out = JSONBuilder()
        out.bytes.reserveCapacity(3072 + body.count + body.count / 2)
        out.open()
        out.member("resource", exchange.resourcePath)
        out.member("path", path(exchange.request.path))
        out.member("httpMethod", exchange.request.method)
        appendHeaders(exchange, to: &out)
        appendQuery(exchange.query, to: &out)
        appendPairs(
            "pathParameters",
            exchange.pathParameters.map { ($0.name, greedy($0.value, exchange)) },
            to: &out,
        )
        appendPairs("stageVariables", exchange.deployment.variables.map { ($0.name, $0.value) }, to: &out)
        out.key("requestContext")
        appendContext(exchange, to: &out)
        appendBody(body, exchange, binaryMediaTypes, to: &out)
        out.close()
        return out.bytes
    }

    // MARK: Path

    /// Leading slashes count once; all others stay.
    private static func path(_ path: String) -> String {
        guard path.utf8.starts(with: "//".utf8) else { return path }
        return "/" + path.drop { $0 == "/" }
    }

    /// What a greedy variable took is given without the slash at its end.
    private static func greedy(_ value: String, _ exchange: Exchange) -> String {
        guard value.utf8.last == UInt8(ascii: "/") || value.utf8.first == UInt8(ascii: "/") else { return value }
        var value = value[...]
        while value.utf8.first == UInt8(ascii: "/") { value = value.dropFirst() }
        while value.utf8.last == UInt8(ascii: "/") { value = value.dropLast() }
        return String(value)
    }

    // MARK: Headers and query

    private static func appendHeaders(_ exchange: Exchange, to out: inout JSONBuilder) {
        var names: [String] = []
        var values: [[String]] = []
        for field in ArrivalHeaders.fields(of: exchange) {
            let name = spelled(field.name)
            if let index = names.firstIndex(where: { $0.equalsIgnoringASCIICase(name) }) {
                values[index].append(field.value)
            } else {
                names.append(name)
                values.append([field.value])
            }
        }
        appendMultiMap("headers", "multiValueHeaders", names, values, to: &out)
    }

    /// Two names have one spelling whatever the client wrote.
    private static func spelled(_ name: String) -> String {
        for known in ["Authorization", "User-Agent", "Host"] where name.equalsIgnoringASCIICase(known) { return known }
        return name
    }

    private static func appendQuery(_ query: Query, to out: inout JSONBuilder) {
        var names: [String] = []
        var values: [[String]] = []
        for item in query.items {
            if let index = names.firstIndex(of: item.name) {
                values[index].append(item.value)
            } else {
                names.append(item.name)
                values.append([item.value])
            }
        }
        appendMultiMap("queryStringParameters", "multiValueQueryStringParameters", names, values, to: &out)
    }

    /// The last values under one key and all of them under another; null where there are none.
    private static func appendMultiMap(
        _ single: String,
        _ multi: String,
        _ names: [String],
        _ values: [[String]],
        to out: inout JSONBuilder,
    ) {
        appendPairs(single, zip(names, values).map { ($0.0, $0.1.last ?? "") }, to: &out)
        out.key(multi)
        guard !names.isEmpty else { return out.null() }
        out.open()
        for (name, all) in zip(names, values) {
            out.key(name)
            out.open("[")
            for value in all { out.element(value) }
            out.close("]")
        }
        out.close()
    }

    private static func appendPairs(_ key: String, _ pairs: [(String, String)], to out: inout JSONBuilder) {
        out.key(key)
        guard !pairs.isEmpty else { return out.null() }
        out.open()
        for (name, value) in pairs { out.member(name, value) }
        out.close()
    }

    // MARK: Context

    private static let members: [ContextMember] = [
        .resourceId, .resourcePath, .httpMethod, .extendedRequestId, .requestTime, .path, .accountId, .protocol, .stage,
        .domainPrefix, .requestTimeEpoch, .requestId, .domainName, .deploymentId, .apiId,
    ]

    private static func appendContext(_ exchange: Exchange, to out: inout JSONBuilder) {
        out.open()
        for member in members {
            guard let text = member.text(exchange) else { continue }
            if member == .requestTimeEpoch {
                out.member(member.rawValue, raw: text)
            } else {
                out.member(member.rawValue, text)
            }
        }
        out.key("identity")
        out.open()
        var shared: JSONObject?
        for entry in exchange.contextMembers where entry.name == "identity" { shared = entry.value.object }
        for member in IdentityMember.allCases {
            if let value = shared?[member.rawValue] {
                out.member(member.rawValue, value)
            } else if let text = member.text(exchange) {
                out.member(member.rawValue, text)
            } else {
                out.key(member.rawValue)
                out.null()
            }
        }
        for (name, value) in shared ?? [:] where IdentityMember(rawValue: name) == nil { out.member(name, value) }
        out.close()
        for (name, value) in exchange.contextMembers where name != "identity" {
            if name == "isCanaryRequest", let text = value.string {
                out.member(name, raw: text)
            } else {
                out.member(name, value)
            }
        }
        out.close()
    }

    // MARK: Body

    private static func appendBody(
        _ body: [UInt8],
        _ exchange: Exchange,
        _ binaryMediaTypes: BinaryMediaTypes,
        to out: inout JSONBuilder,
    ) {
        out.key("body")
        let isBinary = !body.isEmpty && binaryMediaTypes.matches(exchange.request.headers.first("Content-Type"))
        if body.isEmpty {
            out.null()
        } else if isBinary {
            out.value(Base64.encode(body))
        } else if let text = String(validating: body, as: UTF8.self) {
            out.value(text)
        } else {
            // Text that is none would reach the function damaged.
            out.value(Base64.encode(body))
            out.member("isBase64Encoded", raw: "true")
            return
        }
        out.member("isBase64Encoded", raw: isBinary ? "true" : "false")
    }
}

/// Writes JSON from front to back.
struct JSONBuilder {
    var bytes: [UInt8] = []
    private var needsComma = false

    mutating func open(_ bracket: Unicode.Scalar = "{") {
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    mutating func close(_ bracket: Unicode.Scalar = "}") {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    mutating func key(_ name: String) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        JSONWriter.append(string: name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func value(_ text: String) {
        JSONWriter.append(string: text, to: &bytes)
        needsComma = true
    }

    /// Letters and digits that need no escapes: Base64.
    mutating func value(_ plain: [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        bytes += plain
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    mutating func element(_ text: String) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        value(text)
    }

    mutating func null() {
        bytes += "null".utf8
        needsComma = true
    }

    mutating func member(_ name: String, _ text: String) {
        key(name)
        value(text)
    }

    /// A value that is JSON already.
    mutating func member(_ name: String, raw: String) {
        key(name)
        bytes += raw.utf8
        needsComma = true
    }

    mutating func member(_ name: String, _ value: JSONValue) {
        key(name)
        JSONWriter.append(value, to: &bytes)
        needsComma = true
    }
}
