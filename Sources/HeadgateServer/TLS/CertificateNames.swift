/// Subject and issuer of a certificate as text (RFC 4514): `CN=client,O=Example`, the last part first.
struct CertificateNames {
    let subject: String
    let issuer: String

    /// nil when the bytes are no certificate (RFC 5280 section 4.1).
    init?(der: [UInt8]) {
        var file = DERReader(der[...])
        guard var certificate = file.enter(0x30), var body = certificate.enter(0x30) else { return nil }
        // The version may be left out.
        if body.peek == 0xA0 { _ = body.enter(0xA0) }
        guard body.enter(0x02) != nil, body.enter(0x30) != nil, let issuer = body.enter(0x30),
            body.enter(0x30) != nil, let subject = body.enter(0x30)
        else { return nil }
        self.issuer = Self.text(issuer)
        self.subject = Self.text(subject)
    }

    private static func text(_ name: DERReader) -> String {
        var name = name
        var parts: [String] = []
        while var set = name.enter(0x31) {
            var attributes: [String] = []
            while var attribute = set.enter(0x30) {
                guard let type = attribute.enter(0x06), let value = attribute.next() else { break }
                attributes.append(label(type.bytes) + "=" + escaped(value.bytes))
            }
            parts.append(attributes.joined(separator: "+"))
        }
        return parts.reversed().joined(separator: ",")
    }

    private static func label(_ type: ArraySlice<UInt8>) -> String {
        switch Array(type) {
        case [0x55, 4, 3]: "CN"
        case [0x55, 4, 5]: "SERIALNUMBER"
        case [0x55, 4, 6]: "C"
        case [0x55, 4, 7]: "L"
        case [0x55, 4, 8]: "ST"
        case [0x55, 4, 9]: "STREET"
        case [0x55, 4, 10]: "O"
        case [0x55, 4, 11]: "OU"
        case [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 1]: "UID"
        case [0x09, 0x92, 0x26, 0x89, 0x93, 0xF2, 0x2C, 0x64, 1, 25]: "DC"
        case [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 1]: "emailAddress"
        default: dotted(type)
        }
    }

    private static func dotted(_ type: ArraySlice<UInt8>) -> String {
        var numbers: [String] = []
        var number: UInt64 = 0
        for byte in type {
            number = number << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 != 0 { continue }
            if numbers.isEmpty {
                numbers = [String(min(number / 40, 2)), String(number - min(number / 40, 2) * 40)]
            } else {
                numbers.append(String(number))
            }
            number = 0
        }
        return numbers.joined(separator: ".")
    }

    /// RFC 4514 section 2.4; control characters as `\0a`.
    private static func escaped(_ value: ArraySlice<UInt8>) -> String {
        let text = String(decoding: value, as: UTF8.self)
        var out = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            let isEdge = index == 0 || index == text.unicodeScalars.count - 1
            switch scalar {
            case ",", "+", "\"", "\\", "<", ">", ";": out += "\\" + String(scalar)
            case " " where isEdge, "#" where index == 0: out += "\\" + String(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                out += "\\" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// Reads tag, length and value, one after the other, and never beyond the end.
struct DERReader {
    private(set) var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    var peek: UInt8? { bytes.first }

    /// The contents of the next element if it has this tag.
    mutating func enter(_ tag: UInt8) -> DERReader? {
        peek == tag ? next() : nil
    }

    /// The contents of the next element, whatever it is.
    mutating func next() -> DERReader? {
        guard bytes.count >= 2 else { return nil }
        var rest = bytes.dropFirst()
        guard let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7F)
            guard (1...4).contains(count), rest.count >= count else { return nil }
            length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(count)
        }
        guard rest.count >= length else { return nil }
        let contents = rest.prefix(length)
        bytes = rest.dropFirst(length)
        return DERReader(contents)
    }
}
