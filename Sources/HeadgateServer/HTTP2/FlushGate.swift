import NIOCore

/// Holds what many streams of one connection have to say until all of a batch have said it, so that it goes out in one
/// piece: a record of TLS and a system call for each answer would cost more than making it.
final class FlushGate: ChannelOutboundHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let home: ServerHome
    private var context: ChannelHandlerContext?
    private var isHolding = false

    init(_ home: ServerHome) { self.home = home }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func flush(context: ChannelHandlerContext) {
        guard home.isDelivering else {
            context.flush()
            return
        }
        guard !isHolding else { return }
        isHolding = true
        home.hold(self)
    }

    /// The batch is over.
    func open() {
        isHolding = false
        context?.flush()
    }
}
