import Headgate

/// The members of `$context` that the gateway itself knows for every request, with API Gateway's names.
package enum ContextMember: String, Sendable, CaseIterable {
    case resourceId, resourcePath, httpMethod, extendedRequestId, requestTime, path, accountId, `protocol`
    case stage, domainPrefix, requestTimeEpoch, requestId, domainName, deploymentId, apiId

    /// The value for one exchange; nil where the request does not say it.
    package func text(_ exchange: Exchange) -> String? {
        switch self {
        case .resourceId: ContextIdentifier.resource(exchange.resourcePath)
        case .resourcePath: exchange.resourcePath
        case .httpMethod: exchange.request.method
        case .extendedRequestId: exchange.identifiers.extendedRequestID
        case .requestTime: RequestTime.text(milliseconds: exchange.receivedAtMilliseconds)
        case .path: "/" + exchange.deployment.name + exchange.request.path
        case .accountId: exchange.deployment.accountID
        case .protocol: exchange.request.protocolVersion
        case .stage: exchange.deployment.name
        case .domainPrefix: Self.domain(exchange).map { String($0.prefix { $0 != "." }) }
        case .requestTimeEpoch: String(exchange.receivedAtMilliseconds)
        case .requestId: exchange.identifiers.requestID
        case .domainName: Self.domain(exchange)
        case .deploymentId: ContextIdentifier.deployment(exchange.deployment)
        case .apiId: exchange.deployment.apiID
        }
    }

    /// The host that the client named, without port.
    private static func domain(_ exchange: Exchange) -> String? {
        guard let host = exchange.request.host else { return nil }
        if host.utf8.first == UInt8(ascii: "[") { return String(host.prefix { $0 != "]" }) + "]" }
        return String(host.prefix { $0 != ":" })
    }
}

/// Members of `$context` that only the backend's answer has. `$context.keySet()` does not list them.
enum BackendMember: String, Sendable {
    case awsEndpointRequestId

    /// The value for one exchange; nil before the backend has answered, and where its answer does not say it.
    func text(_ exchange: Exchange) -> String? {
        guard let headers = exchange.integrationResponse?.headers else { return nil }
        return headers.last("x-amzn-RequestId") ?? headers.last("x-amz-request-id")
    }
}

/// The members of `$context.identity`. Those that only an authorizer knows come from
/// ``Exchange/contextMembers`` under `identity`, and are null without one.
package enum IdentityMember: String, Sendable, CaseIterable {
    case cognitoIdentityPoolId, accountId, cognitoIdentityId, caller, sourceIp, principalOrgId, accessKey
    case cognitoAuthenticationType, cognitoAuthenticationProvider, userArn, userAgent, user

    /// What the gateway itself knows.
    package func text(_ exchange: Exchange) -> String? {
        switch self {
        case .sourceIp: exchange.request.clientAddress
        case .userAgent: exchange.request.headers.last("User-Agent")
        default: nil
        }
    }
}

/// Identifiers that the service makes when an API is deployed. Here they follow from names, so that they
/// are the same on every start.
enum ContextIdentifier {
    static func resource(_ path: String) -> String { short(path) }

    static func deployment(_ deployment: Deployment) -> String { short(deployment.apiID + "/" + deployment.name) }

    /// Six letters and digits: 64 bits of FNV-1a, in base 36.
    private static func short(_ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return String(unsafeUninitializedCapacity: 6) { buffer in
            for index in 0..<6 {
                let digit = UInt8(hash % 36)
                hash /= 36
                buffer[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
            return 6
        }
    }
}

/// `$context.requestTime`: the form of access logs, `09/Apr/2015:12:34:56 +0000`.
enum RequestTime {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func text(milliseconds: Int64) -> String {
        let seconds = milliseconds.floorDivided(by: 1000)
        let days = seconds.floorDivided(by: 86_400)
        let second = Int(seconds - days * 86_400)
        let (year, month, day) = civil(days: days)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(day))/\(months[month - 1])/\(year):\(two(second / 3600)):\(two(second / 60 % 60)):"
            + "\(two(second % 60)) +0000"
    }

    /// The date of a day counted from 1970-01-01, in the proleptic Gregorian calendar: eras of 400 years
    /// that begin on the first of March.
    static func civil(days: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * marchMonth + 2) / 5) + 1
        let month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
