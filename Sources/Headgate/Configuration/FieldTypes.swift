extension FieldType where Value == String {
    /// Any text, quoted or not.
    public static let string = text(format: nil, expectation: "text")

    /// Text with a name for its format.
    public static func text(format: String?, expectation: String) -> FieldType<String> {
        .scalar(.text(format: format), expectation: expectation) { scalar, _ in scalar.text }
    }

    /// One of a set of words, compared without case, as API Gateway's enumerations are.
    public static func oneOf(_ words: [String]) -> FieldType<String> {
        let expectation = "one of: " + words.joined(separator: ", ")
        return .scalar(.oneOf(words, ignoringCase: true), expectation: expectation) { scalar, _ throws(InvalidValue) in
            if let word = words.first(where: { $0.equalsIgnoringASCIICase(scalar.text) }) { return word }
            throw InvalidValue(suggestion: Suggestion.didYouMean(scalar.text, among: words))
        }
    }

    /// A request method: a token (RFC 9110 section 9.1), written in capitals.
    public static let method = FieldType<String>.scalar(
        .text(format: "HTTP method"),
        expectation: "a request method such as GET or POST",
    ) { scalar, _ throws(InvalidValue) in
        guard HeaderSyntax.isToken(scalar.text), scalar.text.utf8.count <= 32 else { throw InvalidValue() }
        return scalar.text.uppercased()
    }

    /// A header field name: a token (RFC 9110 section 5.1).
    public static let headerName = FieldType<String>.scalar(
        .text(format: "header name"),
        expectation: "a header name",
    ) { scalar, _ throws(InvalidValue) in
        guard HeaderSyntax.isToken(scalar.text) else {
            throw InvalidValue("\(scalar.text.quotedForMessage) is no header name (a token, RFC 9110 section 5.1)")
        }
        return scalar.text
    }
}

extension FieldType where Value == Int {
    /// A whole number, with or without quotes; no fraction, no exponent.
    /// - Parameters:
    ///   - range: what is accepted; nil takes every `Int`.
    ///   - unit: for messages and reference pages, e.g. `milliseconds`.
    public static func integer(_ range: ClosedRange<Int>? = nil, unit: String? = nil) -> FieldType<Int> {
        var expectation = "a whole number"
        if let unit { expectation += " of " + unit }
        if let range { expectation += " from \(range.lowerBound) to \(range.upperBound)" }
        return .scalar(.integer(range), expectation: expectation) { scalar, _ throws(InvalidValue) in
            guard let number = Int(scalar.text), range?.contains(number) ?? true else { throw InvalidValue() }
            return number
        }
    }

    /// A status code, `200` or `"200"`: 100…599 (RFC 9110 section 15).
    public static let status = integer(100...599, unit: nil)

    /// A time with its unit: `250ms`, `5s`, `2m`. In milliseconds.
    public static func duration(_ range: ClosedRange<Int>) -> FieldType<Int> {
        let expectation = "a time from \(text(range.lowerBound)) to \(text(range.upperBound)), such as 250ms, 5s or 2m"
        return .scalar(.text(format: "duration"), expectation: expectation) { scalar, _ throws(InvalidValue) in
            for (suffix, factor) in [("ms", 1), ("s", 1000), ("m", 60_000)] where scalar.text.hasSuffix(suffix) {
                guard let number = Int(scalar.text.dropLast(suffix.utf8.count)), number >= 0 else { continue }
                let (milliseconds, overflow) = number.multipliedReportingOverflow(by: factor)
                guard !overflow, range.contains(milliseconds) else { throw InvalidValue() }
                return milliseconds
            }
            if Int(scalar.text) != nil {
                throw InvalidValue(suggestion: "write the unit: \(scalar.text)ms or \(scalar.text)s")
            }
            throw InvalidValue()
        }
    }

    /// Milliseconds as they are written.
    private static func text(_ milliseconds: Int) -> String {
        if milliseconds > 0, milliseconds % 60_000 == 0 { return "\(milliseconds / 60_000)m" }
        if milliseconds > 0, milliseconds % 1000 == 0 { return "\(milliseconds / 1000)s" }
        return "\(milliseconds)ms"
    }

    /// A size: bytes, or a number with KB, MB, KiB or MiB behind it. In bytes.
    public static let byteCount = FieldType<Int>.scalar(
        .text(format: "size"),
        expectation: "a size such as 512, 64KB or 10MiB",
    ) { scalar, _ throws(InvalidValue) in
        let text = scalar.text
        let units: [(String, Int)] = [
            ("kib", 1024), ("mib", 1 << 20), ("gib", 1 << 30), ("kb", 1000), ("mb", 1_000_000), ("b", 1),
        ]
        let lower = text.lowercased()
        for (suffix, factor) in units where lower.hasSuffix(suffix) {
            let digits = lower.dropLast(suffix.utf8.count)
            guard let number = Int(digits.last == " " ? digits.dropLast() : digits), number >= 0 else {
                throw InvalidValue()
            }
            let (size, overflow) = number.multipliedReportingOverflow(by: factor)
            guard !overflow else { throw InvalidValue() }
            return size
        }
        guard let number = Int(text), number >= 0 else { throw InvalidValue() }
        return number
    }
}

extension FieldType where Value == Bool {
    /// `true` or `false`; YAML 1.1's other words (`yes`, `on`) are refused with what to write.
    public static let boolean = FieldType<Bool>.scalar(.boolean, expectation: "true or false") {
        scalar,
        _ throws(InvalidValue) in
        switch scalar.text {
        case "true": return true
        case "false": return false
        case "yes", "on", "True", "TRUE": throw InvalidValue(suggestion: "write true")
        case "no", "off", "False", "FALSE": throw InvalidValue(suggestion: "write false")
        default: throw InvalidValue()
        }
    }
}

extension FieldType {
    /// A list; a single value is not taken for a list of one.
    public static func list<Element: Sendable>(of element: FieldType<Element>) -> FieldType<[Element]>
    where Value == [Element] {
        let expectation = "a list"
        return FieldType(.list(of: element.shape), expectation: expectation) { node, context in
            guard case .sequence(let nodes) = node.value else {
                context.mismatch(node, expected: expectation)
                return nil
            }
            // All elements are looked at, so that one run reports all that is wrong.
            let values = nodes.map { element.decode($0, context) }
            let good = values.compactMap { $0 }
            return good.count == values.count ? good : nil
        }
    }

    /// A mapping with keys of the user's choice, in the order of the file.
    /// - Parameter keys: what the keys are, for people: `media type`.
    /// - Parameter checkKey: a message when a key is not allowed.
    public static func map<Element: Sendable>(
        keys: String,
        of element: FieldType<Element>,
        checkKey: @escaping @Sendable (String) -> InvalidValue? = { _ in nil },
    ) -> FieldType<[MapEntry<Element>]> where Value == [MapEntry<Element>] {
        let expectation = "a mapping of \(keys) to \(element.expectation)"
        return FieldType(.map(keys: keys, values: element.shape), expectation: expectation) { node, context in
            guard case .mapping(let entries) = node.value else {
                context.mismatch(node, expected: expectation)
                return nil
            }
            var values: [MapEntry<Element>] = []
            var isComplete = true
            for entry in entries {
                if let problem = checkKey(entry.key) {
                    context.diagnostics.error(
                        at: entry.keyLocation,
                        problem.message ?? "\(entry.key.quotedForMessage) is no \(keys)",
                        expected: problem.expected,
                        suggestion: problem.suggestion,
                    )
                    isComplete = false
                }
                if let value = element.decode(entry.value, context.below(entry.key)) {
                    values.append(MapEntry(key: entry.key, value: value, location: entry.keyLocation))
                } else {
                    isComplete = false
                }
            }
            return isComplete ? values : nil
        }
    }

    /// `null` or nothing gives nil.
    public static func nullable<Wrapped: Sendable>(_ type: FieldType<Wrapped>) -> FieldType<Wrapped?>
    where Value == Wrapped? {
        FieldType(type.shape, expectation: type.expectation) { node, context in
            if case .null = node.value { return .some(nil) }
            return type.decode(node, context).map(Optional.some)
        }
    }

    /// A mapping with known keys, decoded by its record.
    public static func record(_ record: Record<Value>) -> FieldType<Value> {
        FieldType(.record(record.shape), expectation: "a mapping with the keys of \(record.name)") { node, context in
            record.decode(node, context)
        }
    }
}

/// One entry of a mapping whose keys are the user's.
public struct MapEntry<Value: Sendable>: Sendable {
    /// The key as it was written.
    public let key: String
    /// The decoded value.
    public let value: Value
    /// Of the key.
    public let location: SourceLocation
}
