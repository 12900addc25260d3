import Headgate

/// `method:` of a pipeline: what is asked of a request before its backend is called, with the names of
/// API Gateway's Method resource.
struct MethodBlock: Sendable {
    var operationName: String?
    var authorizationType: String
    /// A name of the API's `authorizers`.
    var authorizer: ConfigurationNode?
    var scopes: [String]
    var apiKeyRequired: Bool
    var validator: ConfigurationNode?
    /// Required or not, by `method.request.{path,querystring,header}.NAME`.
    var parameters: [MapEntry<ConfigurationNode>]
    /// By media type: a name, or a schema.
    var models: [MapEntry<ConfigurationNode?>]
    /// The statuses that are declared, nil where none are.
    var statuses: [Int]?
    var location: SourceLocation

    // MARK: Fields

    static let authorizationTypes = ["NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"]

    private static let operationName = Field(
        optional: "operationName",
        FieldType<String>.string,
        "What the method is called: `$context.operationName`.",
    )
    private static let authorizationType = Field(
        "authorizationType",
        FieldType<String>.oneOf(authorizationTypes),
        default: "NONE",
        shown: "NONE",
        "Who may call: everybody, those who sign with IAM credentials, or those whom `authorizer` lets through.",
    )
    private static let authorizer = Field(
        optional: "authorizer",
        FieldType<ConfigurationNode>.asWritten(.text(format: "authorizer")),
        "The name of one of the API's `authorizers`.",
    )
    private static let scopes = Field(
        "authorizationScopes",
        FieldType<[String]>.list(of: .string),
        default: [],
        "OAuth scopes, one of which the token of a user pool must have.",
    )
    private static let apiKeyRequired = Field(
        "apiKeyRequired",
        FieldType<Bool>.boolean,
        default: false,
        shown: "false",
        "Whether a request needs one of the deployment stage's API keys.",
    )
    private static let validator = Field(
        optional: "requestValidator",
        FieldType<ConfigurationNode>.asWritten(.text(format: "request validator")),
        "The name of one of the API's `requestValidators`; the default is the API's `requestValidator`.",
    )
    private static let parameters = Field(
        "requestParameters",
        FieldType<[MapEntry<ConfigurationNode>]>.map(
            keys: "method.request.{path,querystring,header}.NAME",
            of: .asWritten(.either([.boolean, .any])),
            checkKey: { key in
                if RequestParameterName(key) != nil { return nil }
                return InvalidValue(
                    "Invalid mapping expression specified: \(key)",
                    expected: "expected method.request.path.NAME, ….querystring.NAME or ….header.NAME",
                )
            },
        ),
        default: [],
        "Declared parameters and whether they are required: `method.request.querystring.page: true`. "
            + "A validator looks for those that are.",
    )
    private static let models = Field(
        "requestModels",
        FieldType<[MapEntry<ConfigurationNode?>]>.map(
            keys: "media type",
            of: .nullable(.asWritten(.either([.text(format: "model"), .any]))),
        ),
        default: [],
        "The form of a body by its media type, `$default` for all others: the name of one of the API's `models`, or a schema.",
    )
    private static let responses = Field(
        optional: "methodResponses",
        FieldType<[MapEntry<ConfigurationNode?>]>.map(
            keys: "status",
            of: .nullable(.asWritten(.any)),
            checkKey: { key in
                if key.utf8.count == 3, let status = Int(key), (100...599).contains(status) { return nil }
                return InvalidValue(
                    "\(key.quotedForMessage) is no status",
                    expected: "expected a status from 100 to 599",
                )
            },
        ),
        "The statuses that integration responses may select; whoever selects another one gets a 500. Their header fields "
            + "and models are kept for `headgate export`.",
    )

    static let record = Record<MethodBlock>(
        "method",
        "What is asked of a request before its backend is called.",
        fields: [
            operationName, authorizationType, authorizer, scopes, apiKeyRequired, validator, parameters, models,
            responses,
        ],
    ) { settings in
        MethodBlock(
            operationName: try settings[operationName],
            authorizationType: try settings[authorizationType],
            authorizer: try settings[authorizer],
            scopes: try settings[scopes],
            apiKeyRequired: try settings[apiKeyRequired],
            validator: try settings[validator],
            parameters: try settings[parameters],
            models: try settings[models],
            statuses: try settings[responses]?.compactMap { Int($0.key) },
            location: settings.location,
        )
    }

    /// A method that says nothing.
    static func empty(at location: SourceLocation) -> MethodBlock {
        MethodBlock(
            authorizationType: "NONE",
            scopes: [],
            apiKeyRequired: false,
            parameters: [],
            models: [],
            location: location,
        )
    }

    /// The parameters that must be there, in the order of the file.
    var requiredParameters: [RequestParameterName] {
        parameters.compactMap { entry in
            guard case .scalar(let required) = (entry.value["required"] ?? entry.value).value,
                required.text.lowercased() == "true"
            else { return nil }
            return RequestParameterName(entry.key)
        }
    }
}

/// `method.request.querystring.page`.
struct RequestParameterName: Sendable, Hashable {
    /// `path`, `querystring` or `header`.
    let source: String
    let name: String

    init?(_ key: String) {
        let parts = key.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "method", parts[1] == "request", !parts[3].isEmpty,
            ["path", "querystring", "header"].contains(parts[2])
        else { return nil }
        source = String(parts[2])
        name = String(parts[3])
    }

    var key: String { "method.request.\(source).\(name)" }
}
