/// A step of a pipeline. Conform to one of its refinements: ``SynchronousStage`` computes, ``AsynchronousStage``
/// waits for something in a task, ``SuspendingStage`` may wait without one, and ``DispatchStage`` calls the backend on
/// the event loop that owns the client's connection.
///
/// A stage is immutable and shared by all lanes; what belongs to one request lives in the ``Exchange``.
public protocol Stage: Sendable {
    /// Whether the stage looks at the payload of request or response. A pipeline in which none does,
    /// and whose backend call streams, passes payloads on as they come. True unless a stage says otherwise.
    var readsPayload: Bool { get }
}

extension Stage {
    /// True: a stage that says nothing gets the whole payload.
    public var readsPayload: Bool { true }
}

/// What a stage wants to happen next.
public enum StageOutcome: Sendable {
    /// Go on with the following stage.
    case proceed
    /// ``Exchange/response`` is what the client gets; the remaining stages are left out.
    case respond
    /// The stages up to the next dispatch are left out, or all that remain where none follows.
    case skip
}

/// A stage that computes without waiting. It runs on its lane, without a task and without a hop.
public protocol SynchronousStage: Stage {
    /// - Throws: ``GatewayFailure`` for what the client must see; anything else becomes a 500.
    func run(_ exchange: Exchange) throws -> StageOutcome
}

/// A stage that waits: it runs in a task of its own while the lane serves other exchanges.
public protocol AsynchronousStage: Stage {
    /// Called in a task, which is cancelled when the exchange is.
    /// - Throws: ``GatewayFailure`` for what the client must see; anything else becomes a 500.
    func run(_ exchange: Exchange) async throws -> StageOutcome
}

/// A stage on a lane that may finish at once or later: Lua scripts, for one.
public protocol SuspendingStage: Stage {
    /// Starts on the exchange's lane. Either returns the outcome, or returns nil and calls
    /// ``Resumption/resume(_:)`` later, from anywhere, once.
    func start(_ exchange: Exchange, _ resumption: Resumption) throws -> StageOutcome?
}

/// When the stages of a pipeline run.
public enum Course: Sendable, Hashable {
    /// In their order, until one fails or responds.
    case main
    /// After a stage has failed: ``Exchange/failure`` says why, and ``Exchange/response`` can still be changed.
    case failure
    /// After the response is settled; nothing can be changed.
    case completion
}

/// A stage that has more to do than its place in the order says: when a stage of the pipeline has failed, or when the
/// exchange is over.
public protocol LateStage: Stage {
    /// What runs in the course; nil for nothing. It must not fail: what goes wrong there is its own to report.
    func stage(in course: Course) -> (any SuspendingStage)?
}

/// A stage that calls a backend, and with it sets ``Exchange/integrationResponse``.
///
/// It starts at the exchange's home, the event loop that owns the client's connection, or on the lane
/// when there is none. It must call the resumption once, from wherever it likes.
public protocol DispatchStage: Stage {
    /// Whether request and response bodies may pass through without being buffered.
    var streams: Bool { get }
    /// Starts the call, and lets the exchange go on when it is over; a ``GatewayFailure`` is what the client must
    /// see.
    func dispatch(_ exchange: Exchange, _ resumption: Resumption)
}

/// The right to let an exchange go on; valid once.
public struct Resumption: Sendable {
    /// The exchange that waits; to be touched only by who may resume it.
    public let exchange: Exchange
    let generation: Int

    /// Lets the exchange go on with this outcome, or fail. A second call does nothing.
    public func resume(_ result: Result<StageOutcome, any Error>) {
        Executor.resume(exchange, generation: generation, result)
    }
}
