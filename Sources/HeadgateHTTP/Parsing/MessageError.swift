/// Why bytes are not an HTTP/1.1 message that has exactly one meaning. Nothing is ever repaired.
package enum MessageError: Error, Sendable, Equatable {
    // The start line.
    case startLine
    case method
    case methodNotServed
    case target
    case targetEscape
    case dotSegment
    case encodedSlash
    case targetTooLong
    case version
    case status
    case unexpectedUpgrade
    case tooManyInterimResponses
    // Field lines.
    case bareLineFeed
    case fieldName
    case fieldValue
    case foldedField
    case fieldTooLong
    case fieldBlockTooLong
    case tooManyFields
    case confusableFields
    case pseudoField
    case connectionField
    // What certain fields say.
    case hostMissing
    case hostInvalid
    case hostRepeated
    case hostMismatch
    case contentLength
    case contentLengthRepeated
    case contentLengthTooLarge
    case contentLengthWithTransferEncoding
    case contentLengthMismatch
    case transferEncoding
    case transferEncodingUnknown
    case transferEncodingInHTTP10
    case expectation
    // The body.
    case chunkSize
    case chunkEnd
    case chunkExtension
    case chunkExtensionsTooLong
    case trailer
    case truncated
    case nothingReceived

    /// What a client that sent this is answered.
    package var status: Int {
        switch self {
        case .methodNotServed: 405
        case .targetTooLong: 414
        case .fieldTooLong, .fieldBlockTooLong, .tooManyFields: 431
        case .contentLengthTooLarge, .chunkExtensionsTooLong: 413
        case .transferEncodingUnknown: 501
        case .expectation: 417
        default: 400
        }
    }

    /// For logs and for a backend's failures; says what was wrong and where the rule stands.
    package var explanation: String {
        switch self {
        case .startLine: "the start line is not of HTTP/1.1's form (RFC 9112 section 2.1)"
        case .method: "the method is no token in capitals of up to 32 letters (RFC 9110 section 9.1)"
        case .methodNotServed: "CONNECT and TRACE are not served"
        case .target: "the request target holds characters that RFC 3986 does not allow, or has no path"
        case .targetEscape: "the path holds an incomplete escape, %00 or %5C"
        case .dotSegment: "the path holds the segment . or .., plain or percent-encoded"
        case .encodedSlash: "the path holds %2F, which some would read as a separator"
        case .targetTooLong: "the request target is longer than the limit"
        case .version: "the protocol version is neither HTTP/1.1 nor HTTP/1.0"
        case .status: "the status code is not one from 100 to 599"
        case .unexpectedUpgrade: "101 Switching Protocols came although no upgrade was asked for"
        case .tooManyInterimResponses: "more interim responses than the limit"
        case .bareLineFeed: "a line ends with LF alone (RFC 9112 section 2.2)"
        case .fieldName: "a header name is no token, or something stands between it and the colon"
        case .fieldValue: "a header value holds a control character or is not UTF-8"
        case .foldedField: "a header line is folded (RFC 9112 section 5.2)"
        case .fieldTooLong: "a header line is longer than the limit"
        case .fieldBlockTooLong: "the header lines together are longer than the limit"
        case .tooManyFields: "more header lines than the limit"
        case .confusableFields: "two header names differ only in - and _"
        case .pseudoField: "the fields that make up the request line are not those of RFC 9113 section 8.3.1"
        case .connectionField: "a field belongs to a connection, which HTTP/2 does not allow (RFC 9113 section 8.2.2)"
        case .hostMissing: "there is no Host header (RFC 9112 section 3.2)"
        case .hostInvalid: "the Host header is no host with an optional port"
        case .hostRepeated: "there is more than one Host header"
        case .hostMismatch: "the target names another host than the Host header"
        case .contentLength: "Content-Length is not a number in decimal digits"
        case .contentLengthRepeated: "there is more than one Content-Length"
        case .contentLengthTooLarge: "Content-Length is larger than any limit"
        case .contentLengthWithTransferEncoding: "Content-Length and Transfer-Encoding stand together"
        case .contentLengthMismatch: "the payload is not as long as Content-Length says"
        case .transferEncoding: "Transfer-Encoding is not \"chunked\""
        case .transferEncodingUnknown: "Transfer-Encoding names a coding other than chunked"
        case .transferEncodingInHTTP10: "HTTP/1.0 knows no Transfer-Encoding"
        case .expectation: "Expect is not \"100-continue\""
        case .chunkSize: "a chunk size is not a hexadecimal number of up to 15 digits"
        case .chunkEnd: "a chunk is longer than announced, or not followed by CRLF"
        case .chunkExtension: "a chunk extension holds a control character"
        case .chunkExtensionsTooLong: "the chunk extensions together are longer than the limit"
        case .trailer: "a trailer names a field of the message's framing"
        case .truncated: "the message ended before it was complete"
        case .nothingReceived: "the connection was closed before anything was received"
        }
    }
}
