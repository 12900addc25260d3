import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The signals that a server listens to, as a stream.
final class Signals {
    enum Signal: Sendable { case stop, reload }

    let stream: AsyncStream<Signal>
    private let sources: [any DispatchSourceSignal]

    /// Takes over SIGTERM, SIGINT and SIGHUP, and ignores SIGPIPE: a reader of the log that goes away must
    /// not take the server with it.
    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Signal.self)
        self.stream = stream
        signal(SIGPIPE, SIG_IGN)
        sources = [(SIGTERM, Signal.stop), (SIGINT, .stop), (SIGHUP, .reload)].map { number, meaning in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(meaning) }
            source.resume()
            return source
        }
    }

    /// From now on a second SIGTERM or SIGINT ends the process as if nobody listened.
    func exitOnNext() {
        for source in sources { source.cancel() }
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
        signal(SIGHUP, SIG_IGN)
    }
}
