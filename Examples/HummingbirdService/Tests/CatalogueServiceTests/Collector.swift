import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Collects a response's body.
final class Collector: ResponseBodyWriter {
    private let collected = Mutex(ByteBuffer())

    var text: String { collected.withLock { String(buffer: $0) } }

    func write(_ buffer: ByteBuffer) async throws {
        collected.withLock { _ = $0.writeImmutableBuffer(buffer) }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
