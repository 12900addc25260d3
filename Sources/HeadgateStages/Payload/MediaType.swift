import Headgate

/// Media types as API Gateway compares them: the first of a list, without parameters, in any case.
enum MediaType {
    static let json = "application/json"

    /// The first media type of a `Content-Type` or `Accept` value without its parameters and the
    /// blanks around it; empty where there is none.
    static func first(of value: String) -> Substring {
        let utf8 = value.utf8
        let end = utf8.firstIndex { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") } ?? utf8.endIndex
        return value[..<end].trimmingBlanks
    }

    /// Whether a media type stands for JSON: `application/json`, or the suffix `+json` (RFC 6839 section 3.1).
    static func isJSON(_ type: Substring) -> Bool {
        type.equalsIgnoringASCIICase(json) || type.suffix(5).equalsIgnoringASCIICase("+json")
    }

    /// Whether `text` has the form of a media type (RFC 9110 section 8.3.1), wildcards included.
    static func isMediaType(_ text: Substring) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { HeaderSyntax.isToken(String($0)) }
    }
}
