import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A client that sends exactly the bytes it is told to, and reads responses strictly.
///
/// It blocks on a queue of its own, so that tests that wait take no thread from those that run.
final class Wire: Sendable {
    struct Response: Equatable {
        var status: Int
        var fields: [String: String]
        var body: String

        /// By its name in lower case.
        subscript(_ name: String) -> String? { fields[name] }
    }

    enum Fault: Error, Equatable {
        case notConnected
        /// The connection ended where more was due; what came of it.
        case closed(partial: String)
        case timedOut
        case notHTTP(String)
    }

    private let socket: Int32
    private let queue = DispatchQueue(label: "wire")
    private let buffer = Mutex<[UInt8]>([])

    /// - Parameter receiveBuffer: bytes that the system keeps for a client that does not read; nil is its default.
    init(port: Int, timeoutSeconds: Int = 5, receiveBuffer: Int32? = nil) throws {
        #if canImport(Glibc)
        socket = Self.makeSocket(AF_INET, Int32(SOCK_STREAM.rawValue))
        #else
        socket = Self.makeSocket(AF_INET, SOCK_STREAM)
        #endif
        if var receiveBuffer {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var time = timeval()
        time.tv_sec = timeoutSeconds
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let socket = socket
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Fault.notConnected }
    }

    deinit { close(socket) }

    private static func makeSocket(_ domain: Int32, _ type: Int32) -> Int32 {
        #if canImport(Glibc)
        Glibc.socket(domain, type, 0)
        #elseif canImport(Musl)
        Musl.socket(domain, type, 0)
        #else
        Darwin.socket(domain, type, 0)
        #endif
    }

    // MARK: Sending

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        let socket = socket
        try await blocking {
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
                guard count > 0 else { throw Fault.closed(partial: "") }
                sent += count
            }
        }
    }

    /// Sends byte after byte with a pause in front of each, until the server has enough of it.
    func drip(_ text: String, milliseconds: UInt32) async {
        let socket = socket
        _ = try? await blocking {
            for byte in text.utf8 {
                usleep(milliseconds * 1000)
                guard withUnsafeBytes(of: byte, { write(socket, $0.baseAddress, 1) }) == 1 else { return }
            }
        }
    }

    /// Sends nothing more, and goes on reading.
    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Goes away at once, without saying goodbye.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        // The descriptor stays ours until the end; shutting down sends the reset's equivalent for readers.
        var empty = sockaddr()
        empty.sa_family = sa_family_t(AF_UNSPEC)
        connect(socket, &empty, socklen_t(MemoryLayout<sockaddr>.size))
    }

    // MARK: Reading

    /// One well-formed request and its response.
    func ask(_ target: String, method: String = "GET", fields: String = "", body: String? = nil) async throws
        -> Response
    {
        let length = body.map { "Content-Length: \($0.utf8.count)\r\n" } ?? ""
        try await send("\(method) \(target) HTTP/1.1\r\nHost: test\r\n\(fields)\(length)\r\n\(body ?? "")")
        return try await response(to: method)
    }

    /// The next response, framed as RFC 9112 section 6.3 says.
    func response(to method: String = "GET") async throws -> Response {
        try await blocking { try self.readResponse(method) }
    }

    /// Everything until the server closes.
    func rest() async throws -> String {
        try await blocking {
            while try self.receive() {}
            return self.take(self.buffer.withLock { $0.count })
        }
    }

    /// Exactly so many bytes.
    func bytes(_ count: Int) async throws -> String {
        try await blocking { try self.exactly(count) }
    }

    /// Reads over so many bytes.
    func skip(_ count: Int) async throws {
        try await blocking {
            while self.buffer.withLock({ $0.count }) < count {
                guard try self.receive() else { throw Fault.closed(partial: "") }
            }
            self.buffer.withLock { $0.removeFirst(count) }
        }
    }

    private func readResponse(_ method: String) throws -> Response {
        let head = try through("\r\n\r\n")
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)
        let words = lines.removeFirst().split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "HTTP/1.1", let status = Int(words[1]) else { throw Fault.notHTTP(head) }
        var fields: [String: String] = [:]
        for line in lines {
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, fields[parts[0].lowercased()] == nil else { throw Fault.notHTTP(head) }
            fields[parts[0].lowercased()] = String(parts[1])
        }
        var body = ""
        if method != "HEAD", status >= 200, status != 204, status != 304 {
            if fields["transfer-encoding"] == "chunked" {
                body = try chunks()
            } else if let length = fields["content-length"].flatMap({ Int($0) }) {
                body = try exactly(length)
            } else {
                while try receive() {}
                body = take(buffer.withLock { $0.count })
            }
        }
        return Response(status: status, fields: fields, body: body)
    }

    private func chunks() throws -> String {
        var body = ""
        while true {
            let line = try through("\r\n")
            guard let size = Int(line.dropLast(1), radix: 16) else { throw Fault.notHTTP(line) }
            body += try exactly(size)
            guard try exactly(2) == "\r\n" else { throw Fault.notHTTP(line) }
            if size == 0 { return body }
        }
    }

    private func through(_ mark: String) throws -> String {
        let mark = Array(mark.utf8)
        while true {
            let end = buffer.withLock { bytes -> Int? in
                var start = bytes.startIndex
                while let found = bytes[start...].firstIndex(of: mark[0]) {
                    if bytes[found...].starts(with: mark) { return found }
                    start = found + 1
                }
                return nil
            }
            if let end { return take(end + mark.count) }
            guard try receive() else { throw Fault.closed(partial: take(buffer.withLock { $0.count })) }
        }
    }

    private func exactly(_ count: Int) throws -> String {
        while buffer.withLock({ $0.count }) < count {
            guard try receive() else { throw Fault.closed(partial: take(buffer.withLock { $0.count })) }
        }
        return take(count)
    }

    private func take(_ count: Int) -> String {
        buffer.withLock { bytes in
            let taken = String(decoding: bytes[..<count], as: UTF8.self)
            bytes.removeFirst(count)
            return taken
        }
    }

    /// False at the end of the connection, however it came.
    private func receive() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &piece, piece.count, 0)
        if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { throw Fault.timedOut }
        guard count > 0 else { return false }
        buffer.withLock { $0 += piece[..<count] }
        return true
    }

    private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
