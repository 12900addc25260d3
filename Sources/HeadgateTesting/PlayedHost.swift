import Headgate
import HeadgateLua
import Synchronization

/// What scripts find while a test runs: the test's secrets, and nobody who listens. What they log is in the trace.
final class PlayedHost: LuaHost {
    private let kept = Mutex<[String: String]>([:])

    var secrets: [String: String] {
        get { kept.withLock { $0 } }
        set { kept.withLock { $0 = newValue } }
    }

    func log(_ entry: LuaLogEntry) {}

    func secret(_ name: String) -> [UInt8]? { secrets[name].map { Array($0.utf8) } }

    /// The test plays every service, so that no address is ever resolved.
    var scriptNetworks: [AddressRange] { [] }
}
