/// Simple (one to one) case mappings, as Java's `Character.toUpperCase(int)` and `toLowerCase(int)` give them.
enum CaseMapping {
    static func upper(_ value: UInt32) -> UInt32 {
        if value < 0x80 { return upperASCII(value) }
        guard let scalar = Unicode.Scalar(value) else { return value }
        // The standard library knows full mappings. Where one is longer than a scalar, the simple mapping is the
        // title case if that is one scalar (U+1F80 → U+1F88), and the scalar itself if not (U+00DF).
        let properties = scalar.properties
        return single(properties.uppercaseMapping) ?? single(properties.titlecaseMapping) ?? value
    }

    static func lower(_ value: UInt32) -> UInt32 {
        if value < 0x80 { return lowerASCII(value) }
        // The only scalar with a longer full mapping: dotted capital I, whose simple mapping is i.
        if value == 0x130 { return 0x69 }
        guard let scalar = Unicode.Scalar(value) else { return value }
        return single(scalar.properties.lowercaseMapping) ?? value
    }

    static func upperASCII(_ value: UInt32) -> UInt32 {
        value >= 0x61 && value <= 0x7A ? value - 0x20 : value
    }

    static func lowerASCII(_ value: UInt32) -> UInt32 {
        value >= 0x41 && value <= 0x5A ? value + 0x20 : value
    }

    /// The form that scalars equal under UNICODE_CASE share.
    static func folded(_ value: UInt32) -> UInt32 {
        lower(upper(value))
    }

    private static func single(_ mapping: String) -> UInt32? {
        let scalars = mapping.unicodeScalars
        guard let first = scalars.first, scalars.count == 1 else { return nil }
        return first.value
    }
}
