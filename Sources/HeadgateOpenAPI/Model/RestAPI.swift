import Headgate

/// An API of API Gateway (REST): its methods with their integrations, and what they share. Every way
/// of writing one (OpenAPI, CloudFormation, pipeline files) is read into this, and written from it.
public struct RestAPI: Sendable, Equatable {
    /// `$context.apiId`, and the first label of the host name; nil where the definition says none.
    public var id: String?
    public var name: String
    public var description: String?
    public var version: String?
    /// In the order of the definition.
    public var methods: [APIMethod] = []
    public var requestValidators: [Named<RequestValidator>] = []
    /// The validator of methods that name none.
    public var requestValidator: LocatedText?
    public var models: [APIModel] = []
    public var authorizers: [APIAuthorizer] = []
    public var gatewayResponses: [APIGatewayResponse] = []
    public var apiKeySource = APIKeySource.header
    public var binaryMediaTypes: [LocatedText] = []
    /// Responses of so many bytes are compressed; nil: none, and compressed requests are not unpacked.
    public var minimumCompressionSize: Int?
    /// The resource policy.
    public var policy: DefinitionTree?
    public var endpointConfiguration: DefinitionTree?
    /// `x-amazon-apigateway-documentation`.
    public var documentation: DefinitionTree?
    public var stage: DeploymentStage?
    /// What of the definition API Gateway has no use for: contact, tags, external documentation.
    public var unused: DefinitionTree?
    /// How the definition was written.
    public var format = DefinitionFormat.openAPI("3.0.1")
    public var place = Place.nowhere

    public init(name: String) {
        self.name = name
    }

    public func authorizer(_ name: String) -> APIAuthorizer? { authorizers.first { $0.name == name } }
    public func model(_ name: String) -> APIModel? { models.first { $0.name == name } }

    /// The validator that a method's requests pass, if any.
    public func validator(of method: APIMethod) -> RequestValidator? {
        guard let name = method.requestValidator ?? requestValidator else { return nil }
        return requestValidators.first { $0.name == name.text }?.value
    }
}

public enum DefinitionFormat: Sendable, Equatable {
    case swagger
    /// With its version, e.g. `3.0.1`.
    case openAPI(String)
}

/// Where the API key of a request stands.
public enum APIKeySource: String, Sendable, CaseIterable {
    /// In the header `x-api-key`.
    case header = "HEADER"
    /// In what an authorizer returns.
    case authorizer = "AUTHORIZER"
}

/// What is checked before an integration is called. Both are off in a validator that says nothing.
public struct RequestValidator: Sendable, Equatable {
    public var validatesBody: Bool
    public var validatesParameters: Bool

    public init(body: Bool = false, parameters: Bool = false) {
        validatesBody = body
        validatesParameters = parameters
    }
}

/// A JSON Schema (draft 4) with a name. References to other models are written `#/definitions/NAME`.
public struct APIModel: Sendable, Equatable {
    public var name: String
    public var description: String?
    public var schema: DefinitionTree
    public var place: Place

    public init(name: String, description: String? = nil, schema: DefinitionTree, place: Place = .nowhere) {
        self.name = name
        self.description = description
        self.schema = schema
        self.place = place
    }
}

/// What the gateway answers by itself, customised.
public struct APIGatewayResponse: Sendable, Equatable {
    public var type: GatewayResponseType
    /// nil: the type's own status.
    public var statusCode: Int?
    /// `gatewayresponse.header.NAME` to an expression.
    public var responseParameters: [Named<LocatedText>] = []
    /// By media type; plain substitution, no VTL.
    public var responseTemplates: [Named<LocatedText>] = []
    public var place = Place.nowhere

    public init(type: GatewayResponseType) {
        self.type = type
    }
}

extension RestAPI {
    /// The same API with methods and parameters in the order of their names, for comparing two whose
    /// definitions differ in order only.
    public var inNaturalOrder: RestAPI {
        var api = self
        for index in api.methods.indices {
            api.methods[index].parameters.sort { $0.key < $1.key }
        }
        api.methods.sort { ($0.path, $0.verb) < ($1.path, $1.verb) }
        return api
    }
}
