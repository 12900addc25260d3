/// A number as it is spelled (RFC 8259, section 6): `1.50` stays `1.50`, and 30 digits stay 30 digits.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
    /// The spelling, which is a JSON number.
    public let spelling: String

    /// A number from its spelling, or nil if that is no JSON number.
    public init?(_ spelling: String) {
        let bytes = Array(spelling.utf8) + [0]
        let isNumber = bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return false }
            var flags: UInt64 = 0
            return NumberScanner.end(of: base, from: 0, &flags) == buffer.count - 1
        }
        guard isNumber else { return nil }
        self.spelling = spelling
    }

    /// A number from bytes that are known to spell one, as ``JSONTape/number(_:)`` returns them.
    @usableFromInline
    init(unchecked bytes: UnsafeBufferPointer<UInt8>) {
        spelling = String(decoding: bytes, as: UTF8.self)
    }

    /// An integer of any width, in decimal digits.
    public init(_ value: some BinaryInteger) {
        spelling = String(value)
    }

    /// A finite number in Java's spelling (``JavaDouble``), or nil for infinities and NaN, which JSON has not.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        spelling = JavaDouble.description(of: value)
    }

    /// Whether the spelling has neither fraction nor exponent.
    public var isInteger: Bool { !spelling.utf8.contains { $0 == 0x2E || $0 | 0x20 == 0x65 } }

    /// The value if the spelling is an integer of 32 bits.
    public var int32: Int32? { Int32(spelling) }

    /// The value if the spelling is an integer of 64 bits.
    public var int64: Int64? { Int64(spelling) }

    /// The nearest double; infinite if the number is too large.
    public var double: Double { Double(spelling) ?? .nan }

    /// The spelling.
    public var description: String { spelling }
}

extension JSONNumber: ExpressibleByIntegerLiteral {
    /// The integer of a literal in code.
    public init(integerLiteral value: Int) {
        self.init(value)
    }
}
