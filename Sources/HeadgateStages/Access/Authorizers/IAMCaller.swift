import Headgate
import SigV4

/// Somebody who may sign requests with Signature Version 4.
public struct IAMCaller: Sendable {
    /// The access key that the caller signs with.
    public var credentials: Credentials
    /// `arn:aws:iam::123456789012:user/ana`; its account is the caller's.
    public var userARN: String
    /// `$context.identity.user` and `.caller`; the access key's id where nothing else is said.
    public var userID: String
    var policy: AccessPolicy?

    var accountID: Substring {
        let parts = userARN.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count > 4 ? parts[4] : ""
    }

    private static let accessKeyID = Field(
        required: "accessKeyId",
        FieldType<String>.string,
        "`$context.identity.accessKey`.",
    )
    private static let secretAccessKey = Field(
        required: "secretAccessKey",
        FieldType<String>.string,
        "The secret; `${NAME}` takes it from the environment.",
    )
    private static let sessionToken = Field(
        optional: "sessionToken",
        FieldType<String>.string,
        "Of temporary credentials.",
    )
    private static let userARN = Field(
        required: "userArn",
        FieldType<String>.scalar(
            .text(format: "ARN"),
            expectation: "an ARN such as arn:aws:iam::123456789012:user/ana",
        ) {
            scalar,
            _ throws(InvalidValue) in
            guard scalar.text.hasPrefix("arn:"),
                scalar.text.split(separator: ":", omittingEmptySubsequences: false).count >= 6
            else { throw InvalidValue() }
            return scalar.text
        },
        "The caller's ARN, `$context.identity.userArn`; its account is the caller's.",
    )
    private static let userID = Field(
        optional: "userId",
        FieldType<String>.string,
        "`$context.identity.user` and `.caller`.",
    )
    private static let policy = Field(
        optional: "policy",
        FieldType<AccessPolicy>(.any, expectation: "an IAM policy document") { node, context in
            guard let json = ModelText.json(node) else {
                context.mismatch(node, expected: "an IAM policy document, as a mapping or as JSON")
                return nil
            }
            do throws(InvalidPolicy) {
                return try AccessPolicy(json)
            } catch {
                context.diagnostics.error(
                    at: ModelText.location(of: error.pointer, in: node),
                    "the policy has \(error.found) at \(error.pointer.isEmpty ? "its top" : error.pointer)",
                    expected: "expected \(error.expected)",
                )
                return nil
            }
        },
        "What the caller may do; nothing by default, so that only the API's resource policy can allow it something.",
    )
    /// As pipeline files and descriptions of deployment stages have it.
    public static let record = Record<IAMCaller>(
        "caller",
        "Somebody who may sign requests.",
        fields: [accessKeyID, secretAccessKey, sessionToken, userARN, userID, policy],
    ) { settings in
        IAMCaller(
            credentials: Credentials(
                accessKeyID: try settings[accessKeyID],
                secretAccessKey: try settings[secretAccessKey],
                sessionToken: try settings[sessionToken],
            ),
            userARN: try settings[userARN],
            userID: try settings[userID] ?? settings[accessKeyID],
            policy: try settings[policy],
        )
    }
}

/// Who may call the methods of a deployment stage whose authorization is `AWS_IAM`.
public struct IAMCallers: Sendable {
    /// In the order of the file.
    public var all: [IAMCaller]

    /// Callers for the `iam-authorizer` stages of one deployment stage.
    public init(_ all: [IAMCaller]) {
        self.all = all
    }
}

extension Exchange {
    /// The credentials with which the client has signed its request: put here by whoever has verified the
    /// signature, so that `credentials: arn:aws:iam::*:user/*` can sign the backend's request with them.
    public var callerCredentials: Credentials? {
        get { storage[ObjectIdentifier(Credentials.self)] as? Credentials }
        set { storage[ObjectIdentifier(Credentials.self)] = newValue }
    }
}
