/// One entry of a document's index, 64 bits.
///
/// Bits 0–27 hold a length in bytes, bits 28–55 a start offset in the source, bits 56–58 the kind, and
/// bits 59–63 flags. Strings point behind their opening quote and measure without quotes. Arrays and
/// objects take a second entry: the count of elements or members below, and the number of index entries
/// of the whole subtree, the two included, above.
///
/// A `moved` entry stands where the value of a repeated key was first written. The low part holds how many
/// entries to skip, the start part the entry of the value that counts, the last one.
@usableFromInline
struct TapeWord {
    @usableFromInline var bits: UInt64

    @inlinable
    init(bits: UInt64) {
        self.bits = bits
    }

    @inlinable
    init(_ kind: Kind, start: Int, length: Int, flags: UInt64 = 0) {
        bits =
            UInt64(truncatingIfNeeded: length) & Self.lengthMask
            | (UInt64(truncatingIfNeeded: start) & Self.lengthMask) &<< 28
            | UInt64(kind.rawValue) &<< 56
            | flags
    }

    @usableFromInline
    enum Kind: UInt8 {
        case null, `false`, `true`, number, string, array, object, moved
    }

    @usableFromInline static let lengthMask: UInt64 = (1 << 28) - 1

    /// A string has a backslash.
    @usableFromInline static let escaped: UInt64 = 1 << 59
    /// A number has neither fraction nor exponent. (Shares its bit with `escaped`.)
    @usableFromInline static let integer: UInt64 = 1 << 59
    /// The spelling is not the compact one: white space, an escape that is not needed, a repeated key.
    @usableFromInline static let loose: UInt64 = 1 << 60
    /// Something that the style of json-smart writes differently: U+007F–U+009F, U+2000–U+20FF, numbers
    /// such as `1e5`.
    @usableFromInline static let rare: UInt64 = 1 << 61
    /// A string, here or below, has a slash.
    @usableFromInline static let slash: UInt64 = 1 << 62
    /// A key that an earlier member already has; its value was moved there.
    @usableFromInline static let dead: UInt64 = 1 << 63

    /// Three bits name one of eight cases, numbered from zero: every pattern is a valid kind.
    @inlinable
    var kind: Kind { unsafeBitCast(UInt8(truncatingIfNeeded: bits &>> 56) & 7, to: Kind.self) }

    @inlinable
    var length: Int { Int(truncatingIfNeeded: bits & Self.lengthMask) }

    @inlinable
    var start: Int { Int(truncatingIfNeeded: (bits &>> 28) & Self.lengthMask) }

    @inlinable
    func has(_ flag: UInt64) -> Bool { bits & flag != 0 }
}
