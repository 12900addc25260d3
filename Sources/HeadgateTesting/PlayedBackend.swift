import Headgate
import HeadgateDefinitions
import OrderedJSON
import Synchronization

/// The backend of the test that runs, and the services beside it: answers as the test says and remembers
/// what it received.
final class PlayedBackend: Dispatcher {
    private struct State {
        var answer: PipelineTest.Answer
        var mocks: [PipelineTest.Mock] = []
        var received: [IntegrationRequest] = []
        /// By the position of the mock.
        var receivedByMocks: [[IntegrationRequest]] = []
    }

    private let state = Mutex(State(answer: .response(status: 200, headers: [], body: nil)))

    func play(_ test: PipelineTest) {
        state.withLock {
            $0 = State(
                answer: test.backend.answer,
                mocks: test.mocks,
                receivedByMocks: Array(repeating: [], count: test.mocks.count),
            )
        }
    }

    /// By the backend itself.
    var received: [IntegrationRequest] { state.withLock { $0.received } }
    var receivedByMocks: [[IntegrationRequest]] { state.withLock { $0.receivedByMocks } }

    func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        let url = (request.endpoint?.origin ?? "") + request.path
        let answer = state.withLock { state in
            let mock = state.mocks.firstIndex { $0.url == url && $0.method ?? request.method == request.method }
            if let mock {
                state.receivedByMocks[mock].append(request)
                return state.mocks[mock].answer
            }
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
            completion(
                .failure(
                    GatewayFailure.badGateway("the test's backend does not listen", status: 504, reason: "connect")
                )
            )
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
