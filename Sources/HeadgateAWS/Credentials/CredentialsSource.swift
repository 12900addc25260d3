import Headgate
import SigV4

/// Whose credentials sign an exchange's calls: what a `credentials` stage puts on the exchange.
enum CredentialsSource: Sendable {
    /// Those that a cache keeps: the gateway's own, a profile's, a role's.
    case cached(CachedCredentials)
    /// Those that the pipeline's file gives, or the caller's own.
    case fixed(Credentials)
}

extension Exchange {
    /// Who signs the calls of this exchange; nil for the gateway itself.
    var credentialsSource: CredentialsSource? {
        get { storage[ObjectIdentifier(CredentialsSource.self)] as? CredentialsSource }
        set { storage[ObjectIdentifier(CredentialsSource.self)] = newValue }
    }
}

extension GatewayFailure {
    /// No credentials: the client learns nothing.
    static func credentials(_ problem: CredentialsProblem, role: String?) -> GatewayFailure {
        let what =
            role.map { "API Gateway does not have permission to assume the provided role \($0): " }
            ?? "the gateway has no credentials to sign with: "
        return .internalError(
            "Execution failed due to configuration error: " + what + problem.description,
            reason: "credentials",
        )
    }
}
