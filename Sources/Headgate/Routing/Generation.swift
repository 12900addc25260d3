import Synchronization

/// Everything that serves at one moment: pipelines, their routes, the deployment stage. Immutable; a
/// reload builds a complete new one beside it and swaps it in whole.
public final class Generation: Sendable {
    /// 1 for the first, then counting reloads.
    public let number: Int
    public let pipelines: [Pipeline]
    public let router: Router
    /// For pipelines that name none of their own.
    public let deployment: Deployment
    /// Carries exchanges that match no route, so that they are answered, logged and counted like others.
    public let unrouted: Pipeline

    public init(number: Int, pipelines: [Pipeline], deployment: Deployment = Deployment()) {
        self.number = number
        self.pipelines = pipelines
        self.deployment = deployment
        router = Router(pipelines)
        unrouted = Pipeline(name: "unrouted", routes: [], stages: [])
    }
}

/// Holds the generation that serves. The server reads it once a request, on the loop that has the request.
///
/// Loops keep a copy and compare ``version`` (one relaxed load) instead of taking the lock.
public final class CurrentGeneration: Sendable {
    private let held: Mutex<Generation>
    private let count = Atomic<Int>(0)

    public init(_ generation: Generation) {
        held = Mutex(generation)
    }

    /// Changes whenever another generation is swapped in.
    public var version: Int { count.load(ordering: .acquiring) }

    public var value: Generation { held.withLock { $0 } }

    /// Lets `generation` serve from now on; exchanges that run finish on the one they started with.
    public func replace(by generation: Generation) {
        held.withLock { $0 = generation }
        count.wrappingAdd(1, ordering: .releasing)
    }
}
