/// A request as it goes over the wire: what a signature is made of.
public struct SignableRequest: Sendable {
    /// In upper case, `POST`.
    public var method: String
    /// As it is sent: percent-encoded, starting with `/`.
    public var path: String
    /// What stands behind `?` as it is sent; nil and "" alike.
    public var query: String?
    /// With `Host`, which every signature includes.
    public var headers: [(name: String, value: String)]

    /// A request with every field that shall be signed; of fields that occur several times, all values in order.
    public init(method: String, path: String, query: String? = nil, headers: [(name: String, value: String)]) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
    }

    func header(_ name: String) -> String? {
        headers.first {
            $0.name.utf8.elementsEqual(name.utf8, by: { CanonicalForm.lower($0) == CanonicalForm.lower($1) })
        }?.value
    }
}

/// What of the payload a signature includes.
public enum PayloadHash: Sendable, Equatable {
    /// The hash of the bytes.
    case bytes([UInt8])
    /// A hash that is known, or a word that stands for one: 64 hexadecimal digits, `STREAMING-…`.
    case given(String)
    /// Nothing: `UNSIGNED-PAYLOAD`. For S3 over TLS, and for presigned URLs of S3.
    case unsigned

    /// As it stands in the canonical request.
    public var text: String {
        switch self {
        case .bytes(let bytes): bytes.isEmpty ? Self.emptyHash : Hex.text(SHA256.hash(bytes))
        case .given(let text): text
        case .unsigned: "UNSIGNED-PAYLOAD"
        }
    }

    func append(to out: inout [UInt8]) {
        if case .bytes(let bytes) = self, !bytes.isEmpty {
            Hex.append(SHA256.hash(bytes), to: &out)
        } else {
            out.append(contentsOf: text.utf8)
        }
    }

    /// The hash of no bytes.
    public static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
}
