import Headgate

/// What answers a method: API Gateway's Integration resource, field by field. Members that are nil were
/// not written and take the service's defaults.
public struct APIIntegration: Sendable, Equatable {
    /// The types of integrations of REST APIs (`type` of PutIntegration).
    public enum Kind: String, Sendable, CaseIterable {
        /// An HTTP backend with mapped messages.
        case http = "HTTP"
        /// An HTTP backend that gets the client's request.
        case httpProxy = "HTTP_PROXY"
        /// An action of an AWS service, or a Lambda function, with mapped messages.
        case aws = "AWS"
        /// A Lambda function that gets the request as an event and gives the response (Lambda proxy integration).
        case awsProxy = "AWS_PROXY"
        /// No backend: the request template gives the status.
        case mock = "MOCK"

        /// Whether request and response pass without templates: only header fields, query and path are mapped.
        public var isProxy: Bool { self == .httpProxy || self == .awsProxy }
        /// Whether the URI is a URL.
        public var isHTTP: Bool { self == .http || self == .httpProxy }
        /// Whether the URI is an ARN of API Gateway that names a service and its action or path.
        public var isAWS: Bool { self == .aws || self == .awsProxy }
    }

    /// What becomes of a request's body for which there is no template. The service's default is `WHEN_NO_MATCH`.
    public enum PassthroughBehavior: String, Sendable, CaseIterable {
        /// A body without a template of its own passes.
        case whenNoMatch = "WHEN_NO_MATCH"
        /// A body passes where no template is defined at all.
        case whenNoTemplates = "WHEN_NO_TEMPLATES"
        /// A body without a template of its own is refused with 415.
        case never = "NEVER"
    }

    /// Base64 to bytes or the other way round. Without it a payload is converted by the API's binary media types
    /// only.
    public enum ContentHandling: String, Sendable, CaseIterable {
        /// Base64 becomes the bytes that it stands for.
        case toBinary = "CONVERT_TO_BINARY"
        /// Bytes become Base64.
        case toText = "CONVERT_TO_TEXT"
    }

    /// How the backend is reached. The service's default is `INTERNET`.
    public enum ConnectionType: String, Sendable, CaseIterable {
        /// Over the public internet.
        case internet = "INTERNET"
        /// Through a VPC link.
        case vpcLink = "VPC_LINK"
    }

    /// Whether a proxy's response is passed on whole or as it comes. The service's default is `BUFFERED`.
    public enum TransferMode: String, Sendable, CaseIterable {
        /// Whole, once it is all there.
        case buffered = "BUFFERED"
        /// As it comes.
        case stream = "STREAM"
    }

    /// Which kind of backend, and whether its messages are mapped.
    public var kind: Kind
    /// In capitals, or `ANY`.
    public var httpMethod: String?
    /// The backend's URL, or the ARN of an action of AWS; placeholders of the definition are filled in already. nil
    /// for `MOCK`.
    public var uri: LocatedText?
    /// `VPC_LINK` for a private backend, which a link of the pipelines reaches.
    public var connectionType: ConnectionType?
    /// The VPC link's id, which is the name of a link here; may hold `${stageVariables.NAME}`.
    public var connectionID: LocatedText?
    /// The ARN of the load balancer behind a VPC link: the link that has it among its `integrationTargets` goes before
    /// ``connectionID``.
    public var integrationTarget: LocatedText?
    /// The ARN of a role that calls are signed for, or `arn:aws:iam::*:user/*` for the caller's own credentials; nil
    /// takes the gateway's.
    public var credentials: LocatedText?
    /// `integration.request.{header,querystring,path}.NAME` to an expression.
    public var requestParameters: [Named<LocatedText>] = []
    /// By media type; nil for an entry without template, which passes the body unchanged.
    public var requestTemplates: [Named<LocatedText?>] = []
    /// nil stands for `WHEN_NO_MATCH`.
    public var passthroughBehavior: PassthroughBehavior?
    /// Applied to the request's body in front of the template; nil leaves that to the binary media types.
    public var contentHandling: ContentHandling?
    /// 50…29000, for streams up to 900000.
    public var timeoutInMillis: Int?
    /// Kept, without effect: there is no cache.
    public var cacheNamespace: LocatedText?
    /// Kept, without effect: there is no cache.
    public var cacheKeyParameters: [LocatedText] = []
    /// `tlsConfig.insecureSkipVerification`: whether any certificate of an HTTPS backend will do. nil stands for
    /// false.
    public var insecureSkipVerification: Bool?
    /// nil stands for `BUFFERED`.
    public var responseTransferMode: TransferMode?
    /// What the client gets, by the backend's status; in the order of the definition. Without effect on proxies.
    public var responses: [APIIntegrationResponse] = []
    /// Where the integration stands.
    public var place = Place.nowhere

    /// An integration that says nothing but its type.
    public init(kind: Kind) {
        self.kind = kind
    }
}

/// API Gateway's IntegrationResponse resource.
public struct APIIntegrationResponse: Sendable, Equatable {
    /// 100…599.
    public var status: Int
    /// A Java regular expression; nil for the default response.
    public var selectionPattern: LocatedText?
    /// `method.response.header.NAME` to an expression.
    public var responseParameters: [Named<LocatedText>] = []
    /// By media type; nil for an entry without template.
    public var responseTemplates: [Named<LocatedText?>] = []
    /// Applied to the backend's body in front of the template; nil leaves that to the binary media types.
    public var contentHandling: APIIntegration.ContentHandling?
    /// Where the response stands.
    public var place = Place.nowhere

    /// A response that passes the body on and maps nothing.
    /// - Parameter status: what the client gets, 100…599.
    public init(status: Int, selectionPattern: LocatedText? = nil) {
        self.status = status
        self.selectionPattern = selectionPattern
    }
}
