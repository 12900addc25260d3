import Headgate

extension Exchange {
    /// The ARN of the method that was called: `arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/pets/7`.
    var methodARN: String {
        let path = request.path.drop { $0 == "/" }
        return "\(deployment.apiARN)/\(deployment.name)/\(request.method)/\(path)"
    }

    /// What policies may ask about a request that nobody has authenticated.
    func policyRequest(principal: String? = nil) -> PolicyRequest {
        var context: [String: [String]] = [
            "aws:sourceip": [request.clientAddress],
            "aws:securetransport": [request.scheme == "https" ? "true" : "false"],
            "aws:currenttime": [PolicyDate.text(milliseconds: receivedAtMilliseconds)],
            "aws:epochtime": [String(receivedAtMilliseconds / 1000)],
        ]
        context["aws:useragent"] = request.headers.last("User-Agent").map { [$0] }
        context["aws:referer"] = request.headers.last("Referer").map { [$0] }
        if let principal {
            context["aws:principalarn"] = [principal]
            let parts = principal.split(separator: ":", omittingEmptySubsequences: false)
            if parts.count > 4 { context["aws:principalaccount"] = [String(parts[4])] }
        }
        return PolicyRequest(resource: methodARN, principal: principal, context: context)
    }

    /// The service's limit of 1600 bytes for what policies are asked about.
    func checkMethodARN() throws(GatewayFailure) {
        guard methodARN.utf8.count > 1_600 else { return }
        throw GatewayFailure(
            .default4XX,
            status: 414,
            message: "Request URI too long",
            cause: "the method's ARN has more than 1600 bytes",
            reason: "method-arn",
        )
    }
}

extension Deployment {
    /// `arn:aws:execute-api:REGION:ACCOUNT:API`.
    var apiARN: String {
        let partition = region.hasPrefix("cn-") ? "aws-cn" : region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
        return "arn:\(partition):execute-api:\(region):\(accountID):\(apiID)"
    }
}

extension GatewayFailure {
    /// 403 of a Lambda authorizer's policy.
    static func denied(isExplicit: Bool, by cause: String) -> GatewayFailure {
        GatewayFailure(
            .accessDenied,
            message: "User is not authorized to access this resource" + (isExplicit ? " with an explicit deny" : ""),
            cause: cause,
            reason: "access-denied",
        )
    }

    /// 403 of a resource policy or a caller's own: the account is masked but for its last four digits.
    static func denied(_ principal: String?, to exchange: Exchange, isExplicit: Bool) -> GatewayFailure {
        var parts = exchange.methodARN.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(
            String.init
        )
        if parts.count > 4 {
            parts[4] = String(repeating: "*", count: max(0, parts[4].utf8.count - 4)) + parts[4].suffix(4)
        }
        let user = principal ?? "anonymous"
        let text =
            "User: \(user) is not authorized to perform: execute-api:Invoke on resource: \(parts.joined(separator: ":"))"
        return GatewayFailure(
            .accessDenied,
            message: text + (isExplicit ? " with an explicit deny" : ""),
            cause: text + (isExplicit ? ": a statement denies it" : ": no statement allows it"),
            reason: "access-denied",
        )
    }

    /// 401 `Unauthorized`.
    static func unauthorized(_ cause: String, message: String = "Unauthorized") -> GatewayFailure {
        GatewayFailure(.unauthorized, message: message, cause: cause, reason: "unauthorized")
    }

    /// 500 `{"message":null}`: an authorizer that does not work.
    static func authorizer(_ type: GatewayResponseType, _ cause: String) -> GatewayFailure {
        GatewayFailure(type, message: nil, cause: cause, reason: "authorizer")
    }
}
