import OrderedJSON

/// Parses a path: the root, then steps in dot or bracket notation.
struct PathParser {
    var scanner: PathScanner
    private var steps: [Step] = []
    /// How many paths, filters and arguments this path is nested in.
    let nesting: Int

    private init(_ scanner: PathScanner, nesting: Int) {
        self.scanner = scanner
        self.nesting = nesting
    }

    /// Parses a whole expression or a path in a filter. Without a `$` or `@` in front, `$.` is understood.
    static func parse(_ bytes: [UInt8], base: Int, nesting: Int) throws(PathSyntaxError) -> CompiledPath {
        var scanner = PathScanner(bytes, base: base)
        scanner.trim()
        guard let first = bytes.first, scanner.last >= 0 else {
            throw scanner.error("the expression is empty, expected a path such as $.name")
        }
        if !isRoot(first) {
            scanner = PathScanner(Array("$.".utf8) + bytes, base: max(0, base - 2))
            scanner.trim()
        }
        if scanner.bytes[scanner.last] == UInt8(ascii: ".") {
            throw scanner.error("the path ends with '.', expected a name", at: scanner.last)
        }
        return try parse(scanner, nesting: nesting)
    }

    /// Parses an argument of a function.
    static func parse(argument bytes: [UInt8], base: Int, nesting: Int) throws(PathSyntaxError) -> CompiledPath {
        try parse(PathScanner(bytes, base: base), nesting: nesting)
    }

    private static func parse(_ scanner: PathScanner, nesting: Int) throws(PathSyntaxError) -> CompiledPath {
        guard nesting <= JSONPathLimits.nesting else {
            let most = JSONPathLimits.nesting
            var error = scanner.error("filters are nested too deeply, expected at most \(most) levels")
            error.reason = .limit
            throw error
        }
        var parser = PathParser(scanner, nesting: nesting)
        return try parser.path()
    }

    static func isRoot(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "$") || byte == UInt8(ascii: "@") }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private mutating func path() throws(PathSyntaxError) -> CompiledPath {
        while scanner.isInside, Self.isSpace(scanner.bytes[scanner.position]) {
            scanner.position += 1
        }
        let root = try scanner.current()
        guard Self.isRoot(root) else {
            throw scanner.error("found \(scanner.name(at: scanner.position)), expected '$' or '@'")
        }
        if !scanner.isAtTail {
            scanner.position += 1
            let next = try scanner.current()
            guard next == UInt8(ascii: ".") || next == UInt8(ascii: "[") else {
                throw scanner.error("found \(scanner.name(at: scanner.position)), expected '.' or '['")
            }
            repeat {
                try step()
                if steps.count > JSONPathLimits.pathSteps {
                    var error = scanner.error("the path has more than \(JSONPathLimits.pathSteps) steps")
                    error.reason = .limit
                    throw error
                }
            } while !scanner.isAtTail
        }
        return CompiledPath.make(steps, isFromRoot: root == UInt8(ascii: "$"))
    }

    mutating func append(_ step: Step) {
        steps.append(step)
    }

    private mutating func step() throws(PathSyntaxError) {
        switch try scanner.current() {
        case UInt8(ascii: "["):
            try bracket()
        case UInt8(ascii: "."):
            try dot()
        case UInt8(ascii: "*"):
            scanner.position += 1
            append(.wildcard)
        default:
            try nameOrFunction()
        }
    }

    /// `.` or `..` and what follows.
    private mutating func dot() throws(PathSyntaxError) {
        if scanner.nextIs(".") {
            append(.scan)
            scanner.position += 2
        } else {
            guard scanner.isInside(scanner.position + 1) else {
                throw scanner.error("the path ends with '.', expected a name")
            }
            scanner.position += 1
        }
        if try scanner.currentIs(".") {
            throw scanner.error("found another '.', expected a name, '*' or '['")
        }
        try step()
    }

    /// `name` or `name(…)`.
    private mutating func nameOrFunction() throws(PathSyntaxError) {
        let start = scanner.position
        if try scanner.currentIs(" ") {
            throw scanner.error("found a blank, expected a name; write ['a name'] if it has blanks")
        }
        var end = start
        var isFunction = false
        loop: while scanner.isInside(end) {
            switch scanner.bytes[end] {
            case 0x20:
                let name = scanner.text(start..<end)
                throw scanner.error(
                    "found a blank behind '\(name)'",
                    at: end,
                    suggestion: "write ['a name'] if it has blanks",
                )
            case UInt8(ascii: "."), UInt8(ascii: "["):
                break loop
            case UInt8(ascii: "("):
                isFunction = true
                break loop
            default:
                end += 1
            }
        }
        let name = Array(scanner.bytes[start..<end])
        guard isFunction else {
            append(.property(name))
            scanner.position = end
            return
        }
        let arguments = try arguments(openedAt: end)
        append(.function(String(decoding: name, as: UTF8.self), arguments))
    }

    /// The arguments between the parenthesis at `open` and the one that closes it.
    private mutating func arguments(openedAt open: Int) throws(PathSyntaxError) -> [Argument] {
        var depth = 1
        var index = open + 1
        while depth > 0 {
            guard scanner.isInside(index) else {
                throw scanner.error("the arguments are not closed, expected ')'", at: open)
            }
            if scanner.bytes[index] == UInt8(ascii: "(") { depth += 1 }
            if scanner.bytes[index] == UInt8(ascii: ")") { depth -= 1 }
            index += 1
        }
        if scanner.bytes[open + 1] == UInt8(ascii: ")") {
            // Jayway goes on with the parenthesis, which is ignored if it is the last character.
            scanner.position = open + 1
            return []
        }
        scanner.position = open + 1
        var parser = ArgumentParser(scanner, nesting: nesting + 1)
        let arguments = try parser.parse()
        scanner.position = parser.position
        return arguments
    }
}
