/// A line of a file as a terminal shows it, and marks below the word at a column.
struct SourceExcerpt {
    private(set) var text = ""
    private(set) var mark = ""

    /// Longer lines are cut around the column.
    private static let width = 100

    /// - Parameter column: from 1, in Unicode scalars; may be one behind the end.
    init(line: String, column: Int) {
        let scalars = Array(line.unicodeScalars)
        let start = min(max(column - 1, 0), scalars.count)
        let end = Self.end(of: start, in: scalars)
        var first = 0
        var last = scalars.count
        if scalars.count > Self.width {
            first = max(0, min(start - Self.width / 3, scalars.count - Self.width))
            last = min(scalars.count, first + Self.width)
        }
        if first > 0 { append("…", marked: nil) }
        for index in first..<last {
            append(scalars[index], marked: index < start ? false : index < end ? true : nil)
        }
        if start >= last { mark += "^" }
        if last < scalars.count { append("…", marked: nil) }
    }

    /// - Parameter marked: true below the word, false in front of it, nil behind it.
    private mutating func append(_ scalar: UnicodeScalar, marked: Bool?) {
        let shown: String
        let columns: Int
        switch scalar {
        case "\t": (shown, columns) = ("    ", 4)
        case _ where scalar.value < 0x20 || scalar.value >= 0x7F && scalar.value < 0xA0: (shown, columns) = ("·", 1)
        default: (shown, columns) = (String(scalar), Self.columns(scalar))
        }
        text += shown
        switch marked {
        case true?: mark += String(repeating: "^", count: columns)
        case false?: mark += String(repeating: " ", count: columns)
        case nil: if mark.isEmpty { mark += String(repeating: " ", count: columns) }
        }
    }

    /// The end of a word: of a text in quotes its closing quote, else what ends a plain scalar.
    private static func end(of start: Int, in scalars: [UnicodeScalar]) -> Int {
        guard start < scalars.count else { return start }
        let opening = scalars[start]
        if opening == "\"" || opening == "'",
            let closing = scalars[(start + 1)...].firstIndex(where: { $0 == opening })
        {
            return closing + 1
        }
        var end = start
        while end < scalars.count {
            let scalar = scalars[end]
            if scalar == " " || scalar == "\t" || scalar == "," || scalar == "]" || scalar == "}" { break }
            if scalar == ":", end + 1 == scalars.count || scalars[end + 1] == " " { break }
            end += 1
        }
        return max(end, start + 1)
    }

    /// How many columns a terminal gives a character: none for combining marks, two for East Asian wide
    /// ones and for emoji (the main blocks of Unicode's UAX 11).
    private static func columns(_ scalar: UnicodeScalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }
}
