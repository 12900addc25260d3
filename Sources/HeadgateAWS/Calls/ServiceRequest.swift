import Headgate
import HeadgateStages

/// Turns what the stages before have mapped into the request that a service expects.
struct ServiceRequest: Sendable {
    let arn: IntegrationARN
    /// nil is the client's.
    let method: String?
    let uri: URITemplate
    let timeoutMilliseconds: Int

    private static let form = "application/x-www-form-urlencoded"

    func make(_ exchange: Exchange) throws(GatewayFailure) -> IntegrationRequest {
        let target = try uri.resolve(exchange)
        var request = exchange.integrationRequest
        request.method = method ?? exchange.request.method
        request.endpoint = target.endpoint
        request.path = arn.service.signingName == "s3" ? Self.objectPath(target.path) : target.path
        request.timeoutMilliseconds = timeoutMilliseconds
        if request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS" { request.body = .empty }
        if case .action = arn.style {
            // What the URI was filled with: a value of the client may be (a part of) the action's name.
            guard let action = target.query.first("Action"), !action.isEmpty,
                action.utf8.allSatisfy({ PercentCoding.isUnreserved($0) })
            else {
                throw .internalError(
                    "Execution failed due to configuration error: \(target.query.encoded.quotedForMessage) names no action",
                    reason: "uri",
                )
            }
            prepare(action, target.query, &request, exchange)
        } else if !target.query.isEmpty {
            request.query = target.query.appending(request.query)
        }
        return request
    }

    private func prepare(_ action: String, _ target: Query, _ request: inout IntegrationRequest, _ exchange: Exchange) {
        let mapped = request.query
        request.query = target.appending(mapped)
        switch arn.service.wireProtocol {
        case .json(let version, let prefix):
            // Parameters in the query are the older protocol's, which some of these services still speak.
            if target.items.count > 1 || !mapped.isEmpty { return }
            if !request.headers.contains("X-Amz-Target") {
                request.headers.addUnchecked("X-Amz-Target", prefix + "." + action)
            }
            let type = request.headers.first("Content-Type")
            if type == nil || type == (exchange.request.headers.first("Content-Type") ?? "application/json") {
                request.headers.setUnchecked("Content-Type", "application/x-amz-json-" + version)
            }
            if request.body.bytes?.isEmpty ?? false, request.method == "POST" { request.body = Body("{}") }
        case .query(let version):
            guard request.method == "POST",
                request.headers.first("Content-Type")?.lowercased().hasPrefix(Self.form) ?? false,
                let bytes = request.body.bytes, !bytes.isEmpty
            else {
                if request.query.first("Version") == nil { request.query.add("Version", version) }
                return
            }
            // A form is one place for all parameters; what it says itself comes first.
            let written = Query(parsing: String(decoding: bytes, as: UTF8.self))
            var added = Query()
            for item in request.query.items where written.first(item.name) == nil { added.add(item.name, item.value) }
            if written.first("Version") == nil, added.first("Version") == nil { added.add("Version", version) }
            request.query = Query()
            if !added.isEmpty { request.body = .bytes(bytes + Array(("&" + added.encoded).utf8)) }
        case .rest:
            break
        }
    }

    /// The path of an object as S3's signatures want it: every character but slashes and unreserved ones
    /// encoded, once; `%2F` in a key is a slash.
    static func objectPath(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { segment in
                PercentCoding.decode(segment).split(separator: "/", omittingEmptySubsequences: false)
                    .map { PercentCoding.encode(String($0)) }
                    .joined(separator: "/")
            }
            .joined(separator: "/")
    }
}
