extension PatternParser {
    /// Reads a class; the cursor is on its `[`, or, for the right side of `&&`, on its first character.
    ///
    /// - Parameter closing: whether the class ends with its own `]`, or leaves that to the class around it.
    mutating func characterClass(closing: Bool) throws(PatternError) -> ScalarRule {
        let start = scanner.cursor
        var whole = ScalarUnion()
        // Scalars of Latin-1 join the class when an intersection or the end comes, and join it again if more of them
        // follow the intersection: what Java makes of `[a&&[b]&]`.
        var singles = ScalarUnion()
        var hasPendingSingles = false
        var latest: ScalarRule?
        var isNegated = false
        var scalar = closing ? scanner.next() : scanner.peek()
        while true {
            if scanner.isAtEnd { throw scanner.error("unclosed character class, expected ']'", at: start) }
            guard whole.partCount <= Self.mostClassParts else {
                throw scanner.error("character class has too many parts", at: start)
            }
            switch scalar {
            case "^" where closing && scanner.cursor == start + 1:
                isNegated = true
                scalar = scanner.next()
                continue
            case "[":
                let inner = try nestedClass(closing: true)
                whole.add(inner)
                latest = inner
                scalar = scanner.peek()
                continue
            case "&" where isIntersection():
                let right = try intersectionOperand(scanner.next())
                if hasPendingSingles, let pending = singles.rule {
                    if whole.isEmpty { latest = pending }
                    whole.add(pending)
                    hasPendingSingles = false
                }
                latest = right ?? latest
                guard let operand = latest else {
                    throw scanner.error("'&&' has nothing to intersect in this class", at: start)
                }
                let result = whole.rule.map { $0.intersection(operand) } ?? operand
                whole = ScalarUnion()
                whole.add(result)
                scalar = scanner.peek()
                continue
            case "]" where !whole.isEmpty || hasPendingSingles:
                if hasPendingSingles, let pending = singles.rule { whole.add(pending) }
                if closing { scanner.cursor += 1 }
                let rule = whole.rule ?? .nothing
                return isNegated ? rule.negated : rule
            default:
                break
            }
            let item = try classItem()
            if item.isSingle {
                singles.add(item.rule)
                hasPendingSingles = true
            } else {
                whole.add(item.rule)
                latest = item.rule
            }
            scalar = scanner.peek()
        }
    }

    /// Moves onto the second `&` of `&&`. If there is none, steps back by one, which under COMMENTS loses an `&` before
    /// white space, as in Java.
    private mutating func isIntersection() -> Bool {
        if scanner.next() == "&", !scanner.isAtEnd { return true }
        scanner.cursor -= 1
        return false
    }

    private mutating func nestedClass(closing: Bool) throws(PatternError) -> ScalarRule {
        try nested { (parser: inout PatternParser) throws(PatternError) in
            try parser.characterClass(closing: closing)
        }
    }

    /// What stands right of `&&`, up to the next `&&` or the end of the class.
    private mutating func intersectionOperand(_ first: UInt32) throws(PatternError) -> ScalarRule? {
        var right = ScalarUnion()
        var scalar = first
        while scalar != "]", scalar != "&", !scanner.isAtEnd {
            right.add(try nestedClass(closing: scalar == "["))
            scalar = scanner.peek()
        }
        return right.rule
    }

    /// A scalar, a range, or an escape for a class.
    private mutating func classItem() throws(PatternError) -> (rule: ScalarRule, isSingle: Bool) {
        _ = scanner.peek()
        let start = scanner.cursor
        let first: UInt32
        if scanner[start] == "\\" {
            let letter = scanner[start + 1]
            let isProperty = letter == "p" || letter == "P"
            switch try escape(insideClass: true, beginsRange: !isProperty && scanner[start + 2] == "-") {
            case .scalar(let scalar): first = scalar
            case .rule(let rule): return (rule, false)
            case .node: throw scanner.error("assertion in a character class", at: start)
            }
        } else {
            first = scanner[start]
            scanner.cursor += 1
        }
        guard scanner.peek() == "-" else { return single(first) }
        let afterDash = scanner[scanner.cursor + 1]
        if afterDash == "[" || afterDash == "]" { return single(first) }
        let last = try rangeEnd(first, start)
        return (scalarRule(first...last), false)
    }

    private func single(_ scalar: UInt32) -> (rule: ScalarRule, isSingle: Bool) {
        // Letters of Latin-1 with a case beyond it, such as k and the Kelvin sign, are no mere Latin-1.
        let hasCaseBeyond =
            caseRule == .unicode
            && [0x49, 0x4B, 0x53, 0x69, 0x6B, 0x73, 0xB5, 0xC5, 0xE5, 0xFF].contains(scalar)
        return (scalarRule(scalar...scalar), scalar < 0x100 && !hasCaseBeyond)
    }

    private mutating func rangeEnd(_ first: UInt32, _ start: Int) throws(PatternError) -> UInt32 {
        let scalar = scanner.next()
        if scanner.isAtEnd { throw scanner.error("unclosed character class, expected ']'", at: start) }
        let last: UInt32
        if scalar == "\\" {
            guard case .scalar(let value) = try escape(insideClass: true, beginsRange: true) else {
                throw scanner.error(
                    "a class such as '\\d' cannot end a range, expected a character",
                    at: start,
                    suggestion: "'\\-'",
                )
            }
            last = value
        } else {
            last = scalar
            scanner.cursor += 1
        }
        guard first <= last else {
            throw scanner.error("range '\(character(first))-\(character(last))' runs backwards", at: start)
        }
        return last
    }

    // MARK: Properties

    /// `\p{name}` or `\pL`; the cursor is behind the `p`.
    mutating func property(_ start: Int) throws(PatternError) -> ScalarRule {
        var name = String.UnicodeScalarView()
        if scanner.peek() == "{", !scanner.isAtEnd {
            _ = scanner.next()
            var index = scanner.cursor
            while index < scanner.count, scanner[index] != "}" {
                if let scalar = Unicode.Scalar(scanner[index]) { name.append(scalar) }
                index += 1
            }
            guard index < scanner.count else { throw scanner.error("unclosed '\\p{', expected '}'", at: start) }
            guard !name.isEmpty else { throw scanner.error("'\\p{}' names no property", at: start) }
            scanner.cursor = index + 1
        } else {
            guard !scanner.isAtEnd else { throw scanner.error("'\\p' is not followed by a property", at: start) }
            if let scalar = Unicode.Scalar(scanner[scanner.cursor]) { name.append(scalar) }
            scanner.cursor += 1
        }
        return try property(named: String(name), start)
    }

    private func property(named name: String, _ start: Int) throws(PatternError) -> ScalarRule {
        let ignoringCase = flags.contains(.caseInsensitive)
        if let equals = name.firstIndex(of: "=") {
            return try property(key: name[..<equals], value: String(name[name.index(after: equals)...]), start)
        }
        if name.hasPrefix("In") {
            return try block(String(name.dropFirst(2)), start)
        }
        if name.hasPrefix("Is") {
            let bare = String(name.dropFirst(2))
            if let rule = ScalarClasses.binaryProperty(named: bare, ignoringCase: ignoringCase)
                ?? ScalarClasses.property(named: bare, ignoringCase: ignoringCase)
            {
                return rule
            }
            return try script(bare, start)
        }
        let unicode =
            flags.contains(.unicodeCharacterClass)
            ? ScalarClasses.unicodePOSIX(named: name, ignoringCase: ignoringCase) : nil
        if let rule = unicode ?? ScalarClasses.property(named: name, ignoringCase: ignoringCase) { return rule }
        let suggestion =
            UnicodeScripts.ranges(named: name) != nil
            ? "Is\(name)" : Suggestion.nearest(to: name, among: ScalarClasses.names)
        throw scanner.error("unknown property '\(name)'", at: start, suggestion: suggestion.map { "'\\p{\($0)}'" })
    }

    /// `\p{script=Latin}`, `\p{block=Greek}`, `\p{general_category=Lu}` and their short forms.
    private func property(key: Substring, value: String, _ start: Int) throws(PatternError) -> ScalarRule {
        switch key.lowercased() {
        case "sc", "script": return try script(value, start)
        case "blk", "block": return try block(value, start)
        case "gc", "general_category":
            let ignoringCase = flags.contains(.caseInsensitive)
            if let rule = ScalarClasses.property(named: value, ignoringCase: ignoringCase) { return rule }
            throw scanner.error("unknown general category '\(value)'", at: start)
        default:
            throw scanner.error(
                "unknown property '\(key)', expected 'script', 'block' or 'general_category'",
                at: start,
            )
        }
    }

    private func script(_ name: String, _ start: Int) throws(PatternError) -> ScalarRule {
        if let ranges = UnicodeScripts.ranges(named: name) { return .ranges(ranges) }
        let near = Suggestion.nearest(to: name.uppercased(), among: UnicodeScripts.names)
        throw scanner.error(
            "script or property '\(name)' is unknown or not supported",
            at: start,
            suggestion: near.map { "'\\p{Is\($0.prefix(1))\($0.dropFirst().lowercased())}'" },
        )
    }

    private func block(_ name: String, _ start: Int) throws(PatternError) -> ScalarRule {
        if let ranges = UnicodeBlocks.ranges(named: name) { return .ranges(ranges) }
        throw scanner.error("block '\(name)' is unknown or not supported", at: start)
    }
}
