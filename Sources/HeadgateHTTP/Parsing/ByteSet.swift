import Headgate

/// A set of ASCII bytes, looked up with a shift: the character classes of HTTP's grammar.
package struct ByteSet: Sendable {
    private let low: UInt64
    private let high: UInt64

    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    package func contains(_ byte: UInt8) -> Bool {
        byte < 0x80 && ((byte < 0x40 ? low : high) >> UInt64(byte & 0x3F)) & 1 == 1
    }

    /// Whether all bytes of a name are in a set that has all letters, digits and the hyphen.
    package func containsAll(of name: UnsafeRawBufferPointer) -> Bool {
        ByteScan.isPlainName(name) || name.allSatisfy(contains)
    }

    /// RFC 9110 section 5.6.2, `tchar`.
    package static let token = ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    /// RFC 3986's `pchar` and `/`, with `%` standing for an escape; and `[`, `]` and `|`, which it leaves out and
    /// browsers send (the URL standard's path percent-encode set).
    package static let path = ByteSet(low: 0x2FFF_FFF2_0000_0000, high: 0x57FF_FFFE_AFFF_FFFF)
    /// As ``path`` with `?` and all else that browsers leave as it is in a query: `\`, `^`, `` ` ``, `{` and `}`.
    package static let query = ByteSet(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF)
    /// RFC 3986's `reg-name` without `%`: letters, digits, `-._~` and `!$&'()*+,;=`.
    package static let registeredName = ByteSet(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
}

package enum ASCII {
    /// The value of a hexadecimal digit, or nil.
    @inline(__always)
    package static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x37
        case 0x61...0x66: byte &- 0x57
        default: nil
        }
    }

    /// Whether `bytes` spell `word`, which is in lower case, in any case.
    package static func equal(_ bytes: UnsafeRawBufferPointer, lowercase word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        let other = word.utf8Start
        for index in 0..<bytes.count {
            let byte = bytes[index]
            let folded = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            if folded != other[index] { return false }
        }
        return true
    }
}
