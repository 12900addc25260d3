import Dispatch
import Headgate
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Resolves host names and leaves out the addresses that a policy refuses, so that the address that was judged
/// is the one that is connected to.
final class GuardedResolver: Resolver, Sendable {
    private let policy: AddressPolicy
    private let four: EventLoopPromise<[SocketAddress]>
    private let six: EventLoopPromise<[SocketAddress]>
    static let queue = DispatchQueue(label: "headgate.resolve", attributes: .concurrent)

    init(_ policy: AddressPolicy, on loop: any EventLoop) {
        self.policy = policy
        four = loop.makePromise()
        six = loop.makePromise()
    }

    /// No address is left that the policy allows.
    struct Refused: Error, CustomStringConvertible {
        let host: String
        var description: String { "\(host) leads to no address that a script may call" }
    }

    struct Unresolved: Error, CustomStringConvertible {
        let host: String
        let reason: String
        var description: String { "\(host) cannot be resolved: \(reason)" }
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        four.futureResult
    }

    /// Asked first, and starts the query for both.
    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        Self.queue.async { [self] in
            switch Self.addresses(of: host, port) {
            case .success(let found):
                let allowed = found.filter { policy.allows($0.address) }.map(\.socket)
                guard !allowed.isEmpty else {
                    fail(Refused(host: host))
                    return
                }
                six.succeed(allowed.filter { $0.protocol == .inet6 })
                four.succeed(allowed.filter { $0.protocol == .inet })
            case .failure(let error):
                fail(error)
            }
        }
        return six.futureResult
    }

    func cancelQueries() {
        fail(CancellationError())
    }

    private func fail(_ error: any Error) {
        six.fail(error)
        four.fail(error)
    }

    static func addresses(
        of host: String,
        _ port: Int,
    ) -> Result<[(address: InternetAddress, socket: SocketAddress)], Unresolved> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_protocol = Int32(IPPROTO_TCP)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else {
            return .failure(Unresolved(host: host, reason: String(cString: gai_strerror(status))))
        }
        defer { freeaddrinfo(list) }
        var found: [(address: InternetAddress, socket: SocketAddress)] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            guard let raw = entry.pointee.ai_addr, let socket = socket(raw, host), let address = address(socket) else {
                continue
            }
            found.append((address, socket))
        }
        return .success(found)
    }

    private static func socket(_ raw: UnsafeMutablePointer<sockaddr>, _ host: String) -> SocketAddress? {
        switch Int32(raw.pointee.sa_family) {
        case AF_INET:
            raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee, host: host) }
        case AF_INET6:
            raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee, host: host) }
        default: nil
        }
    }

    private static func address(_ socket: SocketAddress) -> InternetAddress? {
        switch socket {
        case .v4(let four): withUnsafeBytes(of: four.address.sin_addr) { InternetAddress(bytes: Array($0)) }
        case .v6(let six): withUnsafeBytes(of: six.address.sin6_addr) { InternetAddress(bytes: Array($0)) }
        default: nil
        }
    }
}
