import Headgate
import HeadgateHTTP
import NIOCore
import NIOHTTP1
import OrderedJSON

/// Takes a body as it comes, on the connection's loop.
protocol BodyReceiver: AnyObject, Sendable {
    func receive(_ bytes: ByteBuffer)
    func receiveEnd(_ trailers: HTTPHeaders)
    /// The connection broke off in the middle of the body.
    func receiveBreak()
}

/// A response that a function streams: from the runtime's connection to whoever has called, on the caller's
/// loop, in the form of Lambda's InvokeWithResponseStream. The caller's pace is the function's.
final class FunctionStream: BodyReceiver, BodyProducer, @unchecked Sendable {
    /// Who wants a response as it comes.
    struct Caller: Sendable {
        let loop: any EventLoop
        /// Called on the loop once the function has begun to answer.
        let take: @Sendable (IntegrationResponse) -> Void
    }

    /// The content type of a response that begins with its status and headers, and eight zero bytes.
    static let headedType = "application/vnd.awslambda.http-integration-response"

    private let channel: any Channel
    private let caller: Caller
    private let ended: @Sendable (FunctionOutcome) -> Void
    private let broken: @Sendable () -> Void
    /// Used on the caller's loop alone.
    private var body: LoopBodyStream?

    /// - Parameters:
    ///   - ended: told how the response has ended, which is the end of the invocation.
    ///   - broken: told that it broke off.
    init(
        from channel: any Channel,
        to caller: Caller,
        ended: @escaping @Sendable (FunctionOutcome) -> Void,
        broken: @escaping @Sendable () -> Void,
    ) {
        self.broken = broken
        self.channel = channel
        self.caller = caller
        self.ended = ended
    }

    func begin() {
        caller.loop.execute { [self] in
            let body = LoopBodyStream(eventLoop: caller.loop, expectedLength: nil, producer: self)
            self.body = body
            let headers: Headers = [
                "Content-Type": "application/vnd.amazon.eventstream", "X-Amz-Executed-Version": "$LATEST",
            ]
            caller.take(IntegrationResponse(status: 200, headers: headers, body: .stream(body)))
        }
    }

    // MARK: The function's side

    func receive(_ bytes: ByteBuffer) {
        let chunk = EventStream.encode(
            type: "PayloadChunk",
            contentType: "application/octet-stream",
            payload: Array(bytes.readableBytesView),
        )
        caller.loop.execute { [self] in body?.push(ByteBuffer(bytes: chunk)) }
    }

    func receiveEnd(_ trailers: HTTPHeaders) {
        guard let type = trailers.first(name: "Lambda-Runtime-Function-Error-Type") else {
            ended(FunctionOutcome(payload: [], isError: false))
            return
        }
        let written = trailers.first(name: "Lambda-Runtime-Function-Error-Body").flatMap(Base64Text.decode) ?? []
        if (try? JSONDocument(parsing: written)) != nil {
            ended(FunctionOutcome(payload: written, isError: true))
        } else {
            ended(.failed(type: type, message: String(decoding: written, as: UTF8.self), log: []))
        }
    }

    func receiveBreak() { broken() }

    /// No more comes: the process has said so, or it has ended.
    func complete(_ outcome: FunctionOutcome) {
        caller.loop.execute { [self] in
            guard let body else { return }
            body.push(ByteBuffer(bytes: EventStream.complete(outcome)))
            body.finish()
            self.body = nil
        }
    }

    // MARK: The caller's side

    func produceBody() { setReading(true) }
    func pauseBody() { setReading(false) }

    /// The function goes on to its end, as it does in Lambda, and nobody listens.
    func abandonBody() {
        body = nil
        setReading(true)
    }

    private func setReading(_ isReading: Bool) {
        channel.setOption(.autoRead, value: isReading).whenFailure { _ in }
    }
}

extension EventStream {
    /// The last event of a response.
    static func complete(_ outcome: FunctionOutcome) -> [UInt8] {
        var out = JSONBuilder()
        out.open()
        if outcome.isError {
            out.member("ErrorCode", "Unhandled")
            out.member("ErrorDetails", String(decoding: outcome.payload, as: UTF8.self))
        }
        out.close()
        return encode(type: "InvokeComplete", contentType: "application/json", payload: out.bytes)
    }
}
