import Headgate
import Synchronization

@testable import HeadgateAWS

/// Answers requests as a test says, and keeps them.
final class PlayedAWS: Dispatcher {
    typealias Answer = @Sendable (IntegrationRequest) -> IntegrationResponse

    private let state: Mutex<(requests: [IntegrationRequest], answer: Answer)>

    init(_ answer: @escaping Answer) {
        state = Mutex(([], answer))
    }

    var requests: [IntegrationRequest] { state.withLock { $0.requests } }

    func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answer
        }
        completion(.success(answer(request)))
    }
}

extension IntegrationResponse {
    static func role(_ key: String, at clock: any GatewayClock) -> IntegrationResponse {
        let text = """
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>\
            <AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
            <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
            """
        return IntegrationResponse(status: 200, body: Body(text))
    }

    static func refusal(_ code: String) -> IntegrationResponse {
        let text = """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Code>\(code)</Code></Error></ErrorResponse>
            """
        return IntegrationResponse(status: 403, body: Body(text))
    }
}
