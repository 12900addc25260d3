import Headgate
import NIOCore
import NIOPosix
import Synchronization

@testable import HeadgateHTTP

/// Calls a scripted backend as a stage would: on the loop of an exchange's home.
final class Calls: Sendable {
    let dispatcher: HTTPDispatcher
    private let home: EventLoopHome
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(_ configuration: DispatcherConfiguration = DispatcherConfiguration()) throws {
        dispatcher = try HTTPDispatcher(group: Self.group, configuration: configuration)
        home = EventLoopHome(eventLoop: Self.group.next())
    }

    /// What the client would see.
    enum Outcome: Sendable, Equatable, CustomStringConvertible {
        case answered(Int, String)
        case failed(Int, String)

        var description: String {
            switch self {
            case .answered(let status, let body): "\(status) \(body.prefix(40))"
            case .failed(let status, let reason): "failed with \(status), \(reason)"
            }
        }
    }

    func perform(
        _ method: String = "GET",
        _ path: String = "/",
        to port: Int,
        headers: Headers = [:],
        body: Body = .empty,
        timeout: Int = 2000,
        streaming: Bool = false,
        cancellingAfter cancellation: TimeAmount? = nil,
    ) async -> Result<IntegrationResponse, any Error> {
        var request = IntegrationRequest(
            method: method,
            endpoint: Endpoint(scheme: .http, host: "127.0.0.1", port: port),
            path: path,
            headers: headers,
            body: body,
        )
        request.timeoutMilliseconds = timeout
        return await perform(request, streaming: streaming, cancellingAfter: cancellation)
    }

    func perform(
        _ request: IntegrationRequest,
        streaming: Bool = false,
        cancellingAfter cancellation: TimeAmount? = nil,
    ) async -> Result<IntegrationResponse, any Error> {
        let lane = Lane(name: "calls")
        return await withCheckedContinuation { continuation in
            let exchange = Exchange(
                pipeline: Pipeline(name: "calls", routes: [], stages: []),
                request: MethodRequest(method: request.method, path: "/"),
                deployment: Deployment(),
                lane: lane,
                home: home,
                receivedAtMilliseconds: 0,
                random: RandomSource(seed: 1),
                completion: { _ in },
            )
            home.eventLoop.execute {
                self.dispatcher.perform(request, for: exchange, streaming: streaming) { result in
                    exchange.onCancel(nil)
                    continuation.resume(returning: result)
                }
                if let cancellation {
                    self.home.eventLoop.scheduleTask(in: cancellation) { exchange.cancel() }
                }
            }
        }
    }

    /// The result of a call whose response is complete.
    func outcome(
        _ method: String = "GET",
        _ path: String = "/",
        to port: Int,
        headers: Headers = [:],
        body: String = "",
        timeout: Int = 2000,
        cancellingAfter cancellation: TimeAmount? = nil,
    ) async -> Outcome {
        let result = await perform(
            method,
            path,
            to: port,
            headers: headers,
            body: Body(body),
            timeout: timeout,
            cancellingAfter: cancellation,
        )
        switch result {
        case .success(let response): return .answered(response.status, response.body.text)
        case .failure(let failure as GatewayFailure): return .failed(failure.status, "\(failure.reason)")
        case .failure(let error): return .failed(0, "\(error)")
        }
    }

    /// A port on which nobody listens.
    static func closedPort() async throws -> Int {
        let upstream = try await ScriptedUpstream(.nothing)
        let port = upstream.port
        try await upstream.stop()
        return port
    }
}

/// Waits until `condition` is true, five seconds at most.
@discardableResult
func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<500 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
}

/// A flag that one thread sets and another reads.
final class Flag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }
}
