import Headgate

/// How a payload is converted between bytes and text: `contentHandling` of an integration (for the
/// request) and of an integration response.
public enum ContentHandling: String, Sendable, CaseIterable {
    /// A text is Base64 and becomes the bytes that it stands for; bytes stay.
    case convertToBinary = "CONVERT_TO_BINARY"
    /// Bytes become Base64; a text stays.
    case convertToText = "CONVERT_TO_TEXT"
}

/// A payload on its way through a mapping.
struct Payload {
    var bytes: [UInt8]
    /// Bytes that are no text: no template may see them.
    var isBinary: Bool

    /// The payload of a request, converted: nine rows of API Gateway's table in two rules.
    static func request(
        _ bytes: [UInt8],
        isBinary: Bool,
        handling: ContentHandling?,
    ) throws(GatewayFailure) -> Payload {
        try convert(bytes, isBinary: isBinary, handling: handling)
    }

    /// The payload of a backend's response, converted: fifteen rows in one rule.
    /// - Parameters:
    ///   - isBinary: by the backend's `Content-Type`.
    ///   - wantsBinary: by the client's `Accept`.
    ///   - knowsBinary: whether the API has binary media types at all; without any, `Accept` says nothing.
    static func response(
        _ bytes: [UInt8],
        isBinary: Bool,
        wantsBinary: Bool,
        knowsBinary: Bool,
        handling: ContentHandling?,
    ) throws(GatewayFailure) -> Payload {
        let effective = handling ?? (knowsBinary ? (wantsBinary ? .convertToBinary : .convertToText) : nil)
        return try convert(bytes, isBinary: isBinary, handling: effective)
    }

    private static func convert(
        _ bytes: [UInt8],
        isBinary: Bool,
        handling: ContentHandling?,
    ) throws(GatewayFailure) -> Payload {
        // Nothing to convert, and nothing that a template could not read.
        if bytes.isEmpty { return Payload(bytes: [], isBinary: false) }
        switch (isBinary, handling) {
        case (true, .convertToText):
            return Payload(bytes: Base64.encode(bytes), isBinary: false)
        case (true, _):
            return Payload(bytes: bytes, isBinary: true)
        case (false, .convertToBinary):
            guard let decoded = Base64.decode(bytes) else {
                throw .internalError(
                    "Execution failed due to configuration error: Unable to base64 decode the body",
                    reason: "base64",
                )
            }
            return Payload(bytes: decoded, isBinary: true)
        case (false, _):
            return Payload(bytes: bytes, isBinary: false)
        }
    }

    /// The bytes as they leave without a template: sequences of a text that are no UTF-8 become U+FFFD,
    /// as the service sends them.
    var passedThrough: [UInt8] {
        isBinary || Self.isUTF8(bytes) ? bytes : Array(String(decoding: bytes, as: UTF8.self).utf8)
    }

    /// The text that a template sees.
    /// - Throws: a 500 for bytes, and for what claims to be text and is none.
    func text() throws(GatewayFailure) -> [UInt8] {
        if isBinary {
            throw .internalError(
                "Execution failed due to configuration error: Unable to transform request: the body is binary; "
                    + "contentHandling CONVERT_TO_TEXT would give the template its Base64",
                type: .default5XX,
                reason: "binary-template",
            )
        }
        if !Self.isUTF8(bytes) {
            throw .internalError(
                "Execution failed due to configuration error: Unable to transform request: the body is no UTF-8 text",
                type: .default5XX,
                reason: "binary-template",
            )
        }
        return bytes
    }

    static func isUTF8(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes(ByteScan.isASCII) || String(validating: bytes, as: UTF8.self) != nil
    }
}

extension FieldType where Value == ContentHandling {
    /// `CONVERT_TO_BINARY` or `CONVERT_TO_TEXT`.
    public static let contentHandling = FieldType<String>.oneOf(ContentHandling.allCases.map(\.rawValue))
        .map { ContentHandling(rawValue: $0) ?? .convertToText }
}
