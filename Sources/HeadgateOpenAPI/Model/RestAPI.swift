import Headgate

/// An API of API Gateway (REST): its methods with their integrations, and what they share. Every way
/// of writing one (OpenAPI, CloudFormation, pipeline files) is read into this, and written from it.
public struct RestAPI: Sendable, Equatable {
    /// `$context.apiId`, and the first label of the host name; nil where the definition says none.
    public var id: String?
    /// `info.title`, or the name of the template's resource; pipelines of several APIs are named by it.
    public var name: String
    /// `info.description`.
    public var description: String?
    /// `info.version`; API Gateway does not use it.
    public var version: String?
    /// In the order of the definition.
    public var methods: [APIMethod] = []
    /// `x-amazon-apigateway-request-validators`: what methods may ask to be checked.
    public var requestValidators: [Named<RequestValidator>] = []
    /// The validator of methods that name none.
    public var requestValidator: LocatedText?
    /// The schemas that methods name: `definitions` or `components.schemas`.
    public var models: [APIModel] = []
    /// The authorizers that methods name.
    public var authorizers: [APIAuthorizer] = []
    /// `x-amazon-apigateway-gateway-responses`: what the gateway answers by itself, by type.
    public var gatewayResponses: [APIGatewayResponse] = []
    /// `x-amazon-apigateway-api-key-source`; the service's default is the header.
    public var apiKeySource = APIKeySource.header
    /// `x-amazon-apigateway-binary-media-types`, e.g. `image/*`; payloads of other types are text.
    public var binaryMediaTypes: [LocatedText] = []
    /// Responses of so many bytes are compressed; nil: none, and compressed requests are not unpacked.
    public var minimumCompressionSize: Int?
    /// The resource policy.
    public var policy: DefinitionTree?
    /// Kept, without effect: how the service's own host names lead to the API.
    public var endpointConfiguration: DefinitionTree?
    /// `x-amazon-apigateway-documentation`.
    public var documentation: DefinitionTree?
    /// How the API is deployed (`x-stage`, a stage file, a template's stage); nil where nothing says so.
    public var stage: DeploymentStage?
    /// What of the definition API Gateway has no use for: contact, tags, external documentation.
    public var unused: DefinitionTree?
    /// How the definition was written.
    public var format = DefinitionFormat.openAPI("3.0.1")
    /// Where the definition begins.
    public var place = Place.nowhere

    /// An API without methods.
    public init(name: String) {
        self.name = name
    }

    /// The authorizer of this name; nil if there is none.
    public func authorizer(_ name: String) -> APIAuthorizer? { authorizers.first { $0.name == name } }
    /// The model of this name; nil if there is none.
    public func model(_ name: String) -> APIModel? { models.first { $0.name == name } }

    /// The validator that a method's requests pass, if any.
    public func validator(of method: APIMethod) -> RequestValidator? {
        guard let name = method.requestValidator ?? requestValidator else { return nil }
        return requestValidators.first { $0.name == name.text }?.value
    }
}

/// The version of the specification that a document follows. Swagger is 2.0.
public enum DefinitionFormat: Sendable, Equatable {
    /// Swagger 2.0.
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
    /// Whether a body must fit the model of its media type.
    public var validatesBody: Bool
    /// Whether required parameters must be there.
    public var validatesParameters: Bool

    /// A validator; both are off unless told otherwise.
    public init(body: Bool = false, parameters: Bool = false) {
        validatesBody = body
        validatesParameters = parameters
    }
}

/// A JSON Schema (draft 4) with a name. References to other models are written `#/definitions/NAME`.
public struct APIModel: Sendable, Equatable {
    /// What methods and other models refer to.
    public var name: String
    /// What the definition says about it.
    public var description: String?
    /// As it was written, references included.
    public var schema: DefinitionTree
    /// Where its name stands.
    public var place: Place

    /// A model.
    /// - Parameter schema: draft 4; not compiled here.
    public init(name: String, description: String? = nil, schema: DefinitionTree, place: Place = .nowhere) {
        self.name = name
        self.description = description
        self.schema = schema
        self.place = place
    }
}

/// What the gateway answers by itself, customised.
public struct APIGatewayResponse: Sendable, Equatable {
    /// Which failures it answers.
    public var type: GatewayResponseType
    /// nil: the type's own status.
    public var statusCode: Int?
    /// `gatewayresponse.header.NAME` to an expression.
    public var responseParameters: [Named<LocatedText>] = []
    /// By media type; plain substitution, no VTL.
    public var responseTemplates: [Named<LocatedText>] = []
    /// Where the response stands.
    public var place = Place.nowhere

    /// A response that changes nothing yet.
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
