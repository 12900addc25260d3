import Headgate
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The secrets of a gateway: `signing-key` is the variable `HEADGATE_SECRET_SIGNING_KEY`, or else the file
/// `signing-key` in the folder of secrets, without a line break at its end. A file that changes is read again
/// within seconds.
final class SecretFiles: Sendable {
    private struct Kept {
        var bytes: [UInt8]?
        var readAt: Int64
    }

    private let environment: [String: String]
    private let directory: String?
    private let clock: any GatewayClock
    private let kept = Mutex<[String: Kept]>([:])

    private static let keptMilliseconds: Int64 = 5_000
    private static let largest = 65_536
    private static let mostKept = 1000

    init(environment: [String: String], directory: String?, clock: any GatewayClock) {
        self.environment = environment
        self.directory = directory
        self.clock = clock
    }

    subscript(name: String) -> [UInt8]? {
        guard Self.isName(name) else { return nil }
        if let text = environment["HEADGATE_SECRET_" + Self.variable(name)] { return Array(text.utf8) }
        guard let directory else { return nil }
        let now = clock.epochMilliseconds()
        return kept.withLock { kept in
            if let known = kept[name], (0..<Self.keptMilliseconds).contains(now - known.readAt) { return known.bytes }
            if kept.count >= Self.mostKept { kept.removeAll() }
            let bytes = Self.read(directory + "/" + name)
            kept[name] = Kept(bytes: bytes, readAt: now)
            return bytes
        }
    }

    /// Letters, digits, `-`, `_` and `.`, not in front: nothing that leads out of the folder.
    private static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        guard (1...128).contains(bytes.count), bytes.first != UInt8(ascii: ".") else { return false }
        return bytes.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || [0x2D, 0x2E, 0x5F].contains(byte)
        }
    }

    private static func variable(_ name: String) -> String {
        String(decoding: name.uppercased().utf8.map { $0 == 0x2D || $0 == 0x2E ? 0x5F : $0 }, as: UTF8.self)
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= largest else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: largest)
        var length = 0
        while length < largest {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress?.advanced(by: length), largest - length)
            }
            if count < 0 { return nil }
            if count == 0 { break }
            length += count
        }
        bytes.removeLast(largest - length)
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        return bytes
    }
}
