import Dispatch
import Synchronization
import Testing

@testable import Headgate

/// Runs what it is given on the lane.
struct Compute: SynchronousStage {
    let body: @Sendable (Exchange) throws -> StageOutcome

    func run(_ exchange: Exchange) throws -> StageOutcome { try body(exchange) }
}

struct Await: AsynchronousStage {
    let body: @Sendable (Exchange) async throws -> StageOutcome

    func run(_ exchange: Exchange) async throws -> StageOutcome { try await body(exchange) }
}

struct Call: DispatchStage {
    var streams = false
    let body: @Sendable (Exchange, Resumption) -> Void

    func dispatch(_ exchange: Exchange, _ resumption: Resumption) { body(exchange, resumption) }
}

/// A home on a queue of its own, which counts its batches.
final class QueueHome: ExchangeHome {
    let queue = DispatchQueue(label: "home")
    let lane: Lane
    let deliveries = Mutex<[Int]>([])

    init(lane: Lane) { self.lane = lane }

    func deliver(_ batch: [Exchange]) {
        deliveries.withLock { $0.append(batch.count) }
        queue.async { for exchange in batch { exchange.continueAtHome() } }
    }

    func handOver(_ exchange: Exchange) { lane.submit([exchange]) }
}

@Suite struct ExecutorTests {
    static func pipeline(_ stages: [any Stage]) -> Pipeline {
        Pipeline(
            name: "p",
            routes: [],
            stages: stages.enumerated().map { index, stage in
                PipelineStage(
                    label: "s\(index)",
                    kind: "test",
                    phase: .any,
                    built: BuiltStage(stage, explanation: ""),
                )
            },
        )
    }

    static func run(
        _ stages: [any Stage],
        home: Bool = false,
        trace: Trace? = nil,
        prepare: (Exchange) -> Void = { _ in },
    ) async -> Exchange {
        let lane = Lane(name: "lane", random: RandomSource(seed: 7))
        let place = home ? QueueHome(lane: lane) : nil
        return await withCheckedContinuation { continuation in
            let exchange = Exchange(
                pipeline: pipeline(stages),
                request: MethodRequest(method: "GET", path: "/"),
                deployment: Deployment(),
                lane: lane,
                home: place,
                receivedAtMilliseconds: 0,
                random: lane.makeRandom(),
            ) { continuation.resume(returning: $0) }
            exchange.trace = trace
            prepare(exchange)
            if let place {
                place.queue.async { Executor.start(exchange) }
            } else {
                Executor.start(exchange)
            }
        }
    }

    static func append(_ text: String, onLane: Bool = true) -> Compute {
        Compute { exchange in
            #expect(exchange.lane.isCurrent == onLane)
            exchange.response.body = Body(exchange.response.body.text + text)
            return .proceed
        }
    }

    @Test(arguments: [false, true]) func stagesRunInOrderOnTheLane(home: Bool) async {
        let call = Call { exchange, resumption in
            #expect(exchange.lane.isCurrent != home)
            exchange.response.body = Body(exchange.response.body.text + "b")
            resumption.resume(.success(.proceed))
        }
        let wait = Await { exchange in
            try await Task.sleep(for: .milliseconds(1))
            exchange.response.body = Body(exchange.response.body.text + "d")
            return .proceed
        }
        let exchange = await Self.run([Self.append("a"), call, Self.append("c"), wait, Self.append("e")], home: home)
        #expect(exchange.response.body.text == "abcde")
        #expect(exchange.failure == nil)
        #expect(exchange.response.headers.first("x-amzn-RequestId") == exchange.identifiers.requestID)
    }

    @Test func aPipelineThatOnlyDispatchesNeverLeavesHome() async {
        let call = Call { exchange, resumption in
            exchange.response.status = 204
            resumption.resume(.success(.proceed))
        }
        let lane = Lane(name: "lane")
        let home = QueueHome(lane: lane)
        let exchange = await withCheckedContinuation { continuation in
            let exchange = Exchange(
                pipeline: Self.pipeline([call]),
                request: MethodRequest(method: "GET", path: "/"),
                deployment: Deployment(),
                lane: lane,
                home: home,
                receivedAtMilliseconds: 0,
                random: RandomSource(seed: 1),
            ) { continuation.resume(returning: $0) }
            home.queue.async { Executor.start(exchange) }
        }
        #expect(exchange.response.status == 204)
        #expect(home.deliveries.withLock { $0 } == [])
    }

    @Test func respondLeavesTheRestOut() async {
        let respond = Compute { exchange in
            exchange.response.status = 418
            return .respond
        }
        let exchange = await Self.run([respond, Self.append("never")])
        #expect(exchange.response.status == 418)
        #expect(exchange.response.body.text == "")
    }

    @Test func whatAStageThrowsIsA500WithNothingInternal() async {
        struct Secret: Error { let detail = "db password" }
        let exchange = await Self.run([Compute { _ in throw Secret() }, Self.append("never")])
        #expect(exchange.response.status == 500)
        #expect(exchange.response.body.text == "{\"message\": \"Internal server error\"}")
        #expect(exchange.failure?.cause.contains("db password") == true)
        #expect(exchange.failure?.stage == "s0")
    }

    @Test func aFailedDispatchAnswersByItsType() async {
        let call = Call { _, resumption in resumption.resume(.failure(GatewayFailure.timeout("no answer in 29 s"))) }
        for home in [false, true] {
            let exchange = await Self.run([call, Self.append("never")], home: home)
            #expect(exchange.response.status == 504)
            #expect(exchange.response.body.text == "{\"message\": \"Endpoint request timed out\"}")
        }
    }

    @Test func aSecondResumptionDoesNothing() async {
        let call = Call { _, resumption in
            resumption.resume(.success(.proceed))
            resumption.resume(.failure(GatewayFailure.timeout("late")))
        }
        let exchange = await Self.run([call, Self.append("a")])
        #expect(exchange.failure == nil)
        #expect(exchange.response.body.text == "a")
    }

    @Test func cancellingReachesTheStageThatWaitsAndStartsNoOther() async {
        let wait = Await { _ in
            try await Task.sleep(for: .seconds(60))
            return .proceed
        }
        let ran = Atomic<Bool>(false)
        let after = Compute { _ in
            ran.store(true, ordering: .relaxed)
            return .proceed
        }
        let exchange = await Self.run([wait, after]) { exchange in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) { exchange.cancel() }
        }
        #expect(exchange.isCancelled)
        #expect(ran.load(ordering: .relaxed) == false)
    }

    @Test func aTraceHoldsEachStagesBeforeAndAfter() async {
        let trace = Trace()
        let select = Compute { exchange in
            exchange.selection = Selection(status: 404, pattern: "404")
            exchange.trace?.note("pattern", "404")
            return .proceed
        }
        _ = await Self.run([Self.append("a"), select], trace: trace)
        #expect(trace.steps.map(\.label) == ["s0", "s1"])
        #expect(trace.steps.first?.before.response.body.text == "")
        #expect(trace.steps.first?.after?.response.body.text == "a")
        #expect(trace.steps.last?.after?.selection?.status == 404)
        #expect(trace.steps.last?.notes.first?.text == "404")
    }

    @Test func batchesGoHomeTogether() async {
        let lane = Lane(name: "lane")
        let home = QueueHome(lane: lane)
        let left = Atomic<Int>(50)
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let batch = (0..<50).map { _ in
                Exchange(
                    pipeline: Self.pipeline([Self.append("x")]),
                    request: MethodRequest(method: "GET", path: "/"),
                    deployment: Deployment(),
                    lane: lane,
                    home: home,
                    receivedAtMilliseconds: 0,
                    random: RandomSource(seed: 1),
                ) { _ in
                    if left.subtract(1, ordering: .relaxed).newValue == 0 { continuation.resume() }
                }
            }
            lane.submit(batch)
        }
        #expect(home.deliveries.withLock { $0 } == [50])
    }
}
