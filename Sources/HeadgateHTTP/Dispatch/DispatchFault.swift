import Headgate
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What can go wrong with a backend's call, and what the client then gets: the one table of it.
///
/// The statuses are those that API Gateway documents for INTEGRATION_FAILURE and INTEGRATION_TIMEOUT
/// (504) where the backend could not be reached, and 502 where it was reached and its answer is of no
/// use (RFC 9110 section 15.6.3).
enum DispatchFault: Error {
    case noEndpoint
    /// The request holds what may not go over the wire; names of fields, never their values.
    case unsendable(String)
    case unresolved(String)
    case refused(String)
    case connectTimedOut
    case tls(String)
    /// The deadline of the call has passed.
    case timedOut
    /// The connection ended before anything of the response came.
    case closed
    /// The connection ended within the response.
    case truncated
    case malformed(MessageError)
    case responseTooLarge(limit: Int)
    /// Too many calls wait for a connection.
    case overloaded
    /// The client's body could not be read to its end.
    case requestBody(GatewayFailure)
    /// The client went away.
    case cancelled
    case shutDown

    func failure(_ endpoint: Endpoint?) -> GatewayFailure {
        let origin = endpoint?.origin ?? "the backend"
        switch self {
        case .noEndpoint:
            return .internalError("no stage has said where the backend is", reason: "integration-endpoint")
        case .unsendable(let what):
            return .internalError(
                "the request to \(origin) cannot be sent: \(what)",
                type: .default5XX,
                reason: "integration-request",
            )
        case .unresolved(let why):
            return .badGateway("the host of \(origin) is not known: \(why)", status: 504, reason: "integration-dns")
        case .refused(let why):
            return .badGateway("\(origin) cannot be reached: \(why)", status: 504, reason: "integration-connect")
        case .connectTimedOut:
            return .timeout("\(origin) did not take the connection in time")
        case .tls(let why):
            return .badGateway("TLS with \(origin) failed: \(why)", status: 502, reason: "integration-tls")
        case .timedOut:
            return .timeout("\(origin) did not answer in time")
        case .closed:
            return .badGateway(
                "\(origin) closed the connection without an answer",
                status: 502,
                reason: "integration-closed",
            )
        case .truncated:
            return .badGateway(
                "\(origin) closed the connection within its answer",
                status: 502,
                reason: "integration-truncated",
            )
        case .malformed(let error):
            return .badGateway(
                "the answer of \(origin) is no HTTP/1.1: \(error.explanation)",
                status: 502,
                reason: "integration-malformed",
            )
        case .responseTooLarge(let limit):
            return .badGateway(
                "the answer of \(origin) is larger than \(limit) bytes",
                status: 502,
                reason: "integration-response-too-large",
            )
        case .overloaded:
            return .badGateway(
                "too many calls wait for a connection to \(origin)",
                status: 503,
                reason: "integration-overloaded",
            )
        case .requestBody(let failure):
            return failure
        case .cancelled:
            return .badGateway("the client went away", status: 504, reason: "client-gone")
        case .shutDown:
            return .badGateway("the gateway stops", status: 503, reason: "shutting-down")
        }
    }

    /// What an error of the network means, before anything of a response has come.
    static func connecting(_ error: any Error) -> DispatchFault {
        if case ChannelError.connectTimeout = error { return .connectTimedOut }
        if let error = error as? NIOConnectionError {
            if error.connectionErrors.contains(where: { Self.isTimeout($0.error) }) { return .connectTimedOut }
            if error.connectionErrors.isEmpty, let cause = error.dnsAError ?? error.dnsAAAAError {
                return .unresolved(String(describing: cause))
            }
            if let first = error.connectionErrors.first?.error as? IOError { return .refused(first.plainReason) }
            return .refused(String(describing: error))
        }
        if let error = error as? NIOSSLError { return .tls(String(describing: error)) }
        if let error = error as? IOError { return .refused(error.plainReason) }
        return .refused(String(describing: error))
    }

    /// Without the name of the backend, for logs that have it beside.
    var shortReason: String {
        switch self {
        case .unresolved(let why): "unknown host: \(why)"
        case .refused(let why): why
        case .connectTimedOut: "no connection in time"
        case .tls(let why): "TLS failed: \(why)"
        case .timedOut: "no answer in time"
        case .closed: "connection closed without an answer"
        case .truncated: "connection closed within the answer"
        case .malformed(let error): "no HTTP/1.1: \(error.explanation)"
        case .responseTooLarge(let limit): "answer larger than \(limit) bytes"
        case .overloaded: "too many calls wait for a connection"
        case .cancelled: "given up"
        case .noEndpoint, .unsendable, .requestBody, .shutDown: failure(nil).cause
        }
    }

    /// For metrics.
    var outcome: LinkUse.Outcome {
        switch self {
        case .unresolved, .refused, .connectTimedOut: .connect
        case .tls: .tls
        case .timedOut: .timeout
        case .closed, .truncated: .closed
        case .malformed, .responseTooLarge: .malformed
        case .overloaded: .overloaded
        case .cancelled, .shutDown: .cancelled
        case .noEndpoint, .unsendable, .requestBody: .request
        }
    }

    private static func isTimeout(_ error: any Error) -> Bool {
        if case ChannelError.connectTimeout = error { return true }
        return false
    }
}

extension IOError {
    /// `Connection refused`, without what was called when it happened.
    fileprivate var plainReason: String {
        guard let text = strerror(errnoCode) else { return description }
        return String(cString: text)
    }
}
