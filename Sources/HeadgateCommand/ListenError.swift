import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An address that cannot be served, and what to do about it.
struct ListenError: Error, CustomStringConvertible {
    let host: String
    let port: Int
    let option: String
    let cause: IOError

    var description: String {
        let address = "\(host):\(port)"
        switch cause.errnoCode {
        case EADDRINUSE:
            return "\(address) is in use by another program; choose another port with \(option) (0 takes any)"
        case EACCES: return "\(address) may not be served by this account; choose a port above 1023 with \(option)"
        case EADDRNOTAVAIL: return "\(address) is no address of this machine; choose another with --host"
        default: return "\(address) cannot be served: \(cause)"
        }
    }

    /// Runs what listens, and says in its errors where that was to be.
    static func naming<Result>(
        host: String,
        port: Int,
        option: String = "--port",
        _ listen: () async throws -> Result,
    ) async throws -> Result {
        do {
            return try await listen()
        } catch let error as IOError {
            throw ListenError(host: host, port: port, option: option, cause: error)
        }
    }
}
