import Headgate
import NIOCore
import Synchronization

/// One target of a link: where it is, and what many loops must know of it at once. What changes with
/// every call is kept by ``LinkState``.
final class LinkTarget: Sendable {
    enum Address: Sendable, Equatable {
        /// Resolved.
        case socket(SocketAddress)
        /// A name that is not resolved yet, or that a proxy is to resolve.
        case name(String, port: Int)
        /// What the integration's URI says.
        case uri
    }

    let address: Address
    /// For logs, traces and the log of requests: `10.0.0.7:80`, `orders.internal:80 (10.0.0.7)`.
    let name: String
    /// What the file calls it, for `Host` of health checks.
    let host: String
    let weight: Int
    /// Connections from before the last time that it went away are of no use.
    private let epoch = Atomic<Int>(0)

    init(_ address: Address, name: String, host: String, weight: Int) {
        self.address = address
        self.name = name
        self.host = host
        self.weight = max(weight, 1)
    }

    /// Changes when the target goes away.
    var connectionEpoch: Int { epoch.load(ordering: .relaxed) }

    /// Idle connections are to be closed rather than used.
    func dropConnections() {
        epoch.wrappingAdd(1, ordering: .relaxed)
    }

    /// The same for rendezvous hashing in every process.
    var stableHash: UInt64 { StableHash.of(name) }
}

/// FNV-1a with a final mix: the same in every process, unlike Swift's own hashes.
enum StableHash {
    static func of(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return mixed(hash)
    }

    static func mixed(_ word: UInt64) -> UInt64 {
        var word = word
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
