import Headgate

/// The field lines of one head, with what they say about framing and connection collected on the way.
struct FieldBlock: Sendable {
    enum Role: Sendable { case request, response, trailer }

    var headers = Headers()
    /// Bytes of the field lines so far, line ends included.
    private(set) var size = 0
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var hasTransferEncoding = false
    /// Index of the `Host` field in `headers`.
    private(set) var host: Int?
    private(set) var saysClose = false
    private(set) var saysKeepAlive = false
    private(set) var expectsContinue = false
    private(set) var keepAliveSeconds: Int?
    private var hasUnderscore = false
    private var count = 0

    /// Whether a line of which `partial` bytes have come, and no end yet, breaks a limit already.
    func check(partial: Int, _ limits: MessageLimits) throws(MessageError) {
        if partial > limits.field + 1 { throw .fieldTooLong }
        if partial > 1, size + partial > limits.fieldBlock { throw .fieldBlockTooLong }
    }

    /// Takes one line in, without its CRLF.
    mutating func add(
        _ line: UnsafeRawBufferPointer,
        as role: Role,
        _ limits: MessageLimits,
    ) throws(MessageError) {
        size += line.count + 2
        count += 1
        if line.count > limits.field { throw .fieldTooLong }
        if size > limits.fieldBlock { throw .fieldBlockTooLong }
        if count > limits.fieldCount { throw .tooManyFields }

        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? 0
        let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        if name.isEmpty || !ByteScan.isPlainName(name) {
            guard !name.isEmpty, name.allSatisfy(ByteSet.token.contains) else {
                throw line.first == 0x20 || line.first == 0x09 ? .foldedField : .fieldName
            }
            if name.contains(UInt8(ascii: "_")) { hasUnderscore = true }
        }
        let value = Self.trimmed(UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]))
        if role == .trailer {
            try Self.check(trailer: name, value)
            return
        }
        let text = try Self.text(value, role)
        try note(name, value, role)
        if headers.isEmpty { headers.reserveCapacity(16) }
        headers.addUnchecked(String(decoding: name, as: UTF8.self), text)
    }

    /// Takes a request's field in whose name and value came apart. It is bounded as if it were a line.
    mutating func add(name: String, value: String, _ limits: MessageLimits) throws(MessageError) {
        var name = name
        var value = value
        let length = name.utf8.count + value.utf8.count + 2
        size += length + 2
        count += 1
        if length > limits.field { throw .fieldTooLong }
        if size > limits.fieldBlock { throw .fieldBlockTooLong }
        if count > limits.fieldCount { throw .tooManyFields }
        let result = name.withUTF8 { name in
            value.withUTF8 { value in
                Result { () throws(MessageError) in
                    try check(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer(value))
                }
            }
        }
        try result.get()
        headers.addUnchecked(name, value)
    }

    private mutating func check(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
    ) throws(MessageError) {
        guard !name.isEmpty else { throw .fieldName }
        for byte in name {
            guard ByteSet.token.contains(byte) else { throw .fieldName }
            if byte == UInt8(ascii: "_") { hasUnderscore = true }
        }
        // Where bytes became a string, those that are no UTF-8 became U+FFFD: what was sent is lost.
        var previous: (UInt8, UInt8) = (0, 0)
        for byte in value {
            if byte == 0xBD, previous == (0xEF, 0xBF) { throw .fieldValue }
            previous = (previous.1, byte)
        }
        guard Self.trimmed(value).count == value.count else { throw .fieldValue }
        _ = try Self.text(value, .request)
        try note(name, value, .request)
    }

    /// Optional white space around a value does not belong to it (RFC 9110 section 5.5).
    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// The value as text. A request's must be UTF-8, so that no byte is lost between checking and
    /// passing on; a response's other bytes are read as ISO 8859-1 (RFC 9110 section 5.5).
    private static func text(_ value: UnsafeRawBufferPointer, _ role: Role) throws(MessageError) -> String {
        let findings = ByteScan.findings(in: value)
        if findings.hasControl { throw .fieldValue }
        if findings.isASCII { return String(decoding: value, as: UTF8.self) }
        if let text = String(validating: value, as: UTF8.self) { return text }
        if role == .request { throw .fieldValue }
        var text = ""
        for byte in value { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }

    /// Trailers are checked and dropped; those that would change how the message is read are refused.
    private static func check(trailer name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer)
        throws(MessageError)
    {
        _ = try text(value, .response)
        if ASCII.equal(name, lowercase: "content-length") || ASCII.equal(name, lowercase: "transfer-encoding")
            || ASCII.equal(name, lowercase: "host")
        {
            throw .trailer
        }
    }

    @inline(__always)
    private mutating func note(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        _ role: Role,
    ) throws(MessageError) {
        switch name.count {
        case 4 where role == .request && ASCII.equal(name, lowercase: "host"):
            guard host == nil else { throw .hostRepeated }
            host = headers.count
        case 6 where role == .request && ASCII.equal(name, lowercase: "expect"):
            guard ASCII.equal(value, lowercase: "100-continue") else { throw .expectation }
            expectsContinue = true
        case 10 where ASCII.equal(name, lowercase: "connection"):
            noteConnection(value)
        case 10 where role == .response && ASCII.equal(name, lowercase: "keep-alive"):
            noteKeepAlive(value)
        case 14 where ASCII.equal(name, lowercase: "content-length"):
            guard contentLength == nil else { throw .contentLengthRepeated }
            contentLength = try Self.length(value)
        case 17 where ASCII.equal(name, lowercase: "transfer-encoding"):
            guard !hasTransferEncoding, ASCII.equal(value, lowercase: "chunked") else {
                throw Self.isCodingList(value) && !hasTransferEncoding ? .transferEncodingUnknown : .transferEncoding
            }
            hasTransferEncoding = true
            isChunked = true
        default:
            break
        }
    }

    /// Options other than `close` and `keep-alive` are of no interest here; the field itself never
    /// travels on.
    private mutating func noteConnection(_ value: UnsafeRawBufferPointer) {
        for option in value.split(separator: UInt8(ascii: ",")) {
            let name = Self.trimmed(UnsafeRawBufferPointer(rebasing: option))
            if ASCII.equal(name, lowercase: "close") { saysClose = true }
            if ASCII.equal(name, lowercase: "keep-alive") { saysKeepAlive = true }
        }
    }

    /// `timeout=5, max=100`: not in any standard, but sent by many servers and worth believing.
    private mutating func noteKeepAlive(_ value: UnsafeRawBufferPointer) {
        for parameter in value.split(separator: UInt8(ascii: ",")) {
            let text = Self.trimmed(UnsafeRawBufferPointer(rebasing: parameter))
            guard text.count > 8, text.count < 15,
                ASCII.equal(UnsafeRawBufferPointer(rebasing: text[..<8]), lowercase: "timeout="),
                let seconds = try? Self.length(UnsafeRawBufferPointer(rebasing: text[8...]))
            else { continue }
            keepAliveSeconds = seconds
        }
    }

    private static func length(_ value: UnsafeRawBufferPointer) throws(MessageError) -> Int {
        guard !value.isEmpty else { throw .contentLength }
        var number: UInt64 = 0
        for byte in value {
            guard byte >= 0x30, byte <= 0x39 else { throw .contentLength }
            let (product, tooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(UInt64(byte - 0x30))
            if tooLarge || overflow { throw .contentLength }
            number = sum
        }
        guard let length = Int(exactly: number) else { throw .contentLengthTooLarge }
        return length
    }

    private static func isCodingList(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let first = value.first, ByteSet.token.contains(first) else { return false }
        return value.allSatisfy { ByteSet.token.contains($0) || $0 == 0x20 || $0 == UInt8(ascii: ",") }
    }

    /// `X_Y` beside `X-Y` is one name to some backends and two to others.
    func checkNames() throws(MessageError) {
        guard hasUnderscore else { return }
        var seen: [String: String] = [:]
        for field in headers.fields {
            let lower = field.name.lowercased()
            let folded = String(decoding: lower.utf8.map { $0 == UInt8(ascii: "_") ? 0x2D : $0 }, as: UTF8.self)
            if let other = seen[folded], other != lower { throw .confusableFields }
            seen[folded] = lower
        }
    }
}
