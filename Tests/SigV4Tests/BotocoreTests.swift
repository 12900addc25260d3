import Foundation
import OrderedJSON
import SigV4
import Testing

/// The signatures that botocore makes, for the requests that Tests/Conformance/sigv4/generate.py chose.
struct BotocoreTests {
    struct Vector: CustomTestStringConvertible {
        let json: JSONValue
        var testDescription: String { text("name") }

        func text(_ key: String) -> String { json[key]?.string ?? "" }

        var request: SignableRequest {
            let headers = (json["headers"]?.array ?? []).map { ($0[0]?.string ?? "", $0[1]?.string ?? "") }
            return SignableRequest(
                method: text("method"),
                path: text("path"),
                query: text("query"),
                headers: [("Host", text("host"))] + headers,
            )
        }
        var body: [UInt8] {
            let digits = Array(text("body").utf8)
            return stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
            }
        }
        var credentials: Credentials {
            Credentials(
                accessKeyID: text("accessKeyId"),
                secretAccessKey: text("secretAccessKey"),
                sessionToken: json["sessionToken"]?.string,
            )
        }
        var time: SigningTime? { SigningTime(text("time").filter { $0 != "-" && $0 != ":" } + "Z") }
        var signer: RequestSigner { RequestSigner(service: text("service"), region: text("region")) }
        var isQuery: Bool { text("form") == "query" }
        var payload: PayloadHash {
            json["unsignedPayload"]?.bool == true || isQuery && text("service") == "s3" ? .unsigned : .bytes(body)
        }
    }

    static let vectors: [Vector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../Conformance/sigv4/vectors.jsonl"
        )
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { try? Vector(json: JSONValue(parsing: String($0))) }
    }()

    @Test func thereAreEnoughVectors() {
        #expect(Self.vectors.count == 640)
    }

    @Test func everySignatureIsBotocores() throws {
        for vector in Self.vectors {
            let time = try #require(vector.time)
            if vector.isQuery {
                let query = vector.signer.presign(
                    vector.request,
                    payload: vector.payload,
                    vector.credentials,
                    at: time,
                    expires: try #require(vector.json["expires"]?.int),
                )
                #expect(query == vector.text("expected"), "vector \(vector.text("name"))")
            } else {
                let signature = vector.signer.sign(
                    vector.request,
                    payload: vector.payload,
                    vector.credentials,
                    at: time,
                )
                #expect(
                    signature.headers.last?.value == vector.text("expected"),
                    "vector \(vector.text("name")): \(String(decoding: signature.canonicalRequest, as: UTF8.self))",
                )
            }
        }
    }

    /// What is signed verifies; with one byte of anything changed it does not.
    @Test func everySignatureVerifies() throws {
        for vector in Self.vectors {
            let time = try #require(vector.time)
            var request = vector.request
            if vector.isQuery {
                request.query = vector.text("expected")
            } else {
                request.headers +=
                    vector.signer.sign(vector.request, payload: vector.payload, vector.credentials, at: time).headers
            }
            let verifier = RequestVerifier(
                service: vector.text("service"),
                region: vector.text("region"),
                pathRule: vector.signer.pathRule,
            )
            let claim = try #require(try SignedRequest(request))
            #expect(claim.accessKeyID == "AKIDEXAMPLE")
            try verifier.verify(claim, of: request, payload: vector.payload, vector.credentials, at: time)

            var other = request
            other.path += "x"
            #expect(throws: SignatureProblem.self) {
                try verifier.verify(claim, of: other, payload: vector.payload, vector.credentials, at: time)
            }
            #expect(throws: SignatureProblem.self) {
                try verifier.verify(claim, of: request, payload: .bytes([1, 2, 3]), vector.credentials, at: time)
            }
        }
    }
}
