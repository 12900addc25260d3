import Headgate

/// Values that a mapping or a template sends as a header field.
enum HeaderText {
    /// The value with a blank for every control character, so that nothing that a client or a backend
    /// sent can end the field and begin another (RFC 9110 section 5.5).
    static func cleaned(_ value: String) -> String {
        if HeaderSyntax.isFieldValue(value) { return value }
        return String(decoding: value.utf8.map { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self)
    }
}
