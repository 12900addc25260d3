import Headgate
import HeadgateHTTP

extension GatewayFailure {
    /// What a client is told whose bytes are no request.
    static func malformed(_ error: MessageError) -> GatewayFailure {
        switch error.status {
        case 405: refusal(405, "Method Not Allowed", error.explanation, "method-not-served")
        case 413: .requestTooLarge(error)
        case 414: refusal(414, "Request URI too long", error.explanation, "target-too-long")
        case 417: refusal(417, "Expectation Failed", error.explanation, "expectation")
        case 431: refusal(431, "Request Header Fields Too Large", error.explanation, "header-too-large")
        case 501: refusal(501, "Not Implemented", error.explanation, "transfer-encoding")
        default: refusal(400, "Bad Request", error.explanation, "malformed-request")
        }
    }

    private static func requestTooLarge(_ error: MessageError) -> GatewayFailure {
        var failure = GatewayFailure.requestTooLarge(limit: 0)
        failure.cause = error.explanation
        return failure
    }

    /// The head or the body of a request did not come in time.
    static func slow(_ what: String) -> GatewayFailure {
        refusal(408, "Request Timeout", "\(what) did not come in time", "request-timeout")
    }

    /// The client went away, or ended the connection, within a request's body.
    static let bodyCutOff = refusal(400, "Bad Request", "the connection ended within the payload", "client-gone")

    private static func refusal(
        _ status: Int,
        _ message: String,
        _ cause: String,
        _ reason: StaticString,
    ) -> GatewayFailure {
        GatewayFailure(.default4XX, status: status, message: message, cause: cause, reason: reason)
    }
}
