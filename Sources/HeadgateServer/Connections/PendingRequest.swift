import Headgate
import HeadgateHTTP
import NIOCore

/// A request that has not been answered, in its place among those of its connection.
final class PendingRequest {
    let exchange: Exchange
    let isHEAD: Bool
    /// HTTP/1.0 knows no chunks.
    let isHTTP10: Bool
    let began: NIODeadline
    /// Whether the client may send another request after this one's response.
    var keepsAlive: Bool
    /// It has a place among those that are worked on, and gives it back when it is gone.
    var isAdmitted = false
    /// The exchange has finished, and its response may be written when its turn comes.
    var isFinished = false
    /// The response's body that is being passed on.
    var download: BodyDownload?
    var bytesReceived = 0

    init(exchange: Exchange, isHEAD: Bool, isHTTP10: Bool, began: NIODeadline, keepsAlive: Bool) {
        self.exchange = exchange
        self.isHEAD = isHEAD
        self.isHTTP10 = isHTTP10
        self.began = began
        self.keepsAlive = keepsAlive
    }
}
