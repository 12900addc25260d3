import Testing

@testable import Headgate

@Suite struct HeadersTests {
    @Test func looksUpInAnyCaseOrExactly() {
        let headers: Headers = ["X-Id": "1", "x-id": "2", "Other": "3"]
        #expect(headers.first("x-ID") == "1")
        #expect(headers.last("X-ID") == "2")
        #expect(headers.last(exactly: "X-Id") == "1")
        #expect(headers.last(exactly: "X-ID") == nil)
        #expect(headers.all("X-Id") == ["1", "2"])
    }

    @Test func setReplacesAllAndKeepsThePlace() throws {
        var headers: Headers = ["A": "1", "B": "2", "a": "3"]
        try headers.set("a", "9")
        #expect(headers.fields == [.init("a", "9"), .init("B", "2")])
    }

    @Test(arguments: ["", "a b", "a:b", "a\r\nb", "é", "a\0"])
    func refusesNames(name: String) {
        var headers = Headers()
        #expect(throws: InvalidHeader.self) { try headers.add(name, "x") }
    }

    @Test(arguments: ["a\r\nX: y", "a\nb", "a\0b", "\u{7F}", "\u{1}"])
    func refusesValues(value: String) {
        var headers = Headers()
        #expect(throws: InvalidHeader.self) { try headers.set("A", value) }
        #expect(headers.isEmpty)
    }

    @Test func foldsOnlyLetters() {
        #expect("@".equalsIgnoringASCIICase("`") == false)
        #expect("[".equalsIgnoringASCIICase("{") == false)
        #expect("aZ-9".equalsIgnoringASCIICase("Az-9"))
    }
}

@Suite struct QueryTests {
    @Test func parsesByFormRules() {
        let query = Query(parsing: "a=1&b=x+y%2B&c&d=&a=2;e=%C3%A9&%")
        #expect(query.items.map(\.name) == ["a", "b", "c", "d", "a", "e", "%"])
        #expect(query.items.map(\.value) == ["1", "x y+", "", "", "2", "é", ""])
        #expect(query.last("a") == "2")
        #expect(query.all("a") == ["1", "2"])
    }

    @Test func staysAsItCameUntilChanged() {
        var query = Query(parsing: "a=%41&&b=+")
        #expect(query.encoded == "a=%41&&b=+")
        query.add("c d", "ä&")
        #expect(query.encoded == "a=A&b=%20&c%20d=%C3%A4%26")
    }
}

@Suite struct BackendURLTests {
    @Test func takesApart() throws {
        let url = try BackendURL(parsing: "https://api.example:8443/a/b?x=1&y")
        #expect(url.endpoint == Endpoint(scheme: .https, host: "api.example", port: 8443))
        #expect(url.path == "/a/b")
        #expect(url.rawQuery == "x=1&y")
        #expect(try BackendURL(parsing: "http://h").path == "/")
        #expect(try BackendURL(parsing: "HTTP://h?q").rawQuery == "q")
        #expect(try BackendURL(parsing: "http://[::1]:80/").endpoint.authority == "[::1]")
        #expect(try BackendURL(parsing: "http://h:8080/").endpoint.authority == "h:8080")
    }

    @Test(arguments: [
        "ftp://h/", "arn:aws:x", "http://", "http:///x", "http://h:0/", "http://h:99999/", "http://h:8o/",
        "http://u:p@h/", "http://127.0.0.1\\@evil/", "http://h/a b", "http://h/#f", "http://h/\r\nX: y", "http://h/é",
        "http://[::1/", "http://[x]/", "http://[::1]x/", "http://h/{id}", "http://a_b c/", "http+unix://x/",
    ])
    func refuses(text: String) {
        #expect(throws: InvalidURL.self) { try BackendURL(parsing: text) }
    }
}

@Suite struct IdentifierTests {
    @Test func requestIdsAreVersionFourUUIDs() {
        var random = RandomSource(seed: 1)
        let uuid = RequestIdentifiers.uuid(&random)
        #expect(RequestIdentifiers.isUUID(uuid))
        #expect(Array(uuid.utf8)[14] == UInt8(ascii: "4"))
        #expect("89ab".utf8.contains(Array(uuid.utf8)[19]))
        #expect(uuid != RequestIdentifiers.uuid(&random))
        var again = RandomSource(seed: 1)
        #expect(uuid == RequestIdentifiers.uuid(&again))
    }

    @Test func aClientsUUIDIsKeptAndAnythingElseReplaced() {
        var random = RandomSource(seed: 2)
        let claimed = "6f1c0a52-0001-4a9e-9d0c-aaaaaaaaaaaa"
        #expect(RequestIdentifiers(claimed: claimed, trace: nil, at: 0, random: &random).requestID == claimed)
        #expect(RequestIdentifiers(claimed: "evil\r\n", trace: nil, at: 0, random: &random).requestID != "evil\r\n")
    }

    @Test func traceFollowsTheRecordings() {
        var random = RandomSource(seed: 3)
        func trace(_ header: String?) -> String {
            RequestIdentifiers(claimed: nil, trace: header, at: 1_700_000_000_000, random: &random).traceID
        }
        #expect(trace(nil).hasPrefix("Root=1-6553f100-"))
        #expect(trace(nil).utf8.count == "Root=1-00000000-000000000000000000000000".utf8.count)
        #expect(trace("Root=1-abc;Parent=def") == "Root=1-abc;Parent=def;Sampled=1")
        #expect(trace("Root=1-abc").hasPrefix("Root=1-abc;Parent="))
        #expect(trace("Root=1-abc").hasSuffix(";Sampled=0"))
    }
}

@Suite struct NoRouteTests {
    @Test(
        arguments: [
            (nil, "Missing Authentication Token"), ("AWS4-HMAC-SHA256 Credential=a", "Missing Authentication Token"),
            ("Bearer a=b", "Missing Authentication Token"), ("abc", "Missing Authentication Token"),
            (
                "Bearer a.b",
                "'a.b' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer a.b'.",
            ),
        ] as [(String?, String)]
    )
    func namesAnAuthorizationOfAnotherKind(authorization: String?, message: String) {
        let failure = GatewayFailure.noRoute(authorization: authorization)
        #expect(failure.status == 403)
        #expect(failure.message == message)
        #expect(failure.cause == "no route for this method and path")
    }
}
