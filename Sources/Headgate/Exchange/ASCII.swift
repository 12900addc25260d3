extension String {
    /// Compares byte for byte, with A–Z equal to a–z: how HTTP compares names (RFC 9110 section 5.1).
    public func equalsIgnoringASCIICase(_ other: String) -> Bool {
        let ours = utf8
        let theirs = other.utf8
        guard ours.count == theirs.count else { return false }
        return ours.elementsEqual(theirs) { a, b in
            a == b || (a ^ b == 0x20 && (a | 0x20) >= 0x61 && (a | 0x20) <= 0x7A)
        }
    }

    /// The string in double quotes, cut after 80 characters and with control characters escaped:
    /// for messages and logs that show what somebody sent.
    public var quotedForMessage: String {
        var out = "\""
        var shown = 0
        for scalar in unicodeScalars {
            if shown == 80 {
                out += "…"
                break
            }
            shown += 1
            switch scalar {
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0):
                out += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
