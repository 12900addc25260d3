/// A property of scalars that the standard library's Unicode database answers.
enum UnicodeProperty: Hashable, Sendable {
    /// One of the general categories in the mask (see ``GeneralCategories``).
    case category(UInt32)
    case alphabetic, ideographic, lowercase, uppercase, mirrored, noncharacter

    func contains(_ value: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(value) else { return false }
        let properties = scalar.properties
        return switch self {
        case .category(let mask): GeneralCategories.bit(properties.generalCategory) & mask != 0
        case .alphabetic: properties.isAlphabetic
        case .ideographic: properties.isIdeographic
        case .lowercase: properties.isLowercase
        case .uppercase: properties.isUppercase
        case .mirrored: properties.isBidiMirrored
        case .noncharacter: properties.isNoncharacterCodePoint
        }
    }
}

/// General categories as bits of a mask, and the masks that names such as `L` and `Lu` stand for.
enum GeneralCategories {
    static func bit(_ category: Unicode.GeneralCategory) -> UInt32 {
        1 << index(category)
    }

    /// The mask that a one or two letter name stands for. Names are case-sensitive, as in Java.
    static func mask(named name: String) -> UInt32? {
        if name == "LC" { return mask("Lu", "Ll", "Lt") }
        if name == "LD" { return mask("L", "Nd") }
        let matching = names.indices.filter { names[$0] == name || (name.utf8.count == 1 && names[$0].hasPrefix(name)) }
        guard !matching.isEmpty else { return nil }
        return matching.reduce(0) { $0 | (1 << UInt32($1)) }
    }

    static func mask(_ list: String...) -> UInt32 {
        list.reduce(0) { $0 | (mask(named: $1) ?? 0) }
    }

    /// In the order of ``index(_:)``.
    private static let names = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
    ]

    private static func index(_ category: Unicode.GeneralCategory) -> UInt32 {
        switch category {
        case .uppercaseLetter: 0
        case .lowercaseLetter: 1
        case .titlecaseLetter: 2
        case .modifierLetter: 3
        case .otherLetter: 4
        case .nonspacingMark: 5
        case .spacingMark: 6
        case .enclosingMark: 7
        case .decimalNumber: 8
        case .letterNumber: 9
        case .otherNumber: 10
        case .connectorPunctuation: 11
        case .dashPunctuation: 12
        case .openPunctuation: 13
        case .closePunctuation: 14
        case .initialPunctuation: 15
        case .finalPunctuation: 16
        case .otherPunctuation: 17
        case .mathSymbol: 18
        case .currencySymbol: 19
        case .modifierSymbol: 20
        case .otherSymbol: 21
        case .spaceSeparator: 22
        case .lineSeparator: 23
        case .paragraphSeparator: 24
        case .control: 25
        case .format: 26
        case .surrogate: 27
        case .privateUse: 28
        case .unassigned: 29
        @unknown default: 29
        }
    }
}
