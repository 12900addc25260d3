import Headgate

/// What answers a method: API Gateway's Integration resource, field by field. Members that are nil were
/// not written and take the service's defaults.
public struct APIIntegration: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case http = "HTTP"
        case httpProxy = "HTTP_PROXY"
        case aws = "AWS"
        case awsProxy = "AWS_PROXY"
        case mock = "MOCK"

        public var isProxy: Bool { self == .httpProxy || self == .awsProxy }
        public var isHTTP: Bool { self == .http || self == .httpProxy }
        public var isAWS: Bool { self == .aws || self == .awsProxy }
    }

    public enum PassthroughBehavior: String, Sendable, CaseIterable {
        case whenNoMatch = "WHEN_NO_MATCH"
        case whenNoTemplates = "WHEN_NO_TEMPLATES"
        case never = "NEVER"
    }

    public enum ContentHandling: String, Sendable, CaseIterable {
        case toBinary = "CONVERT_TO_BINARY"
        case toText = "CONVERT_TO_TEXT"
    }

    public enum ConnectionType: String, Sendable, CaseIterable {
        case internet = "INTERNET"
        case vpcLink = "VPC_LINK"
    }

    public enum TransferMode: String, Sendable, CaseIterable {
        case buffered = "BUFFERED"
        case stream = "STREAM"
    }

    public var kind: Kind
    /// In capitals, or `ANY`.
    public var httpMethod: String?
    public var uri: LocatedText?
    public var connectionType: ConnectionType?
    public var connectionID: LocatedText?
    public var integrationTarget: LocatedText?
    public var credentials: LocatedText?
    /// `integration.request.{header,querystring,path}.NAME` to an expression.
    public var requestParameters: [Named<LocatedText>] = []
    /// By media type; nil for an entry without template, which passes the body unchanged.
    public var requestTemplates: [Named<LocatedText?>] = []
    public var passthroughBehavior: PassthroughBehavior?
    public var contentHandling: ContentHandling?
    /// 50…29000, for streams up to 900000.
    public var timeoutInMillis: Int?
    public var cacheNamespace: LocatedText?
    public var cacheKeyParameters: [LocatedText] = []
    public var insecureSkipVerification: Bool?
    public var responseTransferMode: TransferMode?
    public var responses: [APIIntegrationResponse] = []
    public var place = Place.nowhere

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
    public var contentHandling: APIIntegration.ContentHandling?
    public var place = Place.nowhere

    public init(status: Int, selectionPattern: LocatedText? = nil) {
        self.status = status
        self.selectionPattern = selectionPattern
    }
}
