import Headgate
import HeadgateHTTP
import NIOCore
import OrderedJSON

/// What a function writes when its response is streamed: a JSON object with status and headers, eight zero
/// bytes, and then the body.
struct StreamedResponseReader {
    /// The separator ends within so many bytes.
    private static let longestHead = 16_384

    private var decoder = EventStream.Decoder()
    private var head: [UInt8] = []
    private(set) var response: MethodResponse?
    /// The function has said that it is done.
    private(set) var isComplete = false

    /// Takes bytes of the event stream.
    /// - Returns: bytes of the response's body.
    mutating func read(_ bytes: some Sequence<UInt8>) throws(GatewayFailure) -> [UInt8] {
        decoder.append(bytes)
        var body: [UInt8] = []
        while let message = try next() { try take(message, &body) }
        return body
    }

    private mutating func next() throws(GatewayFailure) -> EventStream.Message? {
        do throws(EventStream.Damaged) {
            return try decoder.next()
        } catch {
            throw Self.wrongFormat("the event stream is damaged: \(error.reason)")
        }
    }

    private mutating func take(_ message: EventStream.Message, _ body: inout [UInt8]) throws(GatewayFailure) {
        if message.isException {
            throw ProxyResponse.failed(message.payload, status: 200)
        }
        switch message.type {
        case "PayloadChunk":
            if response != nil { body += message.payload } else { try takeHead(message.payload, &body) }
        case "InvokeComplete":
            isComplete = true
            guard let code = (try? JSONDocument(parsing: message.payload))?.root["ErrorCode"]?.string, !code.isEmpty
            else { return }
            throw ProxyResponse.failed(message.payload, status: 200)
        default:
            break
        }
    }

    private mutating func takeHead(_ bytes: [UInt8], _ body: inout [UInt8]) throws(GatewayFailure) {
        let searched = max(0, head.count - 7)
        head += bytes
        var zeros = 0
        var end: Int?
        for index in searched..<head.count {
            zeros = head[index] == 0 ? zeros + 1 : 0
            if zeros == 8 {
                end = index + 1
                break
            }
        }
        guard let end, end <= Self.longestHead else {
            guard head.count < Self.longestHead, end == nil else {
                throw Self.wrongFormat("eight zero bytes are not among the first \(Self.longestHead)")
            }
            return
        }
        do {
            let document = try JSONDocument(parsing: Array(head[..<(end - 8)]))
            guard document.root.kind == .object else { throw ProxyResponse.Malformed(reason: "the head is no object") }
            var response = try ProxyResponse.head(document.root, allowing: ["cookies"])
            if let cookies = document.root["cookies"], !cookies.isNull {
                guard cookies.kind == .array else { throw ProxyResponse.Malformed(reason: "cookies is no list") }
                for cookie in cookies.elements {
                    guard let text = cookie.string, HeaderSyntax.isFieldValue(text) else {
                        throw ProxyResponse.Malformed(reason: "cookies holds what is no text")
                    }
                    response.headers.addUnchecked("Set-Cookie", text)
                }
            }
            self.response = response
        } catch {
            throw Self.wrongFormat((error as? ProxyResponse.Malformed)?.reason ?? "the head is no JSON")
        }
        body += head[end...]
        head = []
    }

    /// Nothing more comes.
    func finish() throws(GatewayFailure) {
        guard response != nil else {
            throw Self.wrongFormat("the function wrote no head with eight zero bytes behind it")
        }
        guard isComplete, decoder.isEmpty else { throw Self.wrongFormat("the event stream broke off") }
    }

    private static func wrongFormat(_ reason: String) -> GatewayFailure {
        .internalError(
            "Execution failed due to configuration error: Malformed Lambda streaming response: \(reason)",
            type: .default5XX,
            reason: "malformed-stream",
        )
    }
}

/// Passes a streamed response on: to its head it waits, behind it bytes go through as they come.
final class StreamedResponse: BodyConsumer, BodyProducer {
    private let upstream: LoopBodyStream
    private let exchange: Exchange
    private var reader = StreamedResponseReader()
    private var completion: ((Result<Void, any Error>) -> Void)?
    private var downstream: LoopBodyStream?
    private var isOver = false

    /// - Parameter completion: called at home once ``Exchange/response`` has a head, and a body that may still come.
    static func take(
        _ response: IntegrationResponse,
        _ exchange: Exchange,
        _ completion: @escaping (Result<Void, any Error>) -> Void,
    ) {
        switch response.body {
        case .bytes(let bytes):
            do throws(GatewayFailure) {
                var reader = StreamedResponseReader()
                let body = try reader.read(bytes)
                try reader.finish()
                exchange.response = reader.response ?? MethodResponse()
                exchange.response.body = .bytes(body)
                completion(.success(()))
            } catch {
                completion(.failure(error))
            }
        case .stream(let stream):
            guard let upstream = stream as? LoopBodyStream else {
                stream.discard()
                completion(.failure(GatewayFailure.internalError("the stream comes from elsewhere", reason: "stream")))
                return
            }
            upstream.attach(StreamedResponse(upstream, exchange, completion))
        }
    }

    private init(
        _ upstream: LoopBodyStream,
        _ exchange: Exchange,
        _ completion: @escaping (Result<Void, any Error>) -> Void,
    ) {
        self.upstream = upstream
        self.exchange = exchange
        self.completion = completion
    }

    func receive(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        do throws(GatewayFailure) {
            let body = try reader.read(bytes.readableBytesView)
            if downstream == nil, let response = reader.response { begin(response) }
            if !body.isEmpty { downstream?.push(ByteBuffer(bytes: body)) }
        } catch {
            fail(error)
            upstream.discard()
        }
    }

    private func begin(_ response: MethodResponse) {
        let downstream = LoopBodyStream(eventLoop: upstream.eventLoop, expectedLength: nil, producer: self)
        self.downstream = downstream
        exchange.response = response
        exchange.response.headers.setUnchecked("X-Amzn-Trace-Id", exchange.identifiers.traceID)
        exchange.response.body = .stream(downstream)
        let completion = completion
        self.completion = nil
        completion?(.success(()))
    }

    func receiveEnd() {
        guard !isOver else { return }
        do throws(GatewayFailure) {
            try reader.finish()
            isOver = true
            downstream?.finish()
        } catch {
            fail(error)
        }
    }

    func receiveFailure(_ failure: GatewayFailure) { fail(failure) }

    private func fail(_ failure: GatewayFailure) {
        guard !isOver else { return }
        isOver = true
        downstream?.fail(failure)
        let completion = completion
        self.completion = nil
        completion?(.failure(failure))
    }

    // The client's pace is the function's.
    func produceBody() { upstream.resume() }
    func pauseBody() { upstream.pause() }

    func abandonBody() {
        isOver = true
        upstream.discard()
    }
}
