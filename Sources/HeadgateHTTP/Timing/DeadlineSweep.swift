import NIOCore

/// Something that is given up when its time is over.
package protocol Expirable: AnyObject {
    /// When; `.distantFuture` while nothing is waited for. Later moments may be set without a word;
    /// for earlier ones ``DeadlineSweep/note(_:)`` must be called.
    var deadline: NIODeadline { get }
    /// Its place in the sweep's list; only the sweep changes it.
    var sweepIndex: Int { get set }
    func expire(at now: NIODeadline)
}

/// Watches the deadlines of many things on one loop with a single timer.
///
/// A deadline moves with every request and is almost never reached. So nothing is scheduled when it
/// moves: one timer is armed for the earliest deadline there was, and when it fires all are looked at.
/// Confined to its loop.
package final class DeadlineSweep: NIOScheduledCallbackHandler, @unchecked Sendable {
    private let loop: any EventLoop
    /// Sweeps are at least so far apart, and deadlines kept to this precision.
    private let granularity: TimeAmount
    private var members: [any Expirable] = []
    private var armed: NIODeadline?
    private var callback: NIOScheduledCallback?

    package init(loop: any EventLoop, granularity: TimeAmount) {
        self.loop = loop
        self.granularity = granularity
    }

    package var count: Int { members.count }

    package func add(_ member: any Expirable) {
        member.sweepIndex = members.count
        members.append(member)
        note(member.deadline)
    }

    package func remove(_ member: any Expirable) {
        let index = member.sweepIndex
        guard members.indices.contains(index), members[index] === member else { return }
        let last = members.removeLast()
        if last !== member {
            members[index] = last
            last.sweepIndex = index
        }
        member.sweepIndex = -1
    }

    /// All members, for those who want to end them.
    package func forEach(_ body: (any Expirable) -> Void) {
        for member in members { body(member) }
    }

    /// A deadline may have become earlier.
    @inline(__always)
    package func note(_ deadline: NIODeadline) {
        if let armed, armed <= deadline { return }
        if deadline == .distantFuture { return }
        arm(deadline)
    }

    private func arm(_ deadline: NIODeadline) {
        let moment = max(deadline, .now() + granularity)
        if let armed, armed <= moment { return }
        callback?.cancel()
        armed = moment
        callback = try? loop.scheduleCallback(at: moment, handler: self)
        if callback == nil { armed = nil }
    }

    package func handleScheduledCallback(eventLoop: some EventLoop) {
        armed = nil
        callback = nil
        let now = NIODeadline.now()
        for member in members.filter({ $0.deadline <= now }) { member.expire(at: now) }
        var earliest = NIODeadline.distantFuture
        for member in members { earliest = min(earliest, member.deadline) }
        note(earliest)
    }
}
