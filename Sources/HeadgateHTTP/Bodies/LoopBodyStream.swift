import Headgate
import NIOCore

/// Who makes the bytes of a stream: told when to go on, to wait, and to stop for good.
package protocol BodyProducer: AnyObject {
    func produceBody()
    func pauseBody()
    /// Nobody wants the rest.
    func abandonBody()
}

/// Who takes the bytes of a stream as they come. It may call ``LoopBodyStream/pause()`` at any time.
package protocol BodyConsumer: AnyObject {
    func receive(_ bytes: ByteBuffer)
    func receiveEnd()
    func receiveFailure(_ failure: GatewayFailure)
}

/// A payload on its way from one connection to another on the same event loop.
///
/// Bytes pass through without being kept. Before there is a consumer, or while it waits, up to
/// ``highWater`` bytes are held and then the producer is told to wait, so that memory does not grow
/// with the payload, and the slower side sets the pace.
package final class LoopBodyStream: BodyStream, @unchecked Sendable {
    package let eventLoop: any EventLoop
    package let expectedLength: Int?

    private enum Outcome { case end, failure(GatewayFailure) }

    private weak var producer: (any BodyProducer)?
    private var consumer: (any BodyConsumer)?
    private var held = CircularBuffer<ByteBuffer>()
    private var heldBytes = 0
    private var outcome: Outcome?
    private var isPaused = false
    private var isProducing = true
    private var isDiscarded = false
    /// Bytes that went to a consumer; more than 0 means that the stream cannot be sent again.
    package private(set) var passedBytes = 0

    /// How many bytes are held before the producer has to wait.
    package static let highWater = 65_536

    package init(eventLoop: any EventLoop, expectedLength: Int?, producer: any BodyProducer) {
        self.eventLoop = eventLoop
        self.expectedLength = expectedLength
        self.producer = producer
    }

    // MARK: The producer's side

    package func push(_ bytes: ByteBuffer) {
        guard !isDiscarded, outcome == nil, bytes.readableBytes > 0 else { return }
        if let consumer, !isPaused, held.isEmpty {
            passedBytes += bytes.readableBytes
            consumer.receive(bytes)
            return
        }
        held.append(bytes)
        heldBytes += bytes.readableBytes
        if heldBytes >= Self.highWater { stopProducer() }
    }

    package func finish() {
        guard outcome == nil else { return }
        outcome = .end
        deliverOutcome()
    }

    package func fail(_ failure: GatewayFailure) {
        guard outcome == nil else { return }
        outcome = .failure(failure)
        deliverOutcome()
    }

    // MARK: The consumer's side

    /// Gives what has come so far, and from now on everything, to `consumer`.
    package func attach(_ consumer: any BodyConsumer) {
        guard !isDiscarded else {
            consumer.receiveFailure(
                .internalError(
                    "a payload is read that was given up before",
                    type: .default5XX,
                    reason: "body-discarded",
                )
            )
            return
        }
        self.consumer = consumer
        drain()
        if outcome == nil, !isPaused {
            isProducing = true
            producer?.produceBody()
        }
    }

    package func pause() {
        isPaused = true
        stopProducer()
    }

    package func resume() {
        guard isPaused else { return }
        isPaused = false
        drain()
        if !isPaused, !isProducing, outcome == nil {
            isProducing = true
            producer?.produceBody()
        }
    }

    package func discard() {
        guard eventLoop.inEventLoop else {
            eventLoop.execute { self.discard() }
            return
        }
        guard !isDiscarded else { return }
        isDiscarded = true
        held.removeAll()
        heldBytes = 0
        consumer = nil
        if outcome == nil { producer?.abandonBody() }
    }

    package func collect(upTo limit: Int) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            eventLoop.execute {
                self.attach(BodyCollector(self, limit: limit, continuation))
            }
        }
    }

    private func drain() {
        while !isPaused, let consumer, let bytes = held.popFirst() {
            heldBytes -= bytes.readableBytes
            passedBytes += bytes.readableBytes
            consumer.receive(bytes)
        }
        deliverOutcome()
    }

    private func deliverOutcome() {
        guard held.isEmpty, !isPaused, let outcome, let consumer else { return }
        self.consumer = nil
        switch outcome {
        case .end: consumer.receiveEnd()
        case .failure(let failure): consumer.receiveFailure(failure)
        }
    }

    private func stopProducer() {
        guard isProducing, outcome == nil else { return }
        isProducing = false
        producer?.pauseBody()
    }
}

/// Reads a stream into memory for somebody who awaits it.
private final class BodyCollector: BodyConsumer {
    private let stream: LoopBodyStream
    private let limit: Int
    private var continuation: CheckedContinuation<[UInt8], any Error>?
    private var bytes: [UInt8] = []

    init(_ stream: LoopBodyStream, limit: Int, _ continuation: CheckedContinuation<[UInt8], any Error>) {
        self.stream = stream
        self.limit = limit
        self.continuation = continuation
    }

    func receive(_ piece: ByteBuffer) {
        guard continuation != nil else { return }
        guard bytes.count + piece.readableBytes <= limit else {
            complete(.failure(GatewayFailure.requestTooLarge(limit: limit)))
            stream.discard()
            return
        }
        bytes.append(contentsOf: piece.readableBytesView)
    }

    func receiveEnd() { complete(.success(bytes)) }

    func receiveFailure(_ failure: GatewayFailure) { complete(.failure(failure)) }

    private func complete(_ result: Result<[UInt8], any Error>) {
        continuation?.resume(with: result)
        continuation = nil
    }
}
