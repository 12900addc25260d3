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

    /// The credentials with which the client has signed its request: put here by whoever has verified the
    /// signature, so that `credentials: arn:aws:iam::*:user/*` can sign the backend's request with them.
    public var callerCredentials: Credentials? {
        get { storage[ObjectIdentifier(Credentials.self)] as? Credentials }
        set { storage[ObjectIdentifier(Credentials.self)] = newValue }
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
