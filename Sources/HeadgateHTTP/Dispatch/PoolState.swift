import NIOCore

/// Which connection serves which call, decided without a socket: a value that is asked, and says what
/// to do.
///
/// Connections that were used last are used first, so that those that are not needed grow old and are
/// closed. Calls that find none wait in the order in which they came; whichever connection is free or
/// ready first takes the first of them.
struct PoolState<Connection: AnyObject, Waiter> {
    enum Step {
        case use(Connection)
        /// Open a connection; the call waits for it, or for an older one that becomes free before.
        case connect
        case wait
        case refuse
    }

    let maximumOpen: Int
    let maximumWaiting: Int
    private(set) var idle: [Connection] = []
    /// Connections that are being opened, idle or in use.
    private(set) var open = 0
    /// Those being opened for whoever waits.
    private(set) var connecting = 0
    private(set) var waiting = CircularBuffer<Waiter>()

    init(maximumOpen: Int, maximumWaiting: Int) {
        self.maximumOpen = maximumOpen
        self.maximumWaiting = maximumWaiting
    }

    var isEmpty: Bool { open == 0 && waiting.isEmpty }

    mutating func request(_ waiter: @autoclosure () -> Waiter) -> Step {
        if let connection = idle.popLast() { return .use(connection) }
        if open < maximumOpen {
            open += 1
            connecting += 1
            waiting.append(waiter())
            return .connect
        }
        guard waiting.count - connecting < maximumWaiting else { return .refuse }
        waiting.append(waiter())
        return .wait
    }

    /// A call must not go over a connection that was used before. Whether one may be opened for it alone;
    /// its end is told by ``freshFailed()`` or, once it is open, like everybody else's.
    mutating func requestFresh() -> Bool {
        guard open < maximumOpen else { return false }
        open += 1
        return true
    }

    /// A connection is open. Who gets it; nobody makes it idle.
    mutating func connected(_ connection: Connection) -> Waiter? {
        connecting -= 1
        return released(connection)
    }

    /// A connection could not be opened. Who is told: whoever waited longest.
    mutating func connectFailed() -> Waiter? {
        connecting -= 1
        open -= 1
        return waiting.popFirst()
    }

    mutating func freshFailed() {
        open -= 1
    }

    /// A connection can be used again. Who gets it; nobody makes it idle.
    mutating func released(_ connection: Connection) -> Waiter? {
        if let waiter = waiting.popFirst() { return waiter }
        idle.append(connection)
        return nil
    }

    /// An open connection is gone. Whether to open another for those who wait.
    mutating func closed(_ connection: Connection) -> Bool {
        open -= 1
        if let index = idle.lastIndex(where: { $0 === connection }) { idle.remove(at: index) }
        return openForWaiting()
    }

    /// Whether another connection is to be opened because more wait than are being opened.
    mutating func openForWaiting() -> Bool {
        guard waiting.count > connecting, open < maximumOpen else { return false }
        open += 1
        connecting += 1
        return true
    }

    /// Takes out those who do not wait any longer.
    mutating func removeWaiting(where isOver: (Waiter) -> Bool) -> [Waiter] {
        guard waiting.contains(where: isOver) else { return [] }
        let over = waiting.filter(isOver)
        waiting.removeAll(where: isOver)
        return Array(over)
    }
}
