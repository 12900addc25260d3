import Headgate
import HeadgateHTTP
import Logging
import NIOCore
import Synchronization
import Testing

@testable import HeadgateServer

/// One line a request, which says what is needed and nothing that is secret.
@Suite struct AccessLogTests {
    /// Keeps lines as a stream handler would write them.
    final class Lines: Sendable {
        private let all = Mutex<[String]>([])

        var list: [String] { all.withLock { $0 } }
        var text: String { list.joined(separator: "\n") }

        func logger(level: Logger.Level = .info) -> Logger {
            var logger = Logger(label: "test") { _ in Handler(lines: self) }
            logger.logLevel = level
            return logger
        }

        func add(_ line: String) { all.withLock { $0.append(line) } }
    }

    struct Handler: LogHandler {
        let lines: Lines
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.info

        init(lines: Lines) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.add("\(event.level) \(event.message) " + fields.joined(separator: " "))
        }
    }

    static func record(_ change: (inout AccessRecord) -> Void) -> AccessRecord {
        var record = AccessRecord(
            receivedAtMilliseconds: 0,
            method: "GET",
            path: "/pets/7",
            pipeline: "pets",
            clientAddress: "203.0.113.9",
            status: 200,
            bytesReceived: 3,
            bytesSent: 40,
            durationMicroseconds: 12_345,
            backendMicroseconds: nil,
            requestID: "abc",
            failure: nil,
        )
        change(&record)
        return record
    }

    static func lines(_ change: (inout AccessRecord) -> Void, level: Logger.Level = .info) -> [String] {
        let lines = Lines()
        AccessLogger(lines.logger(level: level)).observe([record(change)])
        return lines.list
    }

    @Test func anAnswer() {
        #expect(
            Self.lines { _ in } == [
                "info GET /pets/7 200 client=203.0.113.9 id=abc in=3 ms=12.345 out=40 pipeline=pets"
            ]
        )
        #expect(Self.lines({ $0.backendMicroseconds = 1_007 }).first?.contains("backend-ms=1.007") == true)
        #expect(Self.lines({ _ in }, level: .warning).isEmpty)
    }

    @Test func aFailureIsExplained() {
        let lines = Self.lines(
            {
                $0.status = 502
                var failure = GatewayFailure.badGateway("it said \"no\"", reason: "integration-malformed")
                failure.stage = "http"
                failure.location = SourceLocation(file: "pets.yaml", line: 3, column: 5)
                $0.failure = failure
            },
            level: .error,
        )
        #expect(
            lines == [
                "error GET /pets/7 502 at=pets.yaml:3:5 cause=it said \"no\" client=203.0.113.9 "
                    + "failure=integration-malformed id=abc in=3 ms=12.345 out=40 pipeline=pets stage=http"
            ]
        )
    }

    @Test func nothingMakesALineOfItsOwnOrActsOnATerminal() {
        let hostile =
            "a\nGET /forged 200\r\t\u{1B}[31m\u{7F}\u{85}\u{9B}b\u{2028}c" + String(repeating: "x", count: 2000)
        let lines = Self.lines {
            $0.status = 500
            var failure = GatewayFailure.internalError(hostile)
            failure.stage = hostile
            $0.failure = failure
            $0.path = "/" + hostile
            $0.method = "G\nT"
            $0.requestID = hostile
            $0.clientAddress = hostile
        }
        #expect(lines.count == 1)
        #expect(
            lines[0].unicodeScalars.allSatisfy {
                $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) && $0 != "\u{2028}"
            }
        )
        #expect(lines[0].contains("a\\nGET /forged 200\\r\\t\\u{1b}[31m\\u{7f}\\u{85}\\u{9b}b\\u{2028}c"))
        #expect(lines[0].utf8.count < 10_000)
    }

    @Test func aServersRequestsAreLoggedWithoutTheirSecrets() async throws {
        let log = Lines()
        let failing = Answer { _ in
            MethodResponse(status: 500, headers: ["X-Out": "canary-header"], body: Body("canary-body"))
        }
        try await TestServer.serving(
            ["ANY /echo": Answer.echo, "ANY /fail": failing],
            observer: AccessLogger(log.logger(level: .trace)),
        ) { server in
            let wire = try server.connect()
            let fields = "Authorization: Bearer canary-token\r\nCookie: canary-cookie\r\n"
            _ = try await wire.ask("/echo?key=canary-query", method: "POST", fields: fields, body: "canary-payload")
            _ = try await wire.ask("/fail", fields: fields)
            _ = try await wire.ask("/unknown%0a%1b", fields: fields)
            try await wire.send("GET / HTTP/1.1\r\nHost: x\r\nBad Field: canary-malformed\r\n\r\n")
            #expect(try await wire.response().status == 400)
            _ = await server.records.wait(for: 4)
        }
        #expect(log.list.count == 4)
        #expect(!log.text.contains("canary"))
        #expect(log.list[0].hasPrefix("info POST /echo 200 client=127.0.0.1"))
        #expect(log.list[0].contains("in=14"))
        #expect(log.list[1].hasPrefix("error GET /fail 500"))
        #expect(log.list[2].hasPrefix("info GET /unknown%0a%1b 403"))
        #expect(log.list[3].hasPrefix("info -  400"))
        #expect(log.list[3].contains("failure=malformed-request"))
    }

    @Test func recordsComeInTheOrderOfTheAnswers() async throws {
        try await TestServer.serving(["GET /{n}": Answer("x")]) { server in
            let wire = try server.connect()
            try await wire.send((0..<300).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
            for _ in 0..<300 { _ = try await wire.response() }
            let records = await server.records.wait(for: 300)
            #expect(records.map(\.path) == (0..<300).map { "/\($0)" })
            #expect(Set(records.map(\.requestID)).count == 300)
        }
    }
}
