import OrderedJSON

/// An IAM policy document, as far as `execute-api` has use for it: what Lambda authorizers return and what an API's
/// resource policy is (IAM User Guide, "JSON policy elements").
public struct AccessPolicy: Sendable {
    /// What a policy says to a request (IAM User Guide, "Policy evaluation logic").
    public enum Decision: Sendable, Equatable {
        /// A statement allows it, and none denies it.
        case allow
        /// A statement denies it.
        case explicitDeny
        /// No statement says anything.
        case implicitDeny
    }

    let statements: [PolicyStatement]

    /// - Parameters:
    ///   - json: the document: `Statement` is one statement or a list of them.
    ///   - kind: whether `Principal` must be there or must not.
    ///   - arnPrefix: put before resources in short form (`execute-api:/prod/GET/pets`): `arn:aws:execute-api:REGION:ACCOUNT:API`.
    public init(_ json: JSONValue, _ kind: Kind = .identity, arnPrefix: String? = nil) throws(InvalidPolicy) {
        guard case .object(let members) = json else {
            throw InvalidPolicy("", json, expected: "a policy document, an object")
        }
        for key in members.keys where !["Version", "Id", "Statement"].contains(key) {
            throw InvalidPolicy("/" + key, key: key, expected: "one of: Version, Id, Statement")
        }
        if let version = members["Version"], version.string != "2012-10-17", version.string != "2008-10-17" {
            throw InvalidPolicy("/Version", version, expected: "2012-10-17")
        }
        guard let statement = members["Statement"] else {
            throw InvalidPolicy("", json, expected: "a policy document with the key Statement")
        }
        var statements: [PolicyStatement] = []
        if let list = statement.array {
            for (index, item) in list.enumerated() {
                statements.append(try PolicyStatement(item, at: "/Statement/\(index)", kind, arnPrefix))
            }
        } else {
            statements.append(try PolicyStatement(statement, at: "/Statement", kind, arnPrefix))
        }
        self.statements = statements
    }

    /// Whose policy it is.
    public enum Kind: Sendable {
        /// Of a caller, who is therefore not named in it.
        case identity
        /// Of a resource, which names callers by `Principal`.
        case resource
    }

    /// A matching Deny goes before any Allow.
    public func decision(on request: PolicyRequest) -> Decision {
        var isAllowed = false
        for statement in statements where statement.matches(request) {
            if !statement.isAllow { return .explicitDeny }
            isAllowed = true
        }
        return isAllowed ? .allow : .implicitDeny
    }
}

/// What a policy is asked about.
public struct PolicyRequest: Sendable {
    /// `execute-api:Invoke`.
    public var action: String
    /// The method's ARN.
    public var resource: String
    /// The caller's ARN; nil for an anonymous one.
    public var principal: String?
    /// Condition keys in lower case, to their values.
    public var context: [String: [String]]

    /// A question.
    /// - Parameter context: keys in lower case, e.g. `aws:sourceip`.
    public init(
        action: String = "execute-api:Invoke",
        resource: String,
        principal: String? = nil,
        context: [String: [String]] = [:],
    ) {
        self.action = action
        self.resource = resource
        self.principal = principal
        self.context = context
    }
}

/// What is wrong with a policy document.
public struct InvalidPolicy: Error, Sendable, CustomStringConvertible {
    /// The JSON Pointer of the place.
    public let pointer: String
    /// What stands there, in words.
    public let found: String
    /// What should stand there, in words that fit behind `expected`.
    public let expected: String

    init(_ pointer: String, _ value: JSONValue, expected: String) {
        self.pointer = pointer
        found = value.string.map { "the text " + String($0.prefix(80)).quotedForMessage } ?? "\(value.kind)"
        self.expected = expected
    }

    init(_ pointer: String, key: String, expected: String) {
        self.pointer = pointer
        found = "the key " + String(key.prefix(80)).quotedForMessage
        self.expected = expected
    }

    /// `/Statement/0/Effect: found the text "allow", expected one of: Allow, Deny`.
    public var description: String {
        "\(pointer.isEmpty ? "the policy" : pointer): found \(found), expected \(expected)"
    }
}
