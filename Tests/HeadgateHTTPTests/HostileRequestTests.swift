import Headgate
import Testing

@testable import HeadgateHTTP

/// What must never be taken for a request, each with the one reason that it is refused for.
@Suite struct HostileRequestTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        let error: MessageError

        init(_ name: String, _ text: String, _ error: MessageError) {
            self.name = name
            bytes = Array(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
            self.error = error
        }

        var testDescription: String { name }
    }

    private static func get(_ lines: String..., target: String = "/a", host: String? = "Host: x") -> String {
        (["GET \(target) HTTP/1.1"] + (host.map { [$0] } ?? []) + lines + ["", ""]).joined(separator: "\r\n")
    }

    private static func post(_ lines: String..., body: String = "") -> String {
        (["POST /a HTTP/1.1", "Host: x"] + lines + ["", body]).joined(separator: "\r\n")
    }

    private static func chunks(_ body: String) -> String {
        post("Transfer-Encoding: chunked", body: body)
    }

    static let framing: [Case] = [
        Case(
            "length and chunks",
            post("Content-Length: 4", "Transfer-Encoding: chunked"),
            .contentLengthWithTransferEncoding,
        ),
        Case(
            "chunks and length",
            post("TRANSFER-ENCODING: chunked", "content-length: 4"),
            .contentLengthWithTransferEncoding,
        ),
        Case("two lengths", post("Content-Length: 5", "Content-Length: 6"), .contentLengthRepeated),
        Case("two equal lengths", post("Content-Length: 5", "Content-Length: 5"), .contentLengthRepeated),
        Case("a list of lengths", post("Content-Length: 5, 5"), .contentLength),
        Case("length +5", post("Content-Length: +5"), .contentLength),
        Case("length -1", post("Content-Length: -1"), .contentLength),
        Case("length 0x5", post("Content-Length: 0x5"), .contentLength),
        Case("length 1_0", post("Content-Length: 1_0"), .contentLength),
        Case("length 5 5", post("Content-Length: 5 5"), .contentLength),
        Case("empty length", post("Content-Length: "), .contentLength),
        Case("length 2^63", post("Content-Length: 9223372036854775808"), .contentLengthTooLarge),
        Case("length 2^64", post("Content-Length: 18446744073709551616"), .contentLength),
        Case("length of 400 digits", post("Content-Length: " + String(repeating: "9", count: 400)), .contentLength),
        Case("coding ,chunked", post("Transfer-Encoding: ,chunked"), .transferEncoding),
        Case("coding gzip, chunked", post("Transfer-Encoding: gzip, chunked"), .transferEncodingUnknown),
        Case("coding chunked, chunked", post("Transfer-Encoding: chunked, chunked"), .transferEncodingUnknown),
        Case("coding identity", post("Transfer-Encoding: identity"), .transferEncodingUnknown),
        Case("coding xchunked", post("Transfer-Encoding: xchunked"), .transferEncodingUnknown),
        Case("coding chunked;q=1", post("Transfer-Encoding: chunked;q=1"), .transferEncoding),
        Case("coding in quotes", post("Transfer-Encoding: \"chunked\""), .transferEncoding),
        Case("coding after a vertical tab", post("Transfer-Encoding: \u{0B}chunked"), .fieldValue),
        Case("coding after a hard blank", post("Transfer-Encoding: \u{A0}chunked"), .fieldValue),
        Case("coding twice", post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), .transferEncoding),
        Case(
            "chunks in HTTP/1.0",
            "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            .transferEncodingInHTTP10,
        ),
        Case("expectation", post("Expect: 200-ok"), .expectation),
    ]

    static let chunkFraming: [Case] = [
        Case("chunk size +5", chunks("+5\r\nhello\r\n"), .chunkSize),
        Case("chunk size -5", chunks("-5\r\nhello\r\n"), .chunkSize),
        Case("chunk size 0x5", chunks("0x5\r\nhello\r\n"), .chunkSize),
        Case("chunk size 5_0", chunks("5_0\r\nhello\r\n"), .chunkSize),
        Case("blank before the size", chunks(" 5\r\nhello\r\n"), .chunkSize),
        Case("blank behind the size", chunks("5 \r\nhello\r\n"), .chunkSize),
        Case("empty size", chunks("\r\nhello\r\n"), .chunkSize),
        Case("size of 16 digits", chunks("1000000000000005\r\nhello\r\n"), .chunkSize),
        Case("size of 17 digits", chunks("10000000000000005\r\nhello\r\n"), .chunkSize),
        Case("longer than announced", chunks("3\r\nhello\r\n0\r\n\r\n"), .chunkEnd),
        Case("shorter than announced", chunks("7\r\nhello\r\n0\r\n\r\n"), .chunkEnd),
        Case("LF behind the size", chunks("5\nhello\r\n0\r\n\r\n"), .bareLineFeed),
        Case("LF behind the data", chunks("5\r\nhello\n0\r\n\r\n"), .chunkEnd),
        Case("CR in an extension", chunks("5;a\rb\r\nhello\r\n"), .chunkExtension),
        Case("NUL in an extension", chunks("5;a\0b\r\nhello\r\n"), .chunkExtension),
        Case("length as a trailer", chunks("0\r\nContent-Length: 5\r\n\r\n"), .trailer),
        Case("coding as a trailer", chunks("0\r\nTransfer-Encoding: chunked\r\n\r\n"), .trailer),
        Case("host as a trailer", chunks("0\r\nHost: y\r\n\r\n"), .trailer),
        Case("no colon in a trailer", chunks("0\r\nX\r\n\r\n"), .fieldName),
    ]

    static let fields: [Case] = [
        Case("blank before the colon", get("X-A : b"), .fieldName),
        Case("folded", get("X-A: b", " c"), .foldedField),
        Case("folded by a tab", get("X-A: b", "\tc"), .foldedField),
        Case("no colon", get("X-A"), .fieldName),
        Case("empty name", get(": b"), .fieldName),
        Case("brackets", get("X[]: b"), .fieldName),
        Case("8-bit name", get("X\u{85}: b"), .fieldName),
        Case("NUL in a name", get("X\0: b"), .fieldName),
        Case("NUL", get("X: a\0b"), .fieldValue),
        Case("CR", get("X: a\rb"), .fieldValue),
        Case("LF", "GET /a HTTP/1.1\r\nHost: x\r\nX: a\nY: b\r\n\r\n", .bareLineFeed),
        Case("BEL", get("X: a\u{07}b"), .fieldValue),
        Case("DEL", get("X: a\u{7F}b"), .fieldValue),
        Case("not UTF-8", get("X: a\u{FF}b"), .fieldValue),
        Case("X_Y beside X-Y", get("X-Y: 1", "x_y: 2"), .confusableFields),
        Case("no Host", get(host: nil), .hostMissing),
        Case("empty Host", get(host: "Host:"), .hostInvalid),
        Case("two Hosts", get("Host: y"), .hostRepeated),
        Case("Host with a path", get(host: "Host: a/b"), .hostInvalid),
        Case("Host with a user", get(host: "Host: u:p@h"), .hostInvalid),
        Case("Host with a blank", get(host: "Host: a b"), .hostInvalid),
        Case("Host with a large port", get(host: "Host: h:99999"), .hostInvalid),
        Case("Host with two ports", get(host: "Host: h:80:80"), .hostInvalid),
        Case("Host with half an address", get(host: "Host: [::1"), .hostInvalid),
        Case("invalid Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a/b\r\n\r\n", .hostInvalid),
    ]

    static let startLines: [Case] = [
        Case("two blanks", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", .startLine),
        Case("two blanks before the version", "GET /  HTTP/1.1\r\nHost: x\r\n\r\n", .version),
        Case("blank in the target", get(target: "/a b"), .version),
        Case("NUL in the target", get(target: "/a\0b"), .target),
        Case("8-bit target", get(target: "/a\u{FF}"), .target),
        Case("tab in the target", get(target: "/a\tb"), .target),
        Case("relative target", get(target: "a"), .target),
        Case("fragment", get(target: "/a#b"), .target),
        Case("asterisk", get(target: "*"), .target),
        Case("authority form", get(target: "a:80"), .target),
        Case("other scheme", get(target: "ftp://a/"), .target),
        Case("user in the target", get(target: "http://u@x/"), .target),
        Case("backslash", get(target: "/a\\b"), .target),
        Case("quote in the query", get(target: "/a?b=\"c\""), .target),
        Case("angle brackets in the query", get(target: "/a?b=<c>"), .target),
        Case("quote in the path", get(target: "/a\"b"), .target),
        Case("dots", get(target: "/a/../b"), .dotSegment),
        Case("encoded dots", get(target: "/a/%2e%2E/b"), .dotSegment),
        Case("half-encoded dots", get(target: "/a/.%2e"), .dotSegment),
        Case("one dot", get(target: "/./a"), .dotSegment),
        Case("dots at the end", get(target: "/a/..?x=1"), .dotSegment),
        Case("dots with a parameter", get(target: "/a/..;x/b"), .dotSegment),
        Case("dots before an encoded slash", get(target: "/a/..%2fb"), .dotSegment),
        Case("dots behind an encoded slash", get(target: "/a/b%2F.."), .dotSegment),
        Case("encoded NUL", get(target: "/a%00"), .targetEscape),
        Case("encoded backslash", get(target: "/a%5c..%5cb"), .targetEscape),
        Case("half an escape", get(target: "/a%2"), .targetEscape),
        Case("no escape", get(target: "/a%zz"), .targetEscape),
        Case("HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", .version),
        Case("HTTP/9.9", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", .version),
        Case("HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", .version),
        Case("http/1.1", "GET / http/1.1\r\nHost: x\r\n\r\n", .version),
        Case("HTTP/01.1", "GET / HTTP/01.1\r\nHost: x\r\n\r\n", .version),
        Case("HTTP/0.9", "GET /\r\n\r\n", .startLine),
        Case("preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .version),
        Case("lower-case method", "get / HTTP/1.1\r\nHost: x\r\n\r\n", .method),
        Case("long method", String(repeating: "G", count: 33) + " / HTTP/1.1\r\nHost: x\r\n\r\n", .method),
        Case("endless method", String(repeating: "G", count: 64), .method),
        Case("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .methodNotServed),
        Case("TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", .methodNotServed),
        Case("leading blank", " GET / HTTP/1.1\r\n", .startLine),
        Case("bare LF", "GET / HTTP/1.1\nHost: x\n\n", .bareLineFeed),
        Case("LF alone", "\nGET / HTTP/1.1\r\n", .bareLineFeed),
        Case("many empty lines", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n", .startLine),
        Case("TLS hello", "\u{16}\u{03}\u{01}\u{02}\u{00}", .startLine),
        Case("NULs", "\0\0\0\0", .startLine),
    ]

    @Test(arguments: framing + chunkFraming + fields + startLines)
    func isRefused(_ hostile: Case) {
        #expect(throws: hostile.error) { try parseRequests([hostile.bytes]) }
        #expect(throws: hostile.error, "byte by byte") { try parseRequests(hostile.bytes.map { [$0] }) }
    }

    @Test func encodedSlashesAreTheConfigurationsChoice() throws {
        let text = Self.get(target: "/a%2Fb")
        #expect(try parseRequests(text)[0].startLine == "GET /a%2Fb 1.1")
        #expect(throws: MessageError.encodedSlash) { try parseRequests(text, allowsEncodedSlash: false) }
    }

    @Test(arguments: [
        "/", "//a", "/a//b/", "/a..b", "/...", "/.a", "/a.", "/..a", "/;x", "/a;b=c", "/%25", "/a?", "/a?b=/../c&d=%zz",
        "/:@!$&'()*+,",
        "/a?b[c]=d&e='", "/a[0]|b", "/a?b={c}|d\\^`",
    ])
    func unusualTargetsPass(_ target: String) throws {
        #expect(try parseRequests(Self.get(target: target))[0].startLine == "GET \(target) 1.1")
    }

    @Test(arguments: ["x", "a.example:443", "127.0.0.1", "[::1]", "[::1]:80", "h:", "xn--bcher-kva.example", "a_b"])
    func hostsPass(_ host: String) throws {
        #expect(try parseRequests(Self.get(host: "Host: \(host)"))[0].headers == ["Host: \(host)"])
    }

    @Test func statuses() {
        #expect(MessageError.fieldBlockTooLong.status == 431)
        #expect(MessageError.tooManyFields.status == 431)
        #expect(MessageError.targetTooLong.status == 414)
        #expect(MessageError.contentLengthTooLarge.status == 413)
        #expect(MessageError.transferEncodingUnknown.status == 501)
        #expect(MessageError.expectation.status == 417)
        #expect(MessageError.methodNotServed.status == 405)
        #expect(MessageError.bareLineFeed.status == 400)
    }
}
