import Headgate
import HeadgateStages

/// `api:` of a pipeline file: what the pipelines of a folder share, with the names of API Gateway's
/// RestApi and of the resources below it.
struct APIBlock: Sendable {
    var id: String?
    var name: String
    var keySource: APIKeyStage.Source
    var binaryMediaTypes: [String]
    var minimumCompressionSize: Int?
    var gatewayResponses: [GatewayResponses.Entry]
    /// The name of the validator of methods that name none.
    var validator: String?
    var validators: [MapEntry<RequestChecks>]
    /// JSON Schemas by name.
    var models: [MapEntry<ConfigurationNode>]
    var authorizers: [MapEntry<AuthorizerBlock>]
    /// The resource policy, as it was written.
    var policy: ConfigurationNode?
    var location: SourceLocation

    /// What a request validator looks at.
    struct RequestChecks: Sendable {
        var body: Bool
        var parameters: Bool
    }

    // MARK: Fields

    private static let id = Field(
        optional: "id",
        FieldType<String>.label,
        "`$context.apiId`, and the first label of the host name under which the API is served: `ID.execute-api.localhost`. "
            + "The default is made from the name.",
    )
    private static let name = Field(required: "name", FieldType<String>.string, "What people call the API.")
    private static let description = Field(optional: "description", FieldType<String>.string, "What the API is for.")
    private static let version = Field(optional: "version", FieldType<String>.string, "The definition's version.")
    private static let keySource = Field(
        "apiKeySource",
        FieldType<String>.oneOf(APIKeyStage.Source.allCases.map(\.rawValue)).map {
            APIKeyStage.Source(rawValue: $0) ?? .header
        },
        default: .header,
        shown: "HEADER",
        "Where the API key of a request stands: in the header `x-api-key`, or in what an authorizer found.",
    )
    private static let binaryMediaTypes = Field(
        "binaryMediaTypes",
        FieldType<[String]>.list(of: .string),
        default: [],
        "Media types whose payloads are bytes and not text, such as `image/png`, `image/*` or `*/*`.",
    )
    private static let minimumCompressionSize = Field(
        optional: "minimumCompressionSize",
        FieldType<Int>.integer(0...10_485_760, unit: "bytes"),
        "Responses of so many bytes are compressed for clients that accept it, and compressed requests are unpacked. "
            + "The default is neither.",
    )
    private static let gatewayResponses = Field(
        "gatewayResponses",
        GatewayResponseBlock.mapType,
        default: [],
        "What the gateway answers by itself, customised by type; `DEFAULT_4XX` and `DEFAULT_5XX` are for all types without "
            + "an entry of their own.",
    )
    private static let validator = Field(
        optional: "requestValidator",
        FieldType<String>.string,
        "The validator of methods that name none.",
    )
    private static let validators = Field(
        "requestValidators",
        FieldType<[MapEntry<RequestChecks>]>.map(keys: "name", of: .record(checks)),
        default: [],
        "What is checked of a request before its backend is called, by a name that methods refer to.",
    )
    private static let validatesBody = Field(
        "validateRequestBody",
        FieldType<Bool>.boolean,
        default: false,
        shown: "false",
        "Whether the body must fit its model.",
    )
    private static let validatesParameters = Field(
        "validateRequestParameters",
        FieldType<Bool>.boolean,
        default: false,
        shown: "false",
        "Whether required parameters must be there.",
    )
    private static let checks = Record<RequestChecks>(
        "requestValidators",
        "What is checked.",
        fields: [validatesBody, validatesParameters],
    ) { RequestChecks(body: try $0[validatesBody], parameters: try $0[validatesParameters]) }
    private static let modelDescription = Field(
        optional: "description",
        FieldType<String>.string,
        "What the model is for.",
    )
    private static let schema = Field(
        required: "schema",
        FieldType<ConfigurationNode>.asWritten(.any),
        "A JSON Schema (draft 4). Other models are referred to as `#/definitions/NAME`.",
    )
    private static let model = Record<ConfigurationNode>(
        "models",
        "The form of a body.",
        fields: [modelDescription, schema],
    ) { try $0[schema] }
    private static let models = Field(
        "models",
        FieldType<[MapEntry<ConfigurationNode>]>.map(keys: "name", of: .record(model)),
        default: [],
        "JSON Schemas by name, for the bodies of methods.",
    )
    private static let authorizers = Field(
        "authorizers",
        FieldType<[MapEntry<AuthorizerBlock>]>.map(keys: "name", of: .record(AuthorizerBlock.record)),
        default: [],
        "What decides who may call, by a name that methods refer to.",
    )
    private static let policy = Field(
        optional: "policy",
        FieldType<ConfigurationNode>.asWritten(.any),
        "The resource policy: an IAM document that says which requests may be served.",
    )
    private static let endpointConfiguration = Field(
        optional: "endpointConfiguration",
        FieldType<ConfigurationNode>.asWritten(.any),
        "How the service publishes the API; kept, without effect.",
    )
    private static let documentation = Field(
        optional: "documentation",
        FieldType<ConfigurationNode>.asWritten(.any),
        "The service's documentation parts; kept for `headgate export`.",
    )
    private static let openapi = Field(
        optional: "openapi",
        FieldType<ConfigurationNode>.asWritten(.any),
        "What only OpenAPI documents have; kept for `headgate export`.",
    )

    static let record = Record<APIBlock>(
        "api",
        "What the pipelines of a folder, and of the folders in it, share: one API.",
        fields: [
            id, name, description, version, keySource, binaryMediaTypes, minimumCompressionSize, gatewayResponses,
            validator,
            validators, models, authorizers, policy, endpointConfiguration, documentation, openapi,
        ],
    ) { settings in
        APIBlock(
            id: try settings[id],
            name: try settings[name],
            keySource: try settings[keySource],
            binaryMediaTypes: try settings[binaryMediaTypes],
            minimumCompressionSize: try settings[minimumCompressionSize],
            gatewayResponses: try settings[gatewayResponses],
            validator: try settings[validator],
            validators: try settings[validators],
            models: try settings[models],
            authorizers: try settings[authorizers],
            policy: try settings[policy],
            location: settings.location,
        )
    }
}
