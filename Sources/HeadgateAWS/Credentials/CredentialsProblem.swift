/// Why there are no credentials: for the operator's log. Never holds a secret.
public struct CredentialsProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence, with the code of the service that refused.
    public let description: String
    /// The code of a service that has refused: `AccessDenied`, `ExpiredToken`.
    let code: String?

    /// A problem that no service has told.
    public init(_ description: String) {
        self.init(description, code: nil)
    }

    init(_ description: String, code: String?) {
        self.description = description
        self.code = code
    }

    /// Whether other credentials of the same kind may do what these could not.
    var isExpiry: Bool {
        code.map { ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"].contains($0) } ?? false
    }
}
