import Headgate

/// Whose tokens are accepted: a Cognito user pool or any OpenID Connect provider.
struct TokenIssuer: Sendable {
    /// The `iss` claim of its tokens.
    let identifier: String
    /// Where its public keys are.
    let keys: BackendURL
    /// Cognito's tokens say by `token_use` what they are for.
    let isCognito: Bool

    /// - Parameter text: a user pool's ARN, or the issuer's URL.
    init(_ text: String) throws(InvalidValue) {
        var issuer = text
        isCognito = text.hasPrefix("arn:")
        if isCognito {
            // arn:aws:cognito-idp:REGION:ACCOUNT:userpool/POOL
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 6, parts[2] == "cognito-idp", !parts[3].isEmpty, parts[5].hasPrefix("userpool/") else {
                throw InvalidValue(
                    "\(text.quotedForMessage) is no user pool",
                    expected: "expected arn:aws:cognito-idp:REGION:ACCOUNT:userpool/POOL, or an issuer's URL",
                )
            }
            let domain = parts[1] == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
            issuer = "https://cognito-idp.\(parts[3]).\(domain)/\(parts[5].dropFirst("userpool/".count))"
        }
        identifier = issuer
        keys = try Self.url((issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/jwks.json")
    }

    /// An issuer whose keys are elsewhere.
    init(_ other: TokenIssuer, keys: BackendURL) {
        identifier = other.identifier
        isCognito = other.isCognito
        self.keys = keys
    }

    static func url(_ text: String) throws(InvalidValue) -> BackendURL {
        do throws(InvalidURL) {
            return try BackendURL(parsing: text)
        } catch {
            throw InvalidValue(error.description)
        }
    }
}
