extension Pattern {
    /// The subject with every match replaced: Java's `Matcher.replaceAll` and `String.replaceAll`.
    ///
    /// In the replacement `$1` and `${name}` stand for groups (a group that took no part is empty), and `\` takes the
    /// next character as it stands. As in Java, a malformed replacement is an error only when there is a match.
    /// - Throws: ``MatchError`` if the match was given up, or for a malformed replacement.
    public func replaceAll(
        in subject: String,
        with replacement: String,
        limits: MatchLimits = .standard,
    ) throws(MatchError) -> String {
        try replace(in: subject, with: replacement, onlyFirst: false, limits)
    }

    /// The subject with the first match replaced: Java's `Matcher.replaceFirst`; see ``replaceAll(in:with:limits:)``.
    /// - Throws: ``MatchError`` if the match was given up, or for a malformed replacement.
    public func replaceFirst(
        in subject: String,
        with replacement: String,
        limits: MatchLimits = .standard,
    ) throws(MatchError) -> String {
        try replace(in: subject, with: replacement, onlyFirst: true, limits)
    }

    /// A replacement that stands for `text` and nothing else: Java's `Matcher.quoteReplacement`.
    public static func quoteReplacement(_ text: String) -> String {
        var quoted = ""
        for scalar in text.unicodeScalars {
            if scalar == "\\" || scalar == "$" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted
    }

    private func replace(
        in subject: String,
        with replacement: String,
        onlyFirst: Bool,
        _ limits: MatchLimits,
    ) throws(MatchError) -> String {
        var output: [UInt8] = []
        var copied = 0
        var parts: [ReplacementPart]?
        var failure: MatchError?
        try forEachMatch(in: subject, limits) { machine, range, bytes in
            do throws(MatchError) {
                let known = if let parts { parts } else { try ReplacementPart.parse(replacement, program) }
                parts = known
                output += bytes[copied..<range.lowerBound]
                copied = range.upperBound
                for part in known {
                    try part.append(to: &output, machine, bytes, limit: limits.outputBytes)
                }
                // Many parts may append nothing: they count as work all the same.
                machine.steps -= known.count
            } catch {
                failure = error
                return false
            }
            return !onlyFirst
        }
        if let failure { throw failure }
        guard parts != nil else { return subject }
        output += subject.utf8.dropFirst(copied)
        guard output.count <= max(limits.outputBytes, subject.utf8.count) else { throw .outputTooLong }
        return String(decoding: output, as: UTF8.self)
    }
}

/// A piece of a replacement.
enum ReplacementPart {
    case text([UInt8])
    case group(Int)

    func append(
        to output: inout [UInt8],
        _ machine: borrowing Machine,
        _ bytes: UnsafeBufferPointer<UInt8>,
        limit: Int,
    ) throws(MatchError) {
        let room = max(limit, bytes.count)
        switch self {
        case .text(let text):
            guard output.count + text.count <= room else { throw .outputTooLong }
            output += text
        case .group(let group):
            guard let range = machine.range(ofGroup: group) else { return }
            guard output.count + range.count <= room else { throw .outputTooLong }
            output += bytes[range]
        }
    }

    static func parse(_ replacement: String, _ program: Program) throws(MatchError) -> [ReplacementPart] {
        let bytes = Array(replacement.utf8)
        var parts: [ReplacementPart] = []
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\"):
                guard index + 1 < bytes.count else {
                    throw malformed("nothing follows '\\', expected the character to escape", index)
                }
                text.append(bytes[index + 1])
                index += 2
            case UInt8(ascii: "$"):
                if !text.isEmpty {
                    parts.append(.text(text))
                    text = []
                }
                parts.append(.group(try group(bytes, &index, program)))
            default:
                text.append(bytes[index])
                index += 1
            }
        }
        if !text.isEmpty { parts.append(.text(text)) }
        return parts
    }

    /// `$1` or `${name}`; the index is on the `$`, and moves behind the reference.
    private static func group(
        _ bytes: [UInt8],
        _ index: inout Int,
        _ program: Program,
    ) throws(MatchError) -> Int {
        let start = index
        index += 1
        guard index < bytes.count else {
            throw malformed("Illegal group reference: nothing follows '$', expected '$1' or '${name}'", start)
        }
        if bytes[index] == UInt8(ascii: "{") {
            return try named(bytes, &index, start, program)
        }
        guard isDigit(UInt32(bytes[index])) else {
            throw malformed(
                "Illegal group reference: '$' is not followed by a digit or '{'; a plain '$' is '\\$'",
                start,
            )
        }
        var number = Int(bytes[index] - 0x30)
        index += 1
        guard number <= program.captureCount else {
            throw malformed("No group \(number): the pattern has \(program.captureCount)", start)
        }
        // Further digits belong to the number as long as there is such a group.
        while index < bytes.count, isDigit(UInt32(bytes[index])) {
            let longer = number * 10 + Int(bytes[index] - 0x30)
            guard longer <= program.captureCount else { break }
            number = longer
            index += 1
        }
        return number
    }

    private static func named(
        _ bytes: [UInt8],
        _ index: inout Int,
        _ start: Int,
        _ program: Program,
    ) throws(MatchError) -> Int {
        index += 1
        let first = index
        while index < bytes.count, isLetter(UInt32(bytes[index])) || isDigit(UInt32(bytes[index])) { index += 1 }
        let name = String(decoding: bytes[first..<index], as: UTF8.self)
        guard index < bytes.count, bytes[index] == UInt8(ascii: "}"), !name.isEmpty else {
            throw malformed("Illegal group reference: unclosed group name, expected '${name}'", start)
        }
        index += 1
        guard let group = program.groupNames[name] else {
            let near = Suggestion.nearest(to: name, among: Array(program.groupNames.keys))
            let hint = near.map { "; did you mean '${\($0)}'?" } ?? ""
            throw malformed("No group with name '\(name)'\(hint)", start)
        }
        return group
    }

    private static func malformed(_ message: String, _ offset: Int) -> MatchError {
        MatchError(code: .badReplacement, message: "\(message) at byte \(offset) of the replacement")
    }
}
