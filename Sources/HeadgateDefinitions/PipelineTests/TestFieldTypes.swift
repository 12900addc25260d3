import Headgate
import OrderedJSON

extension FieldType where Value == JSONValue {
    /// JSON, written in YAML: plain `7`, `true` and `null` are what they are in JSON, all else is text.
    static let json = FieldType<JSONValue>(.any, expectation: "JSON") { node, _ in JSONValue(node) }
}

extension FieldType where Value == String {
    /// A request target in origin form (RFC 9112 section 3.2.1).
    static let target = FieldType<String>.scalar(.text(format: "path"), expectation: "a path such as /pets/7?kind=cat")
    {
        scalar,
        _ throws(InvalidValue) in
        let bytes = scalar.text.utf8
        guard bytes.first == UInt8(ascii: "/") else { throw InvalidValue(suggestion: "start it with /") }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw InvalidValue(suggestion: "write blanks, # and letters beyond ASCII percent-encoded, a blank as %20")
        }
        return scalar.text
    }

    fileprivate static let headerValue = FieldType<String>.scalar(.text(format: nil), expectation: "a header's value") {
        scalar,
        _ throws(InvalidValue) in
        guard HeaderSyntax.isFieldValue(scalar.text) else {
            throw InvalidValue("a header's value holds a line break or another control character")
        }
        return scalar.text
    }
}

private func checkHeaderName(_ name: String) -> InvalidValue? {
    HeaderSyntax.isToken(name)
        ? nil : InvalidValue("\(name.quotedForMessage) is no header name (a token, RFC 9110 section 5.1)")
}

extension FieldType where Value == [PipelineTest.Header] {
    static let headers = FieldType<[MapEntry<String>]>
        .map(keys: "header name", of: .headerValue, checkKey: checkHeaderName)
        .map { entries in entries.map { PipelineTest.Header(name: $0.key, value: $0.value) } }
}

extension FieldType where Value == [PipelineTest.ExpectedHeader] {
    static let expectedHeaders = FieldType<[MapEntry<String?>]>
        .map(keys: "header name", of: .nullable(.headerValue), checkKey: checkHeaderName)
        .map { entries in
            entries.map { PipelineTest.ExpectedHeader(name: $0.key, value: $0.value, location: $0.location) }
        }
}
