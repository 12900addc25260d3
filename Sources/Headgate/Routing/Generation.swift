import Synchronization

/// Everything that serves at one moment: pipelines, their routes, the deployment stage. Immutable; a
/// reload builds a complete new one beside it and swaps it in whole.
public final class Generation: Sendable {
    /// 1 for the first, then counting reloads.
    public let number: Int
    /// All pipelines, those of APIs among them.
    public let pipelines: [Pipeline]
    /// The routes of the pipelines that belong to no API.
    public let router: Router
    /// The APIs among the pipelines, by their ids and stages.
    private let apis: APIRouting
    /// For pipelines that name none of their own.
    public let deployment: Deployment
    /// Carries exchanges that match no route, so that they are answered, logged and counted like others.
    public let unrouted: Pipeline

    /// A generation of pipelines.
    /// - Parameter deployment: for those that name none of their own.
    public init(number: Int, pipelines: [Pipeline], deployment: Deployment = Deployment()) {
        self.number = number
        self.pipelines = pipelines
        self.deployment = deployment
        router = Router(pipelines.filter { $0.api == nil })
        apis = APIRouting(pipelines)
        unrouted = Pipeline(name: "unrouted", routes: [], stages: [])
    }

    /// Where a request goes.
    public struct Admission: Sendable {
        /// What runs; ``Generation/unrouted`` after a refusal.
        public let pipeline: Pipeline
        /// The values of the path's variables, raw.
        public let pathParameters: [(name: String, value: String)]
        /// The deployment stage that the request runs in.
        public let deployment: Deployment
        /// Why nothing serves the request; nil when something does.
        public let refusal: GatewayFailure?

        /// Where a request goes, or why it goes nowhere.
        public init(
            _ pipeline: Pipeline,
            _ pathParameters: [(name: String, value: String)] = [],
            _ deployment: Deployment,
            refusal: GatewayFailure? = nil,
        ) {
            self.pipeline = pipeline
            self.pathParameters = pathParameters
            self.deployment = deployment
            self.refusal = refusal
        }
    }

    /// Finds what serves a request, by its host, method and path.
    ///
    /// For an API, the request's path loses the deployment stage in front of it, and its method becomes
    /// the one that `X-HTTP-Method-Override` names, as the service does.
    public func admit(_ request: inout MethodRequest, _ random: inout RandomSource) -> Admission {
        if let match = router.match(method: request.method, path: request.path) {
            return Admission(match.pipeline, match.pathParameters, match.pipeline.deployment ?? deployment)
        }
        if let admission = apis.admit(&request, &random) { return admission }
        return Admission(unrouted, [], deployment, refusal: apis.isEmpty ? .noRoute : .forbidden)
    }
}

/// Holds the generation that serves. The server reads it once a request, on the loop that has the request.
///
/// Loops keep a copy and compare ``version`` (one relaxed load) instead of taking the lock.
public final class CurrentGeneration: Sendable {
    private let held: Mutex<Generation>
    private let count = Atomic<Int>(0)

    /// Holds the first generation.
    public init(_ generation: Generation) {
        held = Mutex(generation)
    }

    /// Changes whenever another generation is swapped in.
    public var version: Int { count.load(ordering: .acquiring) }

    /// The generation that serves; takes a lock.
    public var value: Generation { held.withLock { $0 } }

    /// Lets `generation` serve from now on; exchanges that run finish on the one they started with.
    public func replace(by generation: Generation) {
        held.withLock { $0 = generation }
        count.wrappingAdd(1, ordering: .releasing)
    }
}
