import Foundation
import Headgate
import HeadgateServer
import NIOPosix

/// What a client may send to a server: one in this process, asked over loopback, each input a connection.
enum RequestTarget {
    static let target = Target(
        pieces: [
            "GET ", "POST ", "HEAD ", "OPTIONS ", "TRACE ", "/a", "/a?b=c", "/stream", "http://x", "*", "//", "/../",
            "%2e", "%00", "%2F",
            " HTTP/1.1\r\n", " HTTP/1.0\r\n", " HTTP/2.0\r\n", "\r\n", "\n", "\r", "\r\n\r\n", "Host: x\r\n", "Host: ",
            "Content-Length: 5\r\n",
            "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: ", "chunked", "gzip",
            "Connection: close\r\n",
            "Connection: keep-alive\r\n", "Expect: 100-continue\r\n", "Content-Type: text/plain\r\n", "5\r\nhello\r\n",
            "0\r\n\r\n", "0\r\n",
            "5;a=b\r\n", "ffffffffffffffff\r\n", ": ", ":", " ", "\t", "\0", "\u{7F}", "é", ",", ";", "0", "-1",
            "18446744073709551616",
            "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "X_Y: 1\r\n", "X-Y: 1\r\n", "X: ",
            "\r\n ",
        ],
        run: { bytes in server.outcome(of: bytes) },
    )

    private static let server = LoopbackServer()
}

/// Serves what reads a payload whole and what streams it, and looks whether a stage got what no request may hold.
private final class LoopbackServer: Sendable {
    private let port: UInt16

    init() {
        let ready = DispatchSemaphore(value: 0)
        nonisolated(unsafe) var port: UInt16 = 0
        Task.detached {
            let pipelines = try ["ANY /a", "ANY /stream/{rest+}", "ANY /stream"].map { route in
                Pipeline(
                    name: route,
                    routes: [try Route(parsing: route)],
                    stages: [
                        PipelineStage(
                            label: "s",
                            kind: "look",
                            phase: .any,
                            built: BuiltStage(Look(), explanation: ""),
                        )
                    ],
                    payloadLimit: 4096,
                )
            }
            let configuration = ServerConfiguration(
                port: 0,
                headerTimeout: .seconds(2),
                bodyTimeout: .seconds(2),
                idleTimeout: .seconds(2),
                halfCloseGrace: .seconds(1),
            )
            let server = try await Server.start(
                serving: CurrentGeneration(Generation(number: 1, pipelines: pipelines)),
                on: MultiThreadedEventLoopGroup(numberOfThreads: 1),
                configuration,
            )
            port = UInt16(server.address.port ?? 0)
            ready.signal()
            // For as long as the process lives.
            try await Task.sleep(for: .seconds(1_000_000))
            _ = server
        }
        ready.wait()
        self.port = port
    }

    /// The statuses of what is answered. The input comes in two pieces, and then the client has nothing more to say.
    func outcome(of bytes: [UInt8]) -> String {
        let descriptor = connected()
        defer { close(descriptor) }
        let cut = bytes.isEmpty ? 0 : bytes.reduce(0) { ($0 &* 31) &+ Int($1) } % bytes.count
        for piece in [bytes[..<abs(cut)], bytes[abs(cut)...]] {
            _ = piece.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
        shutdown(descriptor, Int32(SHUT_WR))
        let answer = everything(descriptor)
        let mark = Array("HTTP/1.1 ".utf8)
        precondition(answer.isEmpty || answer.starts(with: mark), "it is no response that comes")
        var statuses = ""
        for start in answer.indices where answer[start...].starts(with: mark) {
            statuses += String(decoding: answer[start...].dropFirst(mark.count).prefix(3), as: UTF8.self) + " "
            if statuses.utf8.count > 40 { break }
        }
        return statuses
    }

    private func connected() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(result == 0, "the server takes no connection")
        var time = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        return descriptor
    }

    private func everything(_ descriptor: Int32) -> [UInt8] {
        var out: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 { out += buffer[..<count] }
            // A reset ends it as well; silence does not.
            precondition(count >= 0 || errno == ECONNRESET, "the connection does not end")
            if count <= 0 { return out }
        }
    }
}

private struct Look: SynchronousStage {
    func run(_ exchange: Exchange) throws -> StageOutcome {
        let request = exchange.request
        precondition(request.path.utf8.first == UInt8(ascii: "/"), "a path that is none")
        precondition(request.path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a path of other characters")
        precondition(!request.path.split(separator: "/").contains { $0 == ".." || $0 == "." }, "a dot segment")
        for field in request.headers.fields {
            precondition(
                !field.name.isEmpty && field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 },
                "a field",
            )
        }
        precondition(request.headers.fields.filter { $0.name.lowercased() == "host" }.count <= 1, "two hosts")
        exchange.response = MethodResponse(body: Body(String(request.body.bytes?.count ?? 0)))
        return .respond
    }
}
