/// Why there are no credentials: for the operator's log. Never holds a secret.
public struct CredentialsProblem: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}
