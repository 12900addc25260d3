import Headgate

/// The keys of an `integration:` block: API Gateway's Integration resource, field by field.
///
/// Values that a stage reads are only shaped here, and decoded by that stage, which knows them best.
struct IntegrationFields: Sendable {
    static let types = ["HTTP", "HTTP_PROXY", "AWS", "AWS_PROXY", "MOCK"]
    static let methods = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"]

    let type = Field(
        required: "type",
        FieldType<String>.oneOf(Self.types),
        "`HTTP` maps request and response, `HTTP_PROXY` passes them on, `MOCK` answers without a backend; "
            + "`AWS` and `AWS_PROXY` call AWS services and Lambda functions.",
    )
    let httpMethod = Field(
        optional: "httpMethod",
        FieldType<String>.oneOf(Self.methods),
        "The method of the backend's request; `ANY` takes the client's. Required but for `MOCK`.",
    )
    let uri = Field(
        optional: "uri",
        FieldType<String>.text(format: "URI", expectation: "a URI"),
        "The backend: an `http://` or `https://` URL, in which `{name}` takes a value mapped to "
            + "`integration.request.path.name` and `${stageVariables.name}` a stage variable; or "
            + "`arn:aws:apigateway:REGION:SERVICE:path|action/…` for an AWS service or a function. Required but for `MOCK`.",
    )
    let requestParameters = Field(
        optional: "requestParameters",
        FieldType<ConfigurationNode>.asWritten(
            .map(
                keys: "integration.request.{header,querystring,path}.NAME",
                values: .text(format: "mapping expression"),
            )
        ),
        "What the backend's request gets: `integration.request.header.NAME`, `….querystring.NAME` or `….path.NAME` "
            + "from `method.request.…`, `context.…`, `stageVariables.…` or a text in single quotes.",
    )
    let requestTemplates = Field(
        optional: "requestTemplates",
        FieldType<ConfigurationNode>.asWritten(.map(keys: "media type", values: .text(format: "mapping template"))),
        "Mapping templates for the request's body, by the client's media type.",
    )
    let passthroughBehavior = Field(
        optional: "passthroughBehavior",
        FieldType<String>.oneOf(["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"]),
        "What happens to a body for which there is no template. The default is `WHEN_NO_MATCH`: it passes as it is.",
    )
    let contentHandling = Field(
        optional: "contentHandling",
        FieldType<String>.oneOf(Self.conversions),
        "Whether the request's body is converted: `CONVERT_TO_BINARY` from base64, `CONVERT_TO_TEXT` to base64.",
    )
    let timeoutInMillis = Field(
        optional: "timeoutInMillis",
        FieldType<ConfigurationNode>.asWritten(.integer(50...900_000)),
        "How long the backend may take, connecting included, in milliseconds: 50 to 29000, for `HTTP_PROXY` to 900000. "
            + "The default is 29000.",
    )
    let credentials = Field(
        optional: "credentials",
        FieldType<String>.text(format: "role ARN", expectation: "a role ARN"),
        "The role that signs calls of AWS services, or `arn:aws:iam::*:user/*` for the caller's own credentials; without it "
            + "the gateway's own do. Other types do not use it.",
    )
    let endpoint = Field(
        optional: "endpoint",
        FieldType<String>.text(format: "URL", expectation: "a URL"),
        "Where the AWS service is, in place of AWS's own endpoint; `AWS_ENDPOINT_URL` says it for all. (Headgate's own key.)",
    )
    let connectionType = Field(
        optional: "connectionType",
        FieldType<String>.oneOf(["INTERNET", "VPC_LINK"]),
        "`VPC_LINK` is a private backend, which the link `connectionId` reaches; the `uri` goes on saying path, `Host` and the "
            + "name for TLS. The default is `INTERNET`.",
    )
    let connectionID = Field(
        optional: "connectionId",
        FieldType<String>.string,
        "The name of a link (`links:`), for `connectionType: VPC_LINK`; `${stageVariables.name}` may stand in it.",
    )
    let integrationTarget = Field(
        optional: "integrationTarget",
        FieldType<String>.string,
        "The load balancer behind a VPC link: the link that has it among its `integrationTargets` goes before `connectionId`.",
    )
    let policy = Field(
        optional: "policy",
        FieldType<ConfigurationNode>.asWritten(.record(PolicyBlock.record.shape)),
        "Retries, bounds and a circuit breaker for an HTTP backend without a link. (Headgate's own key.)",
    )
    let cacheNamespace = Field(
        optional: "cacheNamespace",
        FieldType<String>.string,
        "Read for the sake of definitions that have it; there is no cache.",
    )
    let cacheKeyParameters = Field(
        "cacheKeyParameters",
        FieldType<[String]>.list(of: .string),
        default: [],
        "Read for the sake of definitions that have it; there is no cache.",
    )
    let tlsConfig = Field(
        optional: "tlsConfig",
        FieldType<ConfigurationNode>.asWritten(.record(Self.tlsShape)),
        "`insecureSkipVerification: true` lets the backend's certificate come from anywhere.",
    )
    let responseTransferMode = Field(
        optional: "responseTransferMode",
        FieldType<String>.oneOf(["BUFFERED", "STREAM"]),
        "`STREAM` lets a proxy pass bodies on as they come, which it does outside of an API anyway.",
    )
    let integrationResponses = Field(
        optional: "integrationResponses",
        IntegrationResponseBlock.listType,
        "What the client gets, by the backend's status: a list, or a mapping by status as the service prints it.",
    )

    static let conversions = ["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]

    private static let tlsShape = RecordShape(name: "tlsConfig", documentation: "TLS to the backend.") {
        [
            FieldShape(
                name: "insecureSkipVerification",
                documentation: "Lets the backend's certificate come from anywhere.",
                shape: .boolean,
                defaultText: "false",
            )
        ]
    }

    var all: [any AnyField] {
        [
            type, httpMethod, uri, requestParameters, requestTemplates, passthroughBehavior, contentHandling,
            timeoutInMillis, credentials, endpoint, connectionType, connectionID, integrationTarget, policy,
            cacheNamespace, cacheKeyParameters, tlsConfig,
            responseTransferMode, integrationResponses,
        ]
    }
}

extension FieldType where Value == ConfigurationNode {
    /// A value that is handed on to the stage that decodes it.
    static func asWritten(_ shape: ConfigurationShape) -> FieldType<ConfigurationNode> {
        FieldType(shape, expectation: "a value") { node, _ in node }
    }
}
