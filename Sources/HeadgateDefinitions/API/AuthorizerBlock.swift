import Headgate

/// One of `authorizers:` of an API: API Gateway's Authorizer resource.
struct AuthorizerBlock: Sendable {
    var type: String
    /// As it was written, for the stage that decodes it.
    var node: ConfigurationNode

    /// Reads tokens by itself; the others ask a function.
    var isUserPool: Bool { type == "COGNITO_USER_POOLS" }

    static let types = ["TOKEN", "REQUEST", "COGNITO_USER_POOLS"]

    private static let type = Field(
        required: "type",
        FieldType<String>.oneOf(types),
        "`TOKEN` hands one header to a Lambda function, `REQUEST` the whole request; `COGNITO_USER_POOLS` reads a token.",
    )
    private static let authType = Field(optional: "authType", FieldType<String>.string, "Free text of the definition.")
    private static let uri = Field(
        optional: "authorizerUri",
        FieldType<String>.text(format: "URI", expectation: "a URI"),
        "The function, as in `uri` of an integration.",
    )
    private static let credentials = Field(
        optional: "authorizerCredentials",
        FieldType<String>.text(format: "role ARN", expectation: "a role ARN"),
        "The role that calls the function.",
    )
    private static let identitySource = Field(
        optional: "identitySource",
        FieldType<String>.string,
        "What of a request says who calls: `method.request.header.Authorization`, or several with commas.",
    )
    private static let expression = Field(
        optional: "identityValidationExpression",
        FieldType<String>.text(format: "regular expression", expectation: "a regular expression"),
        "A Java regular expression that the whole token must match.",
    )
    private static let timeToLive = Field(
        optional: "authorizerResultTtlInSeconds",
        FieldType<Int>.integer(0...3600, unit: "seconds"),
        "How long a decision holds. The default is 300.",
    )
    private static let providers = Field(
        "providerARNs",
        FieldType<[String]>.list(of: .string),
        default: [],
        "ARNs of user pools, or URLs of other issuers.",
    )

    static let record = Record<AuthorizerBlock>(
        "authorizers",
        "Something that decides who may call.",
        fields: [type, authType, uri, credentials, identitySource, expression, timeToLive, providers],
    ) { settings in
        AuthorizerBlock(type: try settings[type], node: settings.node)
    }
}
