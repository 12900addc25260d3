import Headgate
import HeadgateDefinitions
import OrderedJSON
import Synchronization

/// The backend of the test that runs: answers as the test says and remembers what it received.
final class PlayedBackend: Dispatcher {
    private struct State {
        var answer: PipelineTest.Answer
        var received: [IntegrationRequest] = []
    }

    private let state = Mutex(State(answer: .response(status: 200, headers: [], body: nil)))

    func play(_ answer: PipelineTest.Answer) {
        state.withLock { $0 = State(answer: answer) }
    }

    var received: [IntegrationRequest] { state.withLock { $0.received } }

    func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        let answer = state.withLock { state in
            state.received.append(request)
            return state.answer
        }
        switch answer {
        case .response(let status, let fields, let payload):
            var headers = Headers()
            for field in fields { headers.addUnchecked(field.name, field.value) }
            let body = Self.body(payload, &headers)
            completion(.success(IntegrationResponse(status: status, headers: headers, body: body)))
        case .failure(.timeout):
            completion(.failure(GatewayFailure.timeout("the test's backend never answers")))
        case .failure(.refused):
            completion(.failure(GatewayFailure.badGateway("the test's backend does not listen", status: 504, reason: "connect")))
        }
    }

    /// A payload as bytes; JSON brings its Content-Type unless there is one.
    static func body(_ payload: PipelineTest.Payload?, _ headers: inout Headers) -> Body {
        switch payload {
        case nil:
            return .empty
        case .text(let text):
            return Body(text)
        case .json(let value):
            if !headers.contains("Content-Type") { headers.addUnchecked("Content-Type", "application/json") }
            return Body(JSONWriter.string(value))
        }
    }
}
