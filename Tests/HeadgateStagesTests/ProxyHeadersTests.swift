import Headgate
import Testing

@testable import HeadgateStages

@Suite struct ProxyHeadersTests {
    /// A value for every header name of the recordings.
    private let client: Headers = [
        "Accept": "application/json", "Accept-Charset": "UTF-8", "Accept-Encoding": "br", "Age": "1",
        "Authorization": "Unauthorized", "Content-Encoding": "deflate", "Content-MD5": "m",
        "Content-Type": "application/json", "Content-Length": "2", "Date": "d", "Expect": "100-continue",
        "Max-Forwards": "2", "Pragma": "cache", "Proxy-Authenticate": "Basic", "Range": "bytes=500-999",
        "Referer": "https://example.com/", "Server": "s", "TE": "deflate", "Trailer": "Expires", "Upgrade": "HTTP/2.0",
        "User-Agent": "ua/1", "Via": "p", "Warn": "w", "WWW-Authenticate": "Basic", "Host": "api.test:8080",
        "X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https", "X-Amzn-Trace-Id": "Root=1-abc",
        "X-Real-IP": "1.1.1.1", "Forwarded": "for=1.1.1.1", "Keep-Alive": "5", "Proxy-Authorization": "p",
        "Cookie": "a=1",
    ]

    @Test func clientToBackend() throws {
        let exchange = try Exchanges.make(headers: client)
        let sent = ProxyHeaders.request(for: exchange, mapped: [:])
        #expect(
            Set(sent.fields.map(\.name)) == [
                "Accept", "Accept-Charset", "Accept-Encoding", "Age", "Authorization", "Content-Type", "Date", "Pragma",
                "Range", "Referer", "User-Agent", "Warn", "Cookie", "X-Forwarded-For", "X-Forwarded-Port",
                "X-Forwarded-Proto", "X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id",
            ]
        )
        #expect(sent.first("X-Forwarded-For") == "10.0.0.1, 203.0.113.9")
        #expect(sent.first("X-Forwarded-Port") == "8080")
        #expect(sent.first("X-Forwarded-Proto") == "http")
        #expect(sent.first("X-Amzn-Apigateway-Api-Id") == "a1b2c3")
        #expect(sent.first("X-Amzn-Trace-Id")?.hasPrefix("Root=1-abc;Parent=") == true)
        #expect(sent.first("User-Agent") == "ua/1")
    }

    @Test func defaultsOnlyWhereTheClientSaidNothing() throws {
        let sent = ProxyHeaders.request(for: try Exchanges.make(), mapped: [:])
        #expect(sent.first("Accept") == "application/json")
        #expect(sent.first("User-Agent") == "AmazonAPIGateway_a1b2c3")
        #expect(sent.first("X-Forwarded-Port") == "80")
        #expect(sent.first("Host") == nil)
    }

    @Test func mappedHeadersReplace() throws {
        let exchange = try Exchanges.make(headers: ["X-H": "client", "x-other": "kept", "Host": "api.test"])
        let sent = ProxyHeaders.request(
            for: exchange,
            mapped: [
                "x-h": "mapped", "Host": "other.test", "Via": "v", "Expect": "200-ok", "Upgrade": "HTTP/2.0",
                "TE": "gzip", "Connection": "close", "X-Forwarded-For": "mine", "Transfer-Encoding": "chunked",
            ],
        )
        #expect(sent.all("X-H") == ["mapped"])
        #expect(sent.first("x-other") == "kept")
        #expect(sent.first("Host") == "other.test")
        #expect(sent.first("Upgrade") == "HTTP/2.0")
        #expect(sent.all("X-Forwarded-For") == ["mine"])
        for dropped in ["Via", "Expect", "TE", "Connection", "Transfer-Encoding"] { #expect(!sent.contains(dropped)) }
    }

    @Test func connectionOptionsGoNoFurther() throws {
        let exchange = try Exchanges.make(headers: [
            "Connection": "keep-alive, x-hop ,X-Forwarded-For", "connection": "X-Second", "X-Hop": "1", "x-second": "2",
            "X-Third": "3",
        ])
        let sent = ProxyHeaders.request(for: exchange, mapped: [:])
        #expect(!sent.contains("X-Hop"))
        #expect(!sent.contains("X-Second"))
        #expect(sent.first("X-Third") == "3")
        // What the gateway itself says cannot be taken away by naming it.
        #expect(sent.first("X-Forwarded-For") == "203.0.113.9")
    }

    @Test func longConnectionListsCostLittle() throws {
        let names = (0..<10_000).map { "x-\($0)" }.joined(separator: ",")
        let options = ConnectionOptions(of: ["Connection": names])
        #expect(options.contains("X-0"))
        #expect(!options.contains("x-9999"))
    }

    @Test func backendToClient() {
        let backend: Headers = [
            "Connection": "close, X-Hop", "content-length": "5", "Date": "d", "Server": "s", "x-amzn-requestid": "r",
            "Transfer-Encoding": "chunked", "Content-Encoding": "gzip", "Via": "v", "Keep-Alive": "5",
            "Authorization": "a", "Content-MD5": "m", "Host": "h", "Max-Forwards": "1", "Trailer": "t", "Upgrade": "u",
            "User-Agent": "ua", "WWW-Authenticate": "w", "Set-Cookie": "a=1", "Content-Type": "text/html",
            "X-Hop": "1",
        ]
        var withSecondCookie = backend
        withSecondCookie.addUnchecked("Set-Cookie", "b=2")
        let sent = ProxyHeaders.response(from: withSecondCookie)
        #expect(sent.first("x-amzn-Remapped-Connection") == "close, X-Hop")
        #expect(
            sent.fields.map(\.name) == [
                "x-amzn-Remapped-Connection", "x-amzn-Remapped-Content-Length", "x-amzn-Remapped-Date",
                "x-amzn-Remapped-Server", "x-amzn-Remapped-x-amzn-RequestId", "Authorization", "Content-MD5", "Host",
                "Max-Forwards", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate", "Set-Cookie", "Content-Type",
                "Set-Cookie",
            ]
        )
        #expect(sent.all("Set-Cookie") == ["a=1", "b=2"])
    }

    @Test func arrivalHeaders() throws {
        let exchange = try Exchanges.make(headers: client)
        let names = ArrivalHeaders.fields(of: exchange).map(\.name)
        for hidden in [
            "Connection", "Content-Length", "Content-MD5", "Expect", "Max-Forwards", "Proxy-Authenticate", "Server",
            "TE",
            "Transfer-Encoding", "Trailer", "Upgrade", "WWW-Authenticate",
        ] {
            #expect(!names.contains(hidden))
            #expect(ArrivalHeaders.last(exactly: hidden, of: exchange) == nil)
        }
        #expect(ArrivalHeaders.last(exactly: "Via", of: exchange) == "p")
        #expect(ArrivalHeaders.last(exactly: "via", of: exchange) == nil)
        #expect(ArrivalHeaders.last(exactly: "X-Forwarded-For", of: exchange) == "10.0.0.1, 203.0.113.9")
        #expect(names.filter { $0.lowercased() == "x-forwarded-for" }.count == 1)
    }

    @Test func nameTable() {
        let table = HeaderNameTable([("a", 1), ("Content-Type", 2), ("CONTENT-SIZE", 3), ("Vary", 4)])
        #expect(table["A"] == 1)
        #expect(table["content-type"] == 2)
        #expect(table["content-size"] == 3)
        #expect(table["vary"] == 4)
        for absent in ["", "b", "content-typo", "a-very-long-header-name-that-is-not-there", "vari"] {
            #expect(table[absent] == nil)
        }
        #expect(HeaderNameTable<Int>([])["x"] == nil)
    }
}
