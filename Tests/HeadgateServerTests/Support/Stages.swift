import Headgate
import HeadgateHTTP
import NIOCore
import Synchronization

@testable import HeadgateServer

/// Answers with what a closure makes of the request.
struct Answer: SynchronousStage {
    let make: @Sendable (Exchange) -> MethodResponse

    init(_ make: @escaping @Sendable (Exchange) -> MethodResponse) { self.make = make }

    init(_ body: String) { make = { _ in MethodResponse(body: Body(body)) } }

    func run(_ exchange: Exchange) -> StageOutcome {
        exchange.response = make(exchange)
        return .respond
    }

    /// Method and payload of the request.
    static let echo = Answer { MethodResponse(body: Body("\($0.request.method) \($0.request.body.text)")) }
}

/// Answers with its body when a test opens it, and says whether it was cancelled meanwhile.
final class Gate: DispatchStage {
    private struct State {
        var waiting: [Resumption] = []
        var isOpen = false
        var arrived = 0
        var cancelled = 0
    }

    let streams = false
    private let body: String
    private let state = Mutex(State())

    init(_ body: String) { self.body = body }

    var arrived: Int { state.withLock { $0.arrived } }
    var cancelled: Int { state.withLock { $0.cancelled } }

    func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        exchange.response = MethodResponse(body: Body(body))
        exchange.onCancel { [self] in
            state.withLock { $0.cancelled += 1 }
            resumption.resume(.success(.respond))
        }
        let isOpen = state.withLock { state in
            state.arrived += 1
            if !state.isOpen { state.waiting.append(resumption) }
            return state.isOpen
        }
        if isOpen { resumption.resume(.success(.respond)) }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for resumption in waiting {
            (resumption.exchange.home as? EventLoopHome)?.eventLoop.execute { resumption.resume(.success(.respond)) }
        }
    }
}

/// Passes the request's payload back as it comes.
struct StreamEcho: DispatchStage {
    let streams = true

    func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        exchange.response = MethodResponse(body: exchange.request.body)
        resumption.resume(.success(.respond))
    }
}

/// Streams `pieces` pieces of 16 KiB, as fast as they are taken, and counts them.
final class Source: DispatchStage {
    enum End { case finish, fail }

    let streams = true
    let pieces: Int
    let announced: Int?
    let end: End
    private let count = Atomic<Int>(0)
    private let abandonedCount = Atomic<Int>(0)

    static let pieceSize = 16_384

    init(pieces: Int, announced: Int? = nil, end: End = .finish) {
        self.pieces = pieces
        self.announced = announced
        self.end = end
    }

    var made: Int { count.load(ordering: .relaxed) }
    var abandoned: Int { abandonedCount.load(ordering: .relaxed) }

    func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        guard let home = exchange.home as? EventLoopHome else {
            resumption.resume(.success(.respond))
            return
        }
        let producer = Producer(self, home.eventLoop)
        exchange.response = MethodResponse(body: .stream(producer.stream))
        // The stream knows its producer weakly, as it does a connection.
        exchange.storage[ObjectIdentifier(Source.self)] = producer
        resumption.resume(.success(.respond))
    }

    private final class Producer: BodyProducer, @unchecked Sendable {
        private let source: Source
        private let loop: any EventLoop
        private var isWanted = false
        private var pushed = 0
        private var isOver = false
        private(set) lazy var stream = LoopBodyStream(
            eventLoop: loop,
            expectedLength: source.announced,
            producer: self,
        )
        /// Holds itself while it produces.
        private var keeper: Producer?

        init(_ source: Source, _ loop: any EventLoop) {
            self.source = source
            self.loop = loop
            keeper = self
        }

        func produceBody() {
            guard !isWanted else { return }
            isWanted = true
            loop.execute { self.produce() }
        }

        func pauseBody() { isWanted = false }

        func abandonBody() {
            isOver = true
            keeper = nil
            source.abandonedCount.wrappingAdd(1, ordering: .relaxed)
        }

        private func produce() {
            guard isWanted, !isOver else { return }
            guard pushed < source.pieces else {
                isOver = true
                keeper = nil
                switch source.end {
                case .finish: stream.finish()
                case .fail: stream.fail(.timeout("the source broke off"))
                }
                return
            }
            pushed += 1
            source.count.wrappingAdd(1, ordering: .relaxed)
            stream.push(ByteBuffer(repeating: UInt8(ascii: "x"), count: Source.pieceSize))
            loop.execute { self.produce() }
        }
    }
}

/// Takes the request's payload as it comes and answers when it is complete, as a backend does.
struct LateEcho: DispatchStage {
    let streams = true

    func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        guard case .stream(let stream) = exchange.request.body, let home = exchange.home as? EventLoopHome else {
            exchange.response = MethodResponse(body: exchange.request.body)
            resumption.resume(.success(.respond))
            return
        }
        Task {
            let result = await Result { try await stream.collect(upTo: 1 << 20) }
            home.eventLoop.execute {
                switch result {
                case .success(let bytes):
                    exchange.response = MethodResponse(body: .bytes(bytes))
                    resumption.resume(.success(.respond))
                case .failure(let error):
                    resumption.resume(.failure(error))
                }
            }
        }
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
