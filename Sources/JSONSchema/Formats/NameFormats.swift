/// `hostname`: RFC 1034, section 3.1, and RFC 1123, section 2.1.
enum HostnameFormat {
    static func accepts(_ text: ArraySlice<UInt8>) -> Bool {
        let name = text.last == UInt8(ascii: ".") ? text.dropLast() : text
        guard !name.isEmpty, name.count <= 253 else { return false }
        return name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.count <= 63 && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
    }
}

/// `email`: an address of RFC 5322, section 3.4.1, without comments and folding.
enum EmailFormat {
    static func accepts(_ text: [UInt8]) -> Bool {
        guard let at = text.lastIndex(of: UInt8(ascii: "@")), text.count <= 320 else { return false }
        return isLocalPart(text[..<at]) && isDomain(text[(at + 1)...])
    }

    private static func isLocalPart(_ text: ArraySlice<UInt8>) -> Bool {
        if text.count >= 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") {
            var isEscaped = false
            for byte in text.dropFirst().dropLast() {
                guard byte >= 0x20, byte != 0x7F, isEscaped || byte != UInt8(ascii: "\"") else { return false }
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            }
            return !isEscaped
        }
        return text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.allSatisfy { $0 >= 0x80 || HostnameFormat.isLetterOrDigit($0) || atomMarks.contains($0) }
        }
    }

    private static let atomMarks = Set("!#$%&'*+-/=?^_`{|}~".utf8)

    private static func isDomain(_ text: ArraySlice<UInt8>) -> Bool {
        if text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]") {
            let address = text.dropFirst().dropLast()
            let tag = Array("ipv6:".utf8)
            let isIPv6 = address.prefix(5).map { $0 | ($0 == tag[4] ? 0 : 0x20) }.elementsEqual("ipv6:".utf8)
            return isIPv6
                ? AddressFormat.isIPv6(Array(address.dropFirst(5))) || AddressFormat.isIPv6(Array(address))
                : AddressFormat.isIPv4(address)
        }
        return HostnameFormat.accepts(text)
    }
}

/// `ipv4` (RFC 2673, section 3.2) and `ipv6` (RFC 4291, section 2.2).
enum AddressFormat {
    static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.count), part.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
                if part.count > 1, part.first == UInt8(ascii: "0") { return false }
                return part.reduce(0) { $0 * 10 + Int($1 & 15) } <= 255
            }
    }

    static func isIPv6(_ text: [UInt8]) -> Bool {
        guard text.count <= 45 else { return false }
        var groups = 0
        var hasGap = false
        var rest = text[...]
        if rest.first == UInt8(ascii: ":") {
            guard rest.dropFirst().first == UInt8(ascii: ":") else { return false }
            rest = rest.dropFirst(2)
            hasGap = true
        }
        while !rest.isEmpty {
            let part = rest.prefix { $0 != UInt8(ascii: ":") }
            if part.contains(UInt8(ascii: ".")) {
                guard part.endIndex == rest.endIndex, isIPv4(part) else { return false }
                groups += 2
                break
            }
            guard (1...4).contains(part.count), part.allSatisfy(isHex) else { return false }
            groups += 1
            rest = rest.dropFirst(part.count)
            if rest.isEmpty { break }
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: ":") {
                guard !hasGap else { return false }
                hasGap = true
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return false
            }
        }
        return hasGap ? groups < 8 : groups == 8
    }

    static func isHex(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66
    }
}

/// `uri`: a URI with its scheme, of RFC 3986's characters with whole escapes; letters beyond ASCII are taken too, as
/// Java's `java.net.URI` does.
enum URIFormat {
    static func accepts(_ text: [UInt8]) -> Bool {
        var index = 0
        var hashes = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < text.count, AddressFormat.isHex(text[index + 1]), AddressFormat.isHex(text[index + 2])
                else {
                    return false
                }
            } else if byte == UInt8(ascii: "#") {
                hashes += 1
            } else if byte < 0x80, !HostnameFormat.isLetterOrDigit(byte), !marks.contains(byte) {
                return false
            }
            index += 1
        }
        guard hashes <= 1 else { return false }
        let uri = SchemaURI(String(decoding: text, as: UTF8.self))
        guard uri.scheme != nil else { return false }
        let isEmpty = uri.path.isEmpty && uri.authority == nil && uri.query == nil
        return !isEmpty && !uri.path.utf8.contains(where: isBracket)
    }

    private static func isBracket(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
    }

    private static let marks = Set("-._~!$&'()*+,;=:@/?[]".utf8)
}
