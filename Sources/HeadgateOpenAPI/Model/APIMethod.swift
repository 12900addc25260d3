import Headgate

/// A method of a resource: what of the client's request is checked, and what answers it.
public struct APIMethod: Sendable, Equatable {
    /// The resource's path, e.g. `/pets/{id}`.
    public var path: String
    /// In capitals, or `ANY`.
    public var verb: String
    /// `operationId`: `$context.operationName`, and the name of the pipeline; nil names that by verb and path.
    public var operationName: String?
    /// The operation's `description`, Markdown.
    public var description: String?
    /// What the method declares that it takes.
    public var parameters: [MethodParameter] = []
    /// By media type or `$default`.
    public var requestModels: [Named<ModelReference>] = []
    /// The name of a validator; nil takes the API's.
    public var requestValidator: LocatedText?
    /// Whether a key of a usage plan is asked for.
    public var apiKeyRequired = false
    /// Who may call; nobody is asked unless the definition says so.
    public var authorization = MethodAuthorization.none
    /// By status, in the order of the definition. Integration responses may map to these only.
    public var responses: [MethodResponseDeclaration] = []
    /// nil for a method that cannot be deployed.
    public var integration: APIIntegration?
    /// What of the operation API Gateway has no use for.
    public var unused: DefinitionTree?
    /// Where the operation stands.
    public var place = Place.nowhere

    /// A method without integration.
    /// - Parameter verb: in capitals, or `ANY`.
    public init(path: String, verb: String) {
        self.path = path
        self.verb = verb
    }

    /// `GET /pets/{id}`.
    public var route: String { verb + " " + path }
}

/// A declared parameter of a request. Types are never checked; whether it is there may be.
public struct MethodParameter: Sendable, Equatable {
    /// Where a parameter stands in the request. Cookies and bodies are none of API Gateway's parameters.
    public enum Source: String, Sendable, CaseIterable {
        /// `in` of OpenAPI, with `query` called `querystring` as by API Gateway.
        case path, querystring, header
    }

    /// Where it stands.
    public var source: Source
    /// Without the prefix, in the definition's spelling.
    public var name: String
    /// Whether a validator of parameters refuses requests without it.
    public var isRequired: Bool
    /// What else the definition says about it: type, description.
    public var unused: DefinitionTree?
    /// Where its declaration stands.
    public var place = Place.nowhere

    /// A parameter, optional unless told otherwise.
    public init(_ source: Source, _ name: String, isRequired: Bool = false) {
        self.source = source
        self.name = name
        self.isRequired = isRequired
    }

    /// `method.request.querystring.page`, the key of the Method resource's `requestParameters`.
    public var key: String { "method.request.\(source.rawValue).\(name)" }
}

/// The model of a body.
public enum ModelReference: Sendable, Equatable {
    /// A model of the API, by its name.
    case named(LocatedText)
    /// A schema that stands in the method itself.
    case inline(DefinitionTree)
    /// The media type is declared, its model is not.
    case absent
}

/// A status that a method declares, with the headers that integration responses may map.
public struct MethodResponseDeclaration: Sendable, Equatable {
    /// 100…599; `default` and ranges of OpenAPI are none that API Gateway knows.
    public var status: Int
    /// What the definition says about it, Markdown.
    public var description: String?
    /// Header fields that the response may have.
    public var headers: [ResponseHeader] = []
    /// By media type.
    public var models: [Named<ModelReference>] = []
    /// What else the definition says about it.
    public var unused: DefinitionTree?
    /// Where the declaration stands.
    public var place = Place.nowhere

    /// A response without header fields and models.
    public init(status: Int) {
        self.status = status
    }
}

/// A header field that a response declares.
public struct ResponseHeader: Sendable, Equatable {
    /// In the definition's spelling.
    public var name: String
    /// Type and description.
    public var unused: DefinitionTree?

    /// A field without anything said about it.
    public init(_ name: String, unused: DefinitionTree? = nil) {
        self.name = name
        self.unused = unused
    }
}

/// Who may call a method.
public enum MethodAuthorization: Sendable, Equatable {
    /// Everybody.
    case none
    /// Signature Version 4, service `execute-api`.
    case iam
    /// A Lambda authorizer.
    case custom(authorizer: LocatedText)
    /// A Cognito user pool; without scopes an ID token is expected, with them an access token.
    case cognito(authorizer: LocatedText, scopes: [String])

    /// The service's `authorizationType`.
    public var type: String {
        switch self {
        case .none: "NONE"
        case .iam: "AWS_IAM"
        case .custom: "CUSTOM"
        case .cognito: "COGNITO_USER_POOLS"
        }
    }
}

/// Something that decides who may call: a Lambda function or a Cognito user pool.
public struct APIAuthorizer: Sendable, Equatable {
    /// How callers are recognised (`type` of CreateAuthorizer).
    public enum Kind: String, Sendable, CaseIterable {
        /// A Lambda function that sees a token.
        case token = "TOKEN"
        /// A Lambda function that sees the request's head.
        case request = "REQUEST"
        /// A user pool, which no function is asked about.
        case cognito = "COGNITO_USER_POOLS"
    }

    /// What methods refer to; the name of the security scheme in OpenAPI.
    public var name: String
    /// By a token, by the whole request, or by a user pool.
    public var kind: Kind
    /// Free text of the definition, `custom` or `cognito_user_pools` as a rule.
    public var authType: String?
    /// The ARN that invokes the function; nil for `COGNITO_USER_POOLS`.
    public var uri: LocatedText?
    /// The ARN of the role that the function is invoked with; nil leaves it to the function's own policy.
    public var credentials: LocatedText?
    /// `method.request.header.Authorization`, or several with commas.
    public var identitySource: String?
    /// A regular expression that the token must match as a whole.
    public var identityValidationExpression: LocatedText?
    /// 0…3600 seconds; nil stands for 300.
    public var resultTTLSeconds: Int?
    /// The user pools whose tokens count; empty for functions.
    public var providerARNs: [LocatedText] = []
    /// Where the authorizer stands.
    public var place = Place.nowhere

    /// An authorizer that says nothing but its kind.
    public init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}
