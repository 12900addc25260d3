import Headgate
import Synchronization

/// The functions that run on this machine, by name.
public final class LocalFunctions: Sendable {
    private let byName = Mutex<[String: any LocalInvokable]>([:])

    subscript(name: String) -> (any LocalInvokable)? {
        byName.withLock { $0[name] }
    }
}
