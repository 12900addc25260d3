import Headgate
import Testing

@testable import HeadgateAWS

struct ProxyResponseTests {
    private func read(_ text: String, wantsBinary: Bool = false) throws(GatewayFailure) -> MethodResponse {
        try ProxyResponse.read(Array(text.utf8), wantsBinary: wantsBinary)
    }

    @Test func nothingIsRequired() throws {
        let response = try read("{}")
        #expect(response.status == 200)
        #expect(response.headers == ["Content-Type": "application/json"])
        #expect(response.body.text == "")
    }

    @Test func statusesAndHeaders() throws {
        let response = try read(
            """
            {"statusCode": "201", "headers": {"x-a": "3", "Date": "d", "Transfer-Encoding": "chunked", "X-B": true, "X-N": 1.50},
             "multiValueHeaders": {"X-A": ["1", "2", "3"], "Set-Cookie": ["a=1", "b=2"]}, "body": "text"}
            """
        )
        #expect(response.status == 201)
        #expect(response.headers.all("X-A") == ["1", "2", "3"])
        #expect(response.headers.all("Set-Cookie") == ["a=1", "b=2"])
        #expect(response.headers.first("x-amzn-Remapped-Date") == "d")
        #expect(!response.headers.contains("Transfer-Encoding"))
        #expect(response.headers.first("X-B") == "true")
        #expect(response.headers.first("X-N") == "1.50")
        #expect(response.body.text == "text")
    }

    @Test(arguments: [
        "null", "\"text\"", "7", "[]", "", "{", #"{"wrongValue": 1}"#, #"{"statusCode": "test"}"#,
        #"{"statusCode": 99}"#,
        #"{"statusCode": 200.5}"#, #"{"headers": []}"#, #"{"headers": {"a": {}}}"#,
        #"{"multiValueHeaders": {"a": "b"}}"#,
        #"{"body": {}}"#, #"{"headers": {"a": "x\r\ny: z"}}"#, #"{"headers": {"a b": "x"}}"#,
        #"{"isBase64Encoded": "yes"}"#,
        #"{"statusCode": 1e400}"#,
    ])
    func malformed(_ text: String) {
        #expect { try read(text) } throws: { ($0 as? GatewayFailure)?.status == 502 }
    }

    @Test func bytesAreDecodedForWhoWantsThem() throws {
        let text = #"{"isBase64Encoded": true, "body": "AQID"}"#
        #expect(try read(text, wantsBinary: true).body.bytes == [1, 2, 3])
        #expect(try read(text).body.text == "AQID")
        #expect { try read(#"{"isBase64Encoded": true, "body": "?"}"#, wantsBinary: true) } throws: {
            ($0 as? GatewayFailure)?.status == 500
        }
    }

    @Test func streamsHaveAHead() throws {
        let head = #"{"statusCode": 203, "cookies": ["a=1"], "headers": {"Content-Type": "text/plain"}}"#
        let written = Array(head.utf8) + [UInt8](repeating: 0, count: 8) + Array("body".utf8)
        var stream = EventStream.encode(
            type: "PayloadChunk",
            contentType: "application/octet-stream",
            payload: written,
        )
        stream += EventStream.encode(
            type: "PayloadChunk",
            contentType: "application/octet-stream",
            payload: Array(" more".utf8),
        )
        stream += EventStream.encode(
            type: "InvokeComplete",
            contentType: "application/json",
            payload: Array("{}".utf8),
        )
        for size in [1, 7, 100, stream.count] {
            var reader = StreamedResponseReader()
            var body: [UInt8] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                body += try reader.read(stream[start..<min(start + size, stream.count)])
            }
            try reader.finish()
            #expect(reader.response?.status == 203)
            #expect(reader.response?.headers.first("Set-Cookie") == "a=1")
            #expect(String(decoding: body, as: UTF8.self) == "body more")
        }
        for index in [0, 5, 9, 20, stream.count - 1] {
            var damaged = stream
            damaged[index] ^= 0x40
            var reader = StreamedResponseReader()
            #expect(throws: GatewayFailure.self) {
                _ = try reader.read(damaged)
                try reader.finish()
            }
        }
    }
}
