import OrderedJSON
import Synchronization

/// One request on its way through a pipeline: method request → integration request → integration
/// response → method response, with what its stages share.
///
/// An exchange is confined: it belongs to one lane or to one home (an event loop) at a time and is
/// handed over whole, so its members need no locks. Only ``cancel()`` may be called from anywhere.
public final class Exchange: @unchecked Sendable {
    /// The pipeline that runs, a part of the generation that served when the request arrived.
    public let pipeline: Pipeline
    /// The deployment stage it runs in: the pipeline's, its API's or the gateway's; with a canary, the one that
    /// chance chose.
    public let deployment: Deployment

    // The four views.
    /// What the client sent. Later stages see what earlier ones changed.
    public var request: MethodRequest
    /// What goes to the backend; built by the request stages.
    public var integrationRequest = IntegrationRequest()
    /// What the backend answered; nil until a dispatch has ended well.
    public var integrationResponse: IntegrationResponse?
    /// What the client gets; built by the response stages.
    public var response = MethodResponse()

    /// Values of `{name}` and `{proxy+}` in the route, raw, in the order of the path.
    public let pathParameters: [(name: String, value: String)]
    /// The client's query, parsed at first use.
    public private(set) lazy var query = Query(parsing: request.rawQuery)

    /// Identity and time of this request, made at first use.
    public private(set) lazy var identifiers = RequestIdentifiers(
        claimed: request.headers.first("x-amzn-RequestId"),
        trace: request.headers.first("X-Amzn-Trace-Id"),
        at: receivedAtMilliseconds,
        random: &random,
    )
    /// When the head of the request was complete, in milliseconds since 1970.
    public let receivedAtMilliseconds: Int64
    /// The source of everything random in this exchange, seeded by the lane or by a test.
    public var random: RandomSource

    /// Values that stages share and templates see as `$context` members, e.g. `authorizer`.
    public var contextMembers: [(name: String, value: JSONValue)] = []
    /// Values that stages share and templates do not see.
    public var variables: [String: JSONValue] = [:]
    /// What a template set through `$context.requestOverride` and `responseOverride`.
    public var overrides = Overrides()
    /// The integration response that a `select` stage chose.
    public var selection: Selection?
    /// Where stages of one kind keep what they need between two stages of one exchange.
    public var storage: [ObjectIdentifier: any Sendable] = [:]

    /// What went wrong, once something did; the response was made from it.
    public internal(set) var failure: GatewayFailure?
    /// How the last call through a link went; nil without one.
    public var linkUse: LinkUse?
    /// Records what each stage received and gave; nil unless somebody asked for it.
    public var trace: Trace?

    /// Whatever has to live as long as this exchange.
    public var companion: AnyObject?

    /// The event loop or other place that does this exchange's input and output; nil when embedded.
    public let home: (any ExchangeHome)?
    /// The lane that runs this exchange's stages.
    public let lane: Lane

    /// Which of the pipeline's lists of stages runs.
    var course = Course.main
    var cursor = 0
    /// The dispatch that runs now was started at home and resumes there.
    var isDispatchedAtHome = false
    let generation = Atomic<Int>(0)
    var pendingResult: Result<StageOutcome, any Error>?
    var completion: ((Exchange) -> Void)?
    private let cancelled = Atomic<Bool>(false)
    private let cancelHandler = Mutex<(@Sendable () -> Void)?>(nil)

    /// An exchange that is ready to run; the server and HeadgateGateway make them.
    /// - Parameters:
    ///   - pathParameters: the values of the route's variables, raw.
    ///   - home: where input and output happen; nil runs everything on the lane.
    ///   - receivedAtMilliseconds: since 1970; `$context.requestTimeEpoch`.
    ///   - completion: called once, when ``response`` is what the client gets.
    public init(
        pipeline: Pipeline,
        request: MethodRequest,
        pathParameters: [(name: String, value: String)] = [],
        deployment: Deployment,
        lane: Lane,
        home: (any ExchangeHome)? = nil,
        receivedAtMilliseconds: Int64,
        random: RandomSource,
        completion: @escaping (Exchange) -> Void,
    ) {
        self.pipeline = pipeline
        self.request = request
        self.pathParameters = pathParameters
        self.deployment = deployment
        self.lane = lane
        self.home = home
        self.receivedAtMilliseconds = receivedAtMilliseconds
        self.random = random
        self.completion = completion
        if let name = pipeline.operationName { contextMembers.append(("operationName", .string(name))) }
        if let isCanary = deployment.isCanary {
            contextMembers.append(("isCanaryRequest", .string(isCanary ? "true" : "false")))
        }
    }

    /// What is over, for those who look back on it: on its lane, without a home, and of no use to anybody else.
    init(over exchange: Exchange) {
        pipeline = exchange.pipeline
        request = exchange.request
        pathParameters = exchange.pathParameters
        deployment = exchange.deployment
        lane = exchange.lane
        home = nil
        receivedAtMilliseconds = exchange.receivedAtMilliseconds
        random = exchange.random
        integrationRequest = exchange.integrationRequest
        integrationResponse = exchange.integrationResponse
        response = exchange.response
        contextMembers = exchange.contextMembers
        variables = exchange.variables
        selection = exchange.selection
        failure = exchange.failure
        course = .completion
        identifiers = exchange.identifiers
    }

    /// The stages of the course.
    var stages: [PipelineStage] {
        switch course {
        case .main: pipeline.stages
        case .failure: pipeline.failureStages
        case .completion: pipeline.completionStages
        }
    }

    /// The value of a path parameter as sent (percent-encoding kept); `{proxy+}` is called `proxy`.
    public func pathParameter(_ name: String) -> String? {
        for parameter in pathParameters where parameter.name == name {
            return parameter.value
        }
        return nil
    }

    /// Whether the client has gone away, or the gateway stops hard. No further stage is started then.
    public var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    /// Gives the exchange up: what waits is told, and no further stage is started.
    public func cancel() {
        guard !cancelled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        cancelHandler.withLock { handler in
            defer { handler = nil }
            return handler
        }?()
    }

    /// What to do when the exchange is cancelled while a stage waits; nil when it no longer waits.
    /// Called at once when it has been cancelled already.
    public func onCancel(_ handler: (@Sendable () -> Void)?) {
        cancelHandler.withLock { $0 = handler }
        if isCancelled {
            cancelHandler.withLock { stored in
                defer { stored = nil }
                return stored
            }?()
        }
    }
}

/// The integration response that was chosen: API Gateway's key is its status code.
public struct Selection: Sendable, Equatable {
    /// The status of the method response, 100…599.
    public var status: Int
    /// The pattern that matched, nil for the default.
    public var pattern: String?

    /// A choice.
    /// - Parameter pattern: what matched; nil for the default response.
    public init(status: Int, pattern: String? = nil) {
        self.status = status
        self.pattern = pattern
    }
}

/// What templates override: `$context.requestOverride` and `$context.responseOverride`.
/// Stronger than parameter mappings and than the selected status; a list gives several header lines.
public struct Overrides: Sendable {
    /// Header fields of the integration request; each replaces all lines of its name.
    public var requestHeaders: [(name: String, values: [String])] = []
    /// Values for the `{name}` placeholders of the backend's URI.
    public var requestPath: [(name: String, value: String)] = []
    /// Query parameters of the integration request; each replaces all of its name.
    public var requestQuery: [(name: String, values: [String])] = []
    /// Header fields of the method response; each replaces all lines of its name.
    public var responseHeaders: [(name: String, values: [String])] = []
    /// 100…599; other values are ignored by the service and never stand here.
    public var responseStatus: Int?

    /// Nothing is overridden.
    public init() {}

    /// Whether no template has overridden anything.
    public var isEmpty: Bool {
        requestHeaders.isEmpty && requestPath.isEmpty && requestQuery.isEmpty && responseHeaders.isEmpty
            && responseStatus == nil
    }
}
