import Headgate

/// A method of a resource: what of the client's request is checked, and what answers it.
public struct APIMethod: Sendable, Equatable {
    /// The resource's path, e.g. `/pets/{id}`.
    public var path: String
    /// In capitals, or `ANY`.
    public var verb: String
    public var operationName: String?
    public var description: String?
    public var parameters: [MethodParameter] = []
    /// By media type or `$default`.
    public var requestModels: [Named<ModelReference>] = []
    /// The name of a validator; nil takes the API's.
    public var requestValidator: LocatedText?
    public var apiKeyRequired = false
    public var authorization = MethodAuthorization.none
    public var responses: [MethodResponseDeclaration] = []
    /// nil for a method that cannot be deployed.
    public var integration: APIIntegration?
    /// What of the operation API Gateway has no use for.
    public var unused: DefinitionTree?
    public var place = Place.nowhere

    public init(path: String, verb: String) {
        self.path = path
        self.verb = verb
    }

    /// `GET /pets/{id}`.
    public var route: String { verb + " " + path }
}

/// A declared parameter of a request. Types are never checked; whether it is there may be.
public struct MethodParameter: Sendable, Equatable {
    public enum Source: String, Sendable, CaseIterable {
        case path, querystring, header
    }

    public var source: Source
    public var name: String
    public var isRequired: Bool
    /// What else the definition says about it: type, description.
    public var unused: DefinitionTree?
    public var place = Place.nowhere

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
    case named(LocatedText)
    case inline(DefinitionTree)
    /// The media type is declared, its model is not.
    case absent
}

/// A status that a method declares, with the headers that integration responses may map.
public struct MethodResponseDeclaration: Sendable, Equatable {
    public var status: Int
    public var description: String?
    public var headers: [ResponseHeader] = []
    public var models: [Named<ModelReference>] = []
    /// What else the definition says about it.
    public var unused: DefinitionTree?
    public var place = Place.nowhere

    public init(status: Int) {
        self.status = status
    }
}

public struct ResponseHeader: Sendable, Equatable {
    public var name: String
    /// Type and description.
    public var unused: DefinitionTree?

    public init(_ name: String, unused: DefinitionTree? = nil) {
        self.name = name
        self.unused = unused
    }
}

/// Who may call a method.
public enum MethodAuthorization: Sendable, Equatable {
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
    public enum Kind: String, Sendable, CaseIterable {
        case token = "TOKEN"
        case request = "REQUEST"
        case cognito = "COGNITO_USER_POOLS"
    }

    public var name: String
    public var kind: Kind
    /// Free text of the definition, `custom` or `cognito_user_pools` as a rule.
    public var authType: String?
    public var uri: LocatedText?
    public var credentials: LocatedText?
    /// `method.request.header.Authorization`, or several with commas.
    public var identitySource: String?
    /// A regular expression that the token must match as a whole.
    public var identityValidationExpression: LocatedText?
    /// 0…3600 seconds; nil stands for 300.
    public var resultTTLSeconds: Int?
    public var providerARNs: [LocatedText] = []
    public var place = Place.nowhere

    public init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}
