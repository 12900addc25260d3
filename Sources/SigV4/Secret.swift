/// A text that must not be seen: a secret key, a session token.
///
/// Whatever prints, dumps or interpolates it gets `(secret)`; only who asks for ``revealed`` gets the
/// text, and a search for that word finds every place where one leaves.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    /// Hides a text. Whoever made it should keep no other copy.
    public init(_ text: String) {
        self.text = text
    }

    /// The text itself, to be signed with or to be sent to whom it belongs.
    public var revealed: String { text }

    /// Whether there is no text, which most services take for no secret at all.
    public var isEmpty: Bool { text.isEmpty }
    /// `(secret)`, whatever the text.
    public var description: String { "(secret)" }
    /// `(secret)`, whatever the text.
    public var debugDescription: String { "(secret)" }
    /// A mirror without children, so that `dump` and debuggers show nothing.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }

    /// Compares in a time that depends on the lengths only, so that a guess tells nothing about how close it came.
    public static func == (left: Secret, right: Secret) -> Bool {
        constantTimeEquals(left.text.utf8, right.text.utf8)
    }
}

/// An AWS access key with its secret, as long as it is valid.
public struct Credentials: Sendable, Hashable {
    /// `AKIA…`, or `ASIA…` where they are temporary. Not a secret: it stands in every signed request.
    public let accessKeyID: String
    /// The key that signs; never sent.
    public let secretAccessKey: Secret
    /// Of temporary credentials; sent with every request.
    public let sessionToken: Secret?
    /// In milliseconds since 1970; nil where they do not expire.
    public let expiration: Int64?
    /// The account that they belong to, where it is known.
    public let accountID: String?

    /// Credentials from the texts that AWS gives out; secrets are wrapped at once.
    /// - Parameter expiration: milliseconds since 1970; nil for the keys of a user, which do not expire.
    public init(
        accessKeyID: String,
        secretAccessKey: String,
        sessionToken: String? = nil,
        expiration: Int64? = nil,
        accountID: String? = nil,
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = Secret(secretAccessKey)
        self.sessionToken = sessionToken.map(Secret.init)
        self.expiration = expiration
        self.accountID = accountID
    }
}
