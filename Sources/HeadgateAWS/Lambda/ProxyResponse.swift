import Headgate
import HeadgateStages
import OrderedJSON

/// The response in what a function behind a proxy integration returned, checked member by member.
enum ProxyResponse {
    /// Why a result is no response.
    struct Malformed: Error, Equatable {
        let reason: String
    }

    /// - Parameter wantsBinary: whether the client takes bytes, by its first `Accept` and the API's binary types.
    /// - Throws: a 502 for a result that is no response, a 500 for a body that is no Base64.
    static func read(_ result: [UInt8], wantsBinary: Bool) throws(GatewayFailure) -> MethodResponse {
        do {
            return try response(result, wantsBinary)
        } catch let failure as GatewayFailure {
            throw failure
        } catch {
            throw malformed((error as? Malformed)?.reason ?? String(describing: error))
        }
    }

    static func malformed(_ reason: String) -> GatewayFailure {
        GatewayFailure(
            .default5XX,
            status: 502,
            message: "Internal server error",
            cause: "Execution failed due to configuration error: Malformed Lambda proxy response: \(reason)",
            reason: "malformed-proxy-response",
        )
    }

    /// The function failed: it threw, ran out of time or memory, or ended.
    static func failed(_ payload: [UInt8], status: Int) -> GatewayFailure {
        GatewayFailure(
            .default5XX,
            status: 502,
            message: "Internal server error",
            cause: "Lambda execution failed with status \(status) due to customer function error: "
                + String(decoding: payload.prefix(1000), as: UTF8.self),
            reason: "function-error",
        )
    }

    private static func response(_ result: [UInt8], _ wantsBinary: Bool) throws -> MethodResponse {
        let document: JSONDocument
        do { document = try JSONDocument(parsing: result) } catch { throw Malformed(reason: "it is no JSON") }
        let root = document.root
        guard root.kind == .object else { throw Malformed(reason: "it is no object, but \(root.kind)") }
        var head = try head(root, allowing: ["body", "isBase64Encoded"])
        var isEncoded = false
        if let value = root["isBase64Encoded"], !value.isNull {
            guard let bool = value.bool else { throw Malformed(reason: "isBase64Encoded is neither true nor false") }
            isEncoded = bool
        }
        var body: [UInt8] = []
        if let value = root["body"], !value.isNull {
            switch value.kind {
            case .string: value.appendText(to: &body)
            case .number, .boolean: JSONWriter.append(JSONValue(value), to: &body)
            default: throw Malformed(reason: "body is no text, but \(value.kind)")
            }
        }
        if isEncoded, wantsBinary {
            guard let decoded = Base64.decode(body) else {
                throw GatewayFailure.internalError(
                    "Execution failed due to configuration error: Unable to base64 decode the body.",
                    type: .default5XX,
                    reason: "malformed-base64",
                )
            }
            body = decoded
        }
        head.body = .bytes(body)
        return head
    }

    /// Status and header fields, of a result or of the beginning of a stream.
    /// - Parameter others: members that may stand beside them.
    static func head(_ root: JSONNode, allowing others: [String]) throws -> MethodResponse {
        let known = ["statusCode", "headers", "multiValueHeaders"] + others
        for (key, _) in root.members {
            let name = key.string ?? ""
            guard known.contains(name) else { throw Malformed(reason: "it has the member \(name.quotedForMessage)") }
        }
        var response = MethodResponse(status: try status(root["statusCode"]))
        var fields = try multiFields(root["multiValueHeaders"])
        for (name, value) in try fieldsOnce(root["headers"]) {
            let index = fields.firstIndex { $0.name.equalsIgnoringASCIICase(name) }
            guard let index else {
                fields.append((name, [value]))
                continue
            }
            if !fields[index].values.contains(value) { fields[index].values.append(value) }
        }
        for (name, values) in fields {
            guard let sent = ProxyResponseHeaders.sent(name) else { continue }
            for value in values {
                guard HeaderSyntax.isToken(sent), HeaderSyntax.isFieldValue(value) else {
                    throw Malformed(reason: "the header \(name.quotedForMessage) cannot be sent")
                }
                response.headers.addUnchecked(sent, value)
            }
        }
        if !response.headers.contains("Content-Type") {
            response.headers.addUnchecked("Content-Type", "application/json")
        }
        return response
    }

    private static func status(_ node: JSONNode?) throws -> Int {
        guard let node, !node.isNull else { return 200 }
        let number: Int?
        if let text = node.string { number = Int(text) } else { number = node.number?.int64.map(Int.init) }
        guard let number, (100...599).contains(number) else { throw Malformed(reason: "statusCode is no status") }
        // A status below 200 ends nothing (RFC 9110 section 15.2).
        guard number >= 200 else { throw Malformed(reason: "statusCode \(number) is no final status") }
        return number
    }

    private static func fieldsOnce(_ node: JSONNode?) throws -> [(String, String)] {
        guard let node, !node.isNull else { return [] }
        guard node.kind == .object else { throw Malformed(reason: "headers is no object") }
        return try node.members.map { key, value in
            (key.string ?? "", try text(value, of: key.string ?? ""))
        }
    }

    private static func multiFields(_ node: JSONNode?) throws -> [(name: String, values: [String])] {
        guard let node, !node.isNull else { return [] }
        guard node.kind == .object else { throw Malformed(reason: "multiValueHeaders is no object") }
        var fields: [(name: String, values: [String])] = []
        for (key, value) in node.members {
            let name = key.string ?? ""
            guard value.kind == .array else {
                throw Malformed(reason: "multiValueHeaders.\(name.quotedForMessage) is no list")
            }
            var values: [String] = []
            for element in value.elements {
                let text = try text(element, of: name)
                if !values.contains(text) { values.append(text) }
            }
            fields.append((name, values))
        }
        return fields
    }

    private static func text(_ node: JSONNode, of name: String) throws -> String {
        switch node.kind {
        case .string: return node.string ?? ""
        case .boolean: return node.bool == true ? "true" : "false"
        case .number: return node.number?.spelling ?? ""
        default: throw Malformed(reason: "the header \(name.quotedForMessage) is no text, but \(node.kind)")
        }
    }
}

/// What becomes of header fields that a function sets: those that the gateway sends itself are renamed, the
/// others pass, also those that a mapping could not set (recorded).
enum ProxyResponseHeaders {
    private static let remapped = ["Connection", "Content-Length", "Date", "Server", "x-amzn-RequestId"]

    /// The name under which a field is sent; nil for one that is not.
    static func sent(_ name: String) -> String? {
        if name.equalsIgnoringASCIICase("Transfer-Encoding") || name.equalsIgnoringASCIICase("Keep-Alive") {
            return nil
        }
        for known in remapped where name.equalsIgnoringASCIICase(known) { return "x-amzn-Remapped-" + known }
        return name
    }
}
