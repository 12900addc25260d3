import CLua
import Headgate

/// `host.base64`, `host.url` and `host.uuid`.
enum TextFunctions {
    static let all: [HostLibrary.Function] = [
        HostLibrary.Function("base64", "encode", encodeBase64),
        HostLibrary.Function("base64", "decode", decodeBase64),
        HostLibrary.Function("url", "encode", encodeURL),
        HostLibrary.Function("url", "decode", decodeURL),
        HostLibrary.Function("url", "parse", parseURL),
        HostLibrary.Function(nil, "uuid", uuid),
    ]

    // MARK: Base64 (RFC 4648)

    /// `host.base64.encode(bytes[, {url = true}])`: the URL alphabet has no padding.
    private static let encodeBase64: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let secret = SecretFunctions.bytes(call, at: 1)
            let bytes = try call.secretOrBytes(1)
            let encoded = Base64.encode(bytes, isForURLs: try option("url", call))
            hg_thread_charge(call.execution.thread, UInt32(clamping: bytes.count >> 2))
            if secret != nil { return try SecretFunctions.push(call, encoded) }
            call.stack.push(encoded)
            return 1
        }
    }

    /// Takes both alphabets, with or without padding.
    private static let decodeBase64: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let bytes = try call.bytes(1)
            hg_thread_charge(call.execution.thread, UInt32(clamping: bytes.count >> 2))
            guard let decoded = Base64.decode(bytes) else { return call.failed("the text is no Base64") }
            call.stack.push(decoded)
            return 1
        }
    }

    private static func option(_ name: String, _ call: LuaCall) throws(LuaRaise) -> Bool {
        if call.stack.isAbsent(at: 2) { return false }
        try call.table(2)
        try ContextRoot.checkKeys(call, at: 2, [name])
        hg_get_field(call.L, 2, name)
        defer { hg_set_top(call.L, 2) }
        return hg_boolean(call.L, -1)
    }

    // MARK: URLs (RFC 3986)

    private static let encodeURL: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            var out: [UInt8] = []
            let digits = Array("0123456789ABCDEF".utf8)
            let secret = SecretFunctions.bytes(call, at: 1)
            for byte in try call.secretOrBytes(1) {
                if PercentCoding.isUnreserved(byte) {
                    out.append(byte)
                } else {
                    out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
            if secret != nil { return try SecretFunctions.push(call, out) }
            call.stack.push(out)
            return 1
        }
    }

    private static let decodeURL: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.stack.push(PercentCoding.decode(try call.text(1)[...]))
            return 1
        }
    }

    /// An absolute `http` or `https` URL as a table; nil and why, where it is none.
    private static let parseURL: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let text = try call.text(1)
            do throws(InvalidURL) {
                let url = try BackendURL(parsing: text)
                hg_push_table(call.L, 0, 6)
                call.stack.push(url.endpoint.scheme.rawValue)
                hg_set_field(call.L, -2, "scheme")
                call.stack.push(url.endpoint.host)
                hg_set_field(call.L, -2, "host")
                call.stack.push(url.endpoint.port)
                hg_set_field(call.L, -2, "port")
                call.stack.push(url.path)
                hg_set_field(call.L, -2, "path")
                if let query = url.rawQuery {
                    call.stack.push(query)
                    hg_set_field(call.L, -2, "query")
                }
                return 1
            } catch {
                return call.failed(error.description)
            }
        }
    }

    // MARK: Identifiers

    /// A random UUID (RFC 9562, version 4).
    private static let uuid: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.stack.push(RequestIdentifiers.uuid(&call.exchange.random))
            return 1
        }
    }
}

/// Base64 of both alphabets (RFC 4648, sections 4 and 5).
enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let forURLs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The value of each byte in either alphabet; 255 for those that are in none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for alphabet in [standard, forURLs] {
            for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
        }
        return values
    }()

    static func encode(_ bytes: [UInt8], isForURLs: Bool) -> [UInt8] {
        let alphabet = isForURLs ? forURLs : standard
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let word =
                UInt32(bytes[index]) << 16
                | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            out.append(alphabet[Int(word >> 18)])
            out.append(alphabet[Int(word >> 12 & 63)])
            if left > 1 { out.append(alphabet[Int(word >> 6 & 63)]) }
            if left > 2 { out.append(alphabet[Int(word & 63)]) }
            if left < 3, !isForURLs { out += [UInt8](repeating: UInt8(ascii: "="), count: 3 - left) }
            index += 3
        }
        return out
    }

    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var end = text.count
        while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        guard end % 4 != 1, end == text.count || text.count % 4 == 0 else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(end / 4 * 3 + 2)
        var word: UInt32 = 0
        var bits = 0
        for byte in text[..<end] {
            let value = values[Int(byte)]
            guard value < 64 else { return nil }
            word = word << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
            }
        }
        // Bits that no byte holds must be zero, or two texts would mean the same.
        return word & (1 << UInt32(bits) - 1) == 0 ? out : nil
    }
}
