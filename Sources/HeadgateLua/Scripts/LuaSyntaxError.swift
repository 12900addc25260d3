import Headgate

/// A script that is no Lua, or uses what scripts may not: where and why.
struct LuaSyntaxError: Error {
    let location: SourceLocation
    let message: String

    /// From a message of Lua's compiler: `orders/enrich.lua:3: unexpected symbol near '='`.
    init(_ text: String, in source: LuaSource) {
        let prefix = source.chunkName + ":"
        guard text.hasPrefix(prefix) else {
            location = source.location(line: source.firstLine)
            message = text
            return
        }
        let rest = text.dropFirst(prefix.count)
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let line = Int(digits) ?? source.firstLine
        let words = String(rest.dropFirst(digits.count + 2))
        location = source.location(line: line, column: Self.column(of: words, in: source.line(line)))
        message = words
    }

    init(_ message: String, at location: SourceLocation?, in source: LuaSource) {
        self.location = location ?? source.location(line: source.firstLine)
        self.message = message
    }

    init(line: Int, _ message: String, in source: LuaSource) {
        location = source.location(line: source.hasLines ? source.firstLine + line - 1 : source.firstLine)
        self.message = message
    }

    /// The column of the token that a message ends with, where the line has it just once.
    private static func column(of message: String, in line: Substring?) -> Int? {
        guard let line, message.hasSuffix("'"), let near = message.range(of: " near '") else { return nil }
        let token = message[near.upperBound...].dropLast()
        guard !token.isEmpty, let first = line.range(of: token) else { return nil }
        guard line[first.upperBound...].range(of: token) == nil else { return nil }
        return line.unicodeScalars.distance(from: line.startIndex, to: first.lowerBound) + 1
    }
}

extension StringProtocol {
    /// The first place of `other`, compared character by character.
    fileprivate func range(of other: some StringProtocol) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
