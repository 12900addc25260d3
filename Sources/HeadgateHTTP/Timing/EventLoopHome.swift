import Headgate
import NIOCore

/// The home of exchanges whose client's connection belongs to an event loop. The dispatcher calls the
/// backend on that loop, so that nothing of an exchange crosses a thread on its way.
open class EventLoopHome: ExchangeHome, @unchecked Sendable {
    /// The loop that owns the client's connection; everything at home happens on it.
    public final let eventLoop: any EventLoop

    /// A home on this loop; subclasses may collect what they deliver and hand over.
    public init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Lets exchanges that a lane brings go on here, all in one task of the loop.
    open func deliver(_ batch: [Exchange]) {
        eventLoop.execute {
            for exchange in batch { exchange.continueAtHome() }
        }
    }

    /// Hands an exchange over to its lane. The server's home collects those of one tick instead.
    open func handOver(_ exchange: Exchange) {
        exchange.lane.submit([exchange])
    }
}
