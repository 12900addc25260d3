import JavaRegex
import OrderedJSON

/// Parses the parenthesised part of a filter: `||` binds weakest, then `&&`, then `!`.
struct FilterParser {
    private var scanner: PathScanner
    private var nesting: Int

    /// The scanner stands at the opening parenthesis, and its last byte is the closing one.
    init(_ scanner: PathScanner, nesting: Int) {
        self.scanner = scanner
        self.nesting = nesting
    }

    mutating func parse() throws(PathSyntaxError) -> FilterExpression {
        let expression = try disjunction()
        scanner.skipBlanks()
        if scanner.isInside {
            throw scanner.error("found \(scanner.name(at: scanner.position)), expected the end of the filter")
        }
        return expression
    }

    private mutating func disjunction() throws(PathSyntaxError) -> FilterExpression {
        var operands = [try conjunction()]
        while take("||") {
            operands.append(try conjunction())
        }
        return operands.count == 1 ? operands[0] : .or(operands)
    }

    private mutating func conjunction() throws(PathSyntaxError) -> FilterExpression {
        var operands = [try operand()]
        while take("&&") {
            operands.append(try operand())
        }
        return operands.count == 1 ? operands[0] : .and(operands)
    }

    private mutating func take(_ operator: StaticString) -> Bool {
        let start = scanner.position
        if scanner.take(`operator`) { return true }
        scanner.position = start
        return false
    }

    private mutating func operand() throws(PathSyntaxError) -> FilterExpression {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= JSONPathLimits.nesting else {
            let most = JSONPathLimits.nesting
            var error = scanner.error("the filter is nested too deeply, expected at most \(most) levels")
            error.reason = .limit
            throw error
        }
        scanner.skipBlanks()
        let start = scanner.position
        if try scanner.currentIs("!") {
            scanner.position += 1
            scanner.skipBlanks()
            guard PathParser.isRoot(try scanner.current()) else { return .not(try operand()) }
            scanner.position = start
        }
        if try scanner.currentIs("(") {
            scanner.position += 1
            let inner = try disjunction()
            try scanner.expect(")")
            return inner
        }
        return try comparison()
    }

    /// `value operator value`, or a path alone.
    private mutating func comparison() throws(PathSyntaxError) -> FilterExpression {
        let start = scanner.position
        let (left, isNegated) = try value()
        if case .path(let path) = left, endsOperand {
            return .exists(path, !isNegated)
        }
        let relation = try relation(startedAt: start)
        let (right, _) = try value()
        return .comparison(left, relation, right)
    }

    /// Whether nothing that could be an operator follows.
    private var endsOperand: Bool {
        var scanner = scanner
        scanner.skipBlanks()
        guard scanner.isInside else { return true }
        if scanner.bytes[scanner.position] == UInt8(ascii: ")") { return true }
        return scanner.take("&&") || scanner.take("||")
    }

    private static func isRelation(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "="), UInt8(ascii: "~"), UInt8(ascii: "!"): true
        default: false
        }
    }

    private mutating func relation(startedAt start: Int) throws(PathSyntaxError) -> FilterOperator {
        scanner.skipBlanks()
        let first = scanner.position
        let isSign = Self.isRelation(try scanner.current())
        while scanner.isInside {
            let byte = scanner.bytes[scanner.position]
            if isSign ? !Self.isRelation(byte) : byte == 0x20 { break }
            scanner.position += 1
        }
        let text = scanner.text(first..<scanner.position)
        if let relation = FilterOperator(rawValue: text.lowercased()) { return relation }
        guard text != ")" else {
            throw scanner.error("found a value alone, expected a path or a comparison", at: start)
        }
        let names = FilterOperator.allCases.map(\.rawValue)
        let suggestion = Spelling.nearest(to: text, among: names).map { "did you mean '\($0)'?" }
        throw scanner.error("found '\(text)', expected an operator", at: first, suggestion: suggestion)
    }

    // MARK: Values

    /// A path or a literal, and whether `!` stands before it.
    private mutating func value() throws(PathSyntaxError) -> (FilterOperand, isNegated: Bool) {
        scanner.skipBlanks()
        switch try scanner.current() {
        case UInt8(ascii: "$"), UInt8(ascii: "@"):
            return try path()
        case UInt8(ascii: "!"):
            scanner.position += 1
            scanner.skipBlanks()
            guard PathParser.isRoot(try scanner.current()) else {
                throw scanner.error("found \(scanner.name(at: scanner.position)) behind '!', expected a path")
            }
            return try path()
        default:
            return (.literal(try literal()), false)
        }
    }

    private mutating func literal() throws(PathSyntaxError) -> FilterValue {
        switch try scanner.current() {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return try string()
        case UInt8(ascii: "t"): return .boolean(try word("true", true))
        case UInt8(ascii: "f"): return .boolean(try word("false", false))
        case UInt8(ascii: "n"):
            _ = try word("null", false)
            return .null
        case UInt8(ascii: "{"): return try json(UInt8(ascii: "{"), UInt8(ascii: "}"))
        case UInt8(ascii: "["): return try json(UInt8(ascii: "["), UInt8(ascii: "]"))
        case UInt8(ascii: "/"): return try pattern()
        default: return try number()
        }
    }

    private mutating func word(_ word: StaticString, _ value: Bool) throws(PathSyntaxError) -> Bool {
        let start = scanner.position
        guard scanner.take(word) else { throw scanner.error("found an unquoted word, expected \(word)", at: start) }
        return value
    }

    private mutating func string() throws(PathSyntaxError) -> FilterValue {
        let start = scanner.position
        let quote = scanner.bytes[start]
        guard let end = scanner.firstUnescaped(quote, after: start) else {
            throw scanner.error("a string is not closed, expected \(Unicode.Scalar(quote))", at: start)
        }
        scanner.position = end + 1
        guard let text = Unescaping.unescaped(scanner.bytes[(start + 1)..<end]) else {
            throw scanner.error("found '\\u' without four hexadecimal digits", at: start)
        }
        return .string(.bytes(text))
    }

    private mutating func number() throws(PathSyntaxError) -> FilterValue {
        let start = scanner.position
        while scanner.isInside {
            switch scanner.bytes[scanner.position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "E"),
                UInt8(ascii: "e"):
                scanner.position += 1
                continue
            default: break
            }
            break
        }
        let text = scanner.bytes[start..<scanner.position]
        guard let number = text.withUnsafeBufferPointer({ FilterNumber(parsing: $0) }) else {
            let found = text.isEmpty ? scanner.name(at: start) : "'\(scanner.text(start..<scanner.position))'"
            let expected = "expected a path, a number, a quoted string or another literal"
            throw scanner.error("found \(found), \(expected)", at: start)
        }
        return .number(number)
    }

    private mutating func json(_ open: UInt8, _ close: UInt8) throws(PathSyntaxError) -> FilterValue {
        let start = scanner.position
        guard let end = try scanner.closing(open, close, at: start, skippingPatterns: false) else {
            throw scanner.error("a literal is not closed, expected '\(Unicode.Scalar(close))'", at: start)
        }
        scanner.position = end + 1
        return .json(.literal(JSONLiteral(Array(scanner.bytes[start...end]))))
    }

    /// `/expression/flags`.
    private mutating func pattern() throws(PathSyntaxError) -> FilterValue {
        let start = scanner.position
        guard let end = scanner.firstUnescaped(UInt8(ascii: "/"), after: start) else {
            throw scanner.error("a regular expression is not closed, expected /", at: start)
        }
        var flags: Pattern.Flags = []
        scanner.position = end + 1
        while scanner.isInside, let flag = Self.flag(scanner.bytes[scanner.position]) {
            flags.insert(flag)
            scanner.position += 1
        }
        do {
            return .pattern(try Pattern(scanner.text((start + 1)..<end), flags: flags))
        } catch {
            throw scanner.error(
                "in the regular expression, \(error.message)",
                at: start + 1,
                suggestion: error.suggestion,
            )
        }
    }

    private static func flag(_ byte: UInt8) -> Pattern.Flags? {
        switch byte {
        case UInt8(ascii: "d"): .unixLines
        case UInt8(ascii: "i"): .caseInsensitive
        case UInt8(ascii: "x"): .comments
        case UInt8(ascii: "m"): .multiline
        case UInt8(ascii: "s"): .dotAll
        case UInt8(ascii: "u"): .unicodeCase
        case UInt8(ascii: "U"): .unicodeCharacterClass
        default: nil
        }
    }

    /// A path up to a blank, an operator's sign, or a parenthesis that is not a function's.
    private mutating func path() throws(PathSyntaxError) -> (FilterOperand, isNegated: Bool) {
        let start = scanner.position
        let isNegated = scanner.significant(before: start).map { scanner.bytes[$0] } == UInt8(ascii: "!")
        scanner.position += 1
        while scanner.isInside {
            if scanner.bytes[scanner.position] == UInt8(ascii: "[") {
                let brackets = (UInt8(ascii: "["), UInt8(ascii: "]"))
                let open = scanner.position
                guard
                    let close = try scanner.closing(brackets.0, brackets.1, at: open, skippingPatterns: false)
                else { throw scanner.error("a bracket is not closed, expected ']'", at: open) }
                scanner.position = close + 1
            }
            let byte = try scanner.current()
            if !scanner.isInside || Self.isRelation(byte) || byte == 0x20 { break }
            if byte == UInt8(ascii: ")"), !closesFunction(from: start) { break }
            scanner.position += 1
        }
        let text = Array(scanner.bytes[start..<scanner.position])
        let path = try PathParser.parse(text, base: scanner.base + start, nesting: nesting + 1)
        return (.path(path), isNegated)
    }

    /// Whether the parenthesis here closes a function without arguments, as in `@.length()`.
    private func closesFunction(from start: Int) -> Bool {
        guard var index = scanner.significant(before: scanner.position), scanner.bytes[index] == UInt8(ascii: "(")
        else { return false }
        index -= 1
        while scanner.isInside(index), index > start {
            if scanner.bytes[index] == UInt8(ascii: ".") { return true }
            index -= 1
        }
        return false
    }
}
