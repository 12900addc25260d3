/// `$util`: encoding, decoding and parsing of text.
extension Renderer {
    mutating func callUtil(_ method: Method, _ arguments: Arguments) throws(Interruption) -> Value {
        guard arguments.count == 1 else { return .null }
        guard let text = try utilArgument(method, arguments[0]) else { return .null }
        try spend(bytes: text.count)
        switch method {
        case .escapeJavaScript:
            var result: [UInt8] = []
            JavaScriptText.append(text, to: &result)
            try spend(bytes: result.count)
            return .text(result)
        case .urlEncode:
            let result = FormCoding.encode(text)
            try spend(bytes: result.count)
            return .text(result)
        case .urlDecode:
            guard let result = FormCoding.decode(text) else {
                throw fail(.method, "java.lang.IllegalArgumentException: urlDecode() met an incomplete or invalid %XX")
            }
            return .text(result)
        case .base64Encode:
            return .text(Base64.encode(text))
        case .base64Decode:
            guard let result = Base64.decode(text) else {
                throw fail(.method, "java.lang.IllegalArgumentException: base64Decode() met text that is not base64")
            }
            return .text(Array(String(decoding: result, as: UTF8.self).utf8))
        case .parseJson:
            let document = try parse(text, "the argument of $util.parseJson")
            return member(0, document)
        default: return .null
        }
    }

    /// The functions take strings. Other values count as their text, so that `$util.urlEncode(5)` says `5`.
    private mutating func utilArgument(_ method: Method, _ value: Value) throws(Interruption) -> [UInt8]? {
        guard UtilFunction.has(method) else { return nil }
        if value.isNull { throw nullArgument(method) }
        return try text(of: value)
    }
}

/// The functions of `$util`.
enum UtilFunction {
    static let all: [Method] = [.base64Decode, .base64Encode, .escapeJavaScript, .parseJson, .urlDecode, .urlEncode]

    static func has(_ method: Method) -> Bool {
        switch method {
        case .base64Decode, .base64Encode, .escapeJavaScript, .parseJson, .urlDecode, .urlEncode: true
        default: false
        }
    }
}

/// The escapes of commons-lang's `StringEscapeUtils.escapeJavaScript`.
enum JavaScriptText {
    static func append(_ text: [UInt8], to result: inout [UInt8]) {
        text.withUnsafeBufferPointer { append($0, to: &result) }
    }

    static func append(_ text: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
        var start = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80, !isEscaped(byte) {
                index += 1
                continue
            }
            if start < index { result.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index])) }
            if byte < 0x80 {
                append(escape: byte, to: &result)
                index += 1
            } else {
                let (scalar, size) = JavaText.scalar(text, index)
                if scalar >= 0x1_0000 {
                    append(unit: 0xD800 + (scalar - 0x1_0000) >> 10, to: &result)
                    append(unit: 0xDC00 + scalar & 0x3FF, to: &result)
                } else {
                    append(unit: scalar, to: &result)
                }
                index += size
            }
            start = index
        }
        if start < index { result.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index])) }
    }

    @inline(__always)
    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == .apostrophe || byte == .quote || byte == .backslash || byte == .slash
    }

    private static func append(escape byte: UInt8, to result: inout [UInt8]) {
        let letter: UInt8
        switch byte {
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0A: letter = UInt8(ascii: "n")
        case 0x0C: letter = UInt8(ascii: "f")
        case 0x0D: letter = UInt8(ascii: "r")
        case 0..<0x20: return append(unit: UInt32(byte), to: &result)
        default: letter = byte
        }
        result.append(.backslash)
        result.append(letter)
    }

    private static func append(unit: UInt32, to result: inout [UInt8]) {
        result.append(.backslash)
        result.append(UInt8(ascii: "u"))
        for shift in stride(from: UInt32(12), through: 0, by: -4) {
            let digit = UInt8(unit >> shift & 0xF)
            result.append(digit < 10 ? digit + 0x30 : digit + 0x37)
        }
    }
}

/// Java's `URLEncoder` and `URLDecoder`: the form encoding of HTML.
enum FormCoding {
    static func encode(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for byte in text {
            switch byte {
            case _ where byte.isLetter || byte.isDigit: result.append(byte)
            case .dot, .hyphen, .asterisk, .underscore: result.append(byte)
            case .space: result.append(.plus)
            default:
                result.append(UInt8(ascii: "%"))
                result.append(hexadecimal(byte >> 4))
                result.append(hexadecimal(byte & 0xF))
            }
        }
        return result
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? digit + 0x30 : digit + 0x37 }

    /// Nil if a `%` is not followed by two digits. Bytes that are no UTF-8 become U+FFFD.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == .plus {
                result.append(.space)
            } else if byte == UInt8(ascii: "%") {
                guard index + 1 < text.count, let high = StringLiteral.hexadecimal(text[index]),
                    let low = StringLiteral.hexadecimal(text[index + 1])
                else { return nil }
                result.append(UInt8(high << 4 | low))
                index += 2
            } else {
                result.append(byte)
            }
        }
        return Array(String(decoding: result, as: UTF8.self).utf8)
    }
}

/// RFC 4648, section 4, as Java's basic encoder and decoder have it.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group = UInt32(bytes[start]) << 16
            if count > 1 { group |= UInt32(bytes[start + 1]) << 8 }
            if count > 2 { group |= UInt32(bytes[start + 2]) }
            result.append(alphabet[Int(group >> 18 & 63)])
            result.append(alphabet[Int(group >> 12 & 63)])
            result.append(count > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            result.append(count > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
        }
        return result
    }

    private static let weights: [UInt8] = {
        var weights = [UInt8](repeating: 0xFF, count: 256)
        for (weight, character) in alphabet.enumerated() { weights[Int(character)] = UInt8(weight) }
        return weights
    }()

    /// Nil for characters outside the alphabet, a single character too many, or padding in the wrong place.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var end = text.count
        while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        let padding = text.count - end
        guard padding == 0 || text.count % 4 == 0, end % 4 != 1 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(end / 4 * 3 + 2)
        var group: UInt32 = 0
        for index in 0..<end {
            let weight = weights[Int(text[index])]
            guard weight < 64 else { return nil }
            group = group << 6 | UInt32(weight)
            if index % 4 == 3 {
                result += [UInt8(group >> 16 & 0xFF), UInt8(group >> 8 & 0xFF), UInt8(group & 0xFF)]
                group = 0
            }
        }
        switch end % 4 {
        case 2: result.append(UInt8(group >> 4 & 0xFF))
        case 3: result += [UInt8(group >> 10 & 0xFF), UInt8(group >> 2 & 0xFF)]
        default: break
        }
        return result
    }
}
