/// Runs the stages of exchanges: consecutive stages that need no waiting as one synchronous segment on
/// the lane, the backend call at home, and nothing in a task but stages that are written with `await`.
///
/// The rules are few: a dispatch stage runs at home, every other stage on the lane, and an exchange is
/// moved when its next stage is elsewhere. A pipeline that has nothing but its dispatch never leaves home.
public enum Executor {
    private enum Place { case lane, home }

    /// Starts an exchange at its home, or on its lane when it has none.
    public static func start(_ exchange: Exchange) {
        if exchange.home != nil {
            advance(exchange, at: .home)
        } else {
            exchange.lane.submit(exchange)
        }
    }

    /// Ends an exchange before its first stage, e.g. because its payload is too large.
    public static func reject(_ exchange: Exchange, _ failure: GatewayFailure) {
        fail(exchange, failure)
        finish(exchange)
    }

    static func continueOnLane(_ exchange: Exchange) {
        settle(exchange)
        advance(exchange, at: .lane)
    }

    static func continueAtHome(_ exchange: Exchange) {
        settle(exchange)
        advance(exchange, at: .home)
    }

    /// A stage that waited is done.
    static func resume(_ exchange: Exchange, generation: Int, _ result: Result<StageOutcome, any Error>) {
        guard exchange.claim(generation) else { return }
        exchange.pendingResult = result
        exchange.onCancel(nil)
        if exchange.isDispatchedAtHome {
            exchange.isDispatchedAtHome = false
            continueAtHome(exchange)
        } else {
            exchange.lane.submit(exchange)
        }
    }

    /// Takes in the result that a waiting stage left.
    private static func settle(_ exchange: Exchange) {
        guard let result = exchange.pendingResult else { return }
        exchange.pendingResult = nil
        switch result {
        case .success(let outcome): stageEnded(exchange, outcome)
        case .failure(let error): fail(exchange, error)
        }
    }

    private static func advance(_ exchange: Exchange, at place: Place) {
        var stages = exchange.stages
        while !exchange.isCancelled {
            if exchange.cursor >= stages.count {
                guard showsCompletion(exchange) else { break }
                stages = exchange.stages
            }
            // By index: a copy of the stage would count the references of all that it has.
            let index = exchange.cursor
            if stages[index].isDispatch {
                if place == .lane, let home = exchange.home {
                    exchange.lane.sendHome(exchange, home)
                    return
                }
            } else if place == .home {
                exchange.home?.handOver(exchange)
                return
            }
            exchange.cursor = index + 1
            if let trace = exchange.trace {
                trace.begin(stages[index], exchange, at: exchange.lane.clock.monotonicMicroseconds())
            }
            do {
                guard let outcome = try run(stages[index].step, exchange) else { return }
                stageEnded(exchange, outcome)
            } catch {
                fail(exchange, error)
                stages = exchange.stages
            }
        }
        if place == .lane, let home = exchange.home {
            exchange.lane.sendHome(exchange, home)
        } else {
            finish(exchange)
        }
    }

    /// In front of somebody who watches, the stages of the last course run before the response goes out.
    private static func showsCompletion(_ exchange: Exchange) -> Bool {
        guard exchange.trace != nil, exchange.course != .completion, !exchange.pipeline.completionStages.isEmpty else {
            return false
        }
        exchange.course = .completion
        exchange.cursor = 0
        return true
    }

    /// The outcome, or nil when the stage waits and will resume the exchange.
    private static func run(_ step: Step, _ exchange: Exchange) throws -> StageOutcome? {
        switch step {
        case .synchronous(let stage):
            return try stage.run(exchange)
        case .suspending(let stage):
            let resumption = exchange.makeResumption()
            let outcome = try stage.start(exchange, resumption)
            if outcome != nil { _ = exchange.claim(resumption.generation) }
            return outcome
        case .asynchronous(let stage):
            let resumption = exchange.makeResumption()
            let task = Task {
                do {
                    resumption.resume(.success(try await stage.run(exchange)))
                } catch {
                    resumption.resume(.failure(error))
                }
            }
            exchange.onCancel { task.cancel() }
            return nil
        case .dispatch(let stage):
            exchange.isDispatchedAtHome = exchange.home != nil
            stage.dispatch(exchange, exchange.makeResumption())
            return nil
        case .unusable:
            throw GatewayFailure.internalError(
                "the stage is neither synchronous, asynchronous, suspending nor a dispatch",
                reason: "stage",
            )
        }
    }

    private static func stageEnded(_ exchange: Exchange, _ outcome: StageOutcome) {
        let responded = outcome == .respond
        switch outcome {
        case .proceed: break
        case .respond: exchange.cursor = exchange.stages.count
        case .skip:
            let stages = exchange.stages
            exchange.cursor =
                stages[exchange.cursor...].firstIndex { $0.phase == .dispatch || $0.isDispatch } ?? stages.count
        }
        exchange.trace?.end(
            exchange,
            at: exchange.lane.clock.monotonicMicroseconds(),
            responded: responded,
            failure: nil,
        )
    }

    /// Ends the exchange with the response of a failure; whatever a stage threw, the client sees only
    /// what its ``GatewayFailure`` says.
    private static func fail(_ exchange: Exchange, _ error: any Error) {
        guard exchange.course == .main else {
            // The first failure is the one that counts.
            exchange.trace?.end(
                exchange,
                at: exchange.lane.clock.monotonicMicroseconds(),
                responded: false,
                failure: error as? GatewayFailure,
            )
            return
        }
        var failure =
            error as? GatewayFailure
            ?? GatewayFailure.internalError(String(describing: error), reason: "stage")
        if failure.stage == nil, exchange.cursor > 0, exchange.cursor <= exchange.pipeline.stages.count {
            let stage = exchange.pipeline.stages[exchange.cursor - 1]
            failure.stage = stage.label
            if failure.location == nil { failure.location = stage.location }
        }
        if case .stream(let stream)? = exchange.integrationResponse?.body { stream.discard() }
        exchange.failure = failure
        exchange.response =
            exchange.pipeline.api?.failureResponses?.response(to: failure, in: exchange) ?? failure.response()
        if let seconds = failure.retryAfterSeconds {
            exchange.response.headers.setUnchecked("Retry-After", String(seconds))
        }
        exchange.trace?.end(
            exchange,
            at: exchange.lane.clock.monotonicMicroseconds(),
            responded: false,
            failure: failure,
        )
        exchange.cursor = 0
        exchange.course = .failure
    }

    private static func finish(_ exchange: Exchange) {
        let completion = exchange.completion
        exchange.completion = nil
        guard let completion else { return }
        let identifiers = exchange.identifiers
        exchange.response.headers.setUnchecked("x-amzn-RequestId", identifiers.requestID)
        exchange.response.headers.setUnchecked("x-amz-apigw-id", identifiers.extendedRequestID)
        guard exchange.course != .completion, !exchange.pipeline.completionStages.isEmpty else {
            completion(exchange)
            return
        }
        // Whoever completes it may take its parts; nobody waits for those who look back on it.
        let over = Exchange(over: exchange)
        completion(exchange)
        over.lane.submit(over)
    }
}

extension Exchange {
    /// Goes on at home with what ``ExchangeHome/deliver(_:)`` brought: dispatches, or finishes.
    public func continueAtHome() {
        Executor.continueAtHome(self)
    }

    func makeResumption() -> Resumption {
        Resumption(exchange: self, generation: generation.load(ordering: .relaxed))
    }

    /// Whether the resumption of this generation is used for the first time.
    func claim(_ expected: Int) -> Bool {
        generation.compareExchange(expected: expected, desired: expected &+ 1, ordering: .acquiringAndReleasing)
            .exchanged
    }
}
