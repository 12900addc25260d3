import OrderedJSON

/// Parses the arguments of a function, separated by commas: JSON, or paths.
struct ArgumentParser {
    private enum Kind { case json, path }

    private let scanner: PathScanner
    private(set) var position: Int
    private let nesting: Int

    private var kind: Kind?
    private var text: [UInt8] = []
    private var start = 0
    private var arguments: [Argument] = []

    init(_ scanner: PathScanner, nesting: Int) {
        self.scanner = scanner
        position = scanner.position
        self.nesting = nesting
    }

    /// Reads up to and with the closing parenthesis. What starts like neither JSON nor a path is passed over.
    mutating func parse() throws(PathSyntaxError) -> [Argument] {
        var (parentheses, brackets, braces, quotes) = (1, 0, 0, 0)
        var previous: UInt8 = 0
        var isDone = false
        while scanner.isInside(position), !isDone {
            let byte = scanner.bytes[position]
            position += 1
            if kind == nil {
                if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { continue }
                begin(byte)
            }
            switch byte {
            case UInt8(ascii: "\""):
                if previous != 0x5C, quotes > 0 { quotes -= 1 } else { quotes += 1 }
            case UInt8(ascii: "("): parentheses += 1
            case UInt8(ascii: "{"): braces += 1
            case UInt8(ascii: "["): brackets += 1
            case UInt8(ascii: "}"):
                guard braces > 0 else { throw scanner.error("found '}' without '{'", at: position - 1) }
                braces -= 1
            case UInt8(ascii: "]"):
                guard brackets > 0 else { throw scanner.error("found ']' without '['", at: position - 1) }
                brackets -= 1
            case UInt8(ascii: ")"), UInt8(ascii: ","):
                if byte == UInt8(ascii: ")") {
                    parentheses -= 1
                    if parentheses < 0 || previous == UInt8(ascii: "(") { text.append(byte) }
                }
                let closes = parentheses == 0 && byte == UInt8(ascii: ")")
                if quotes == 0, braces == 0, brackets == 0, closes || parentheses == 1 {
                    isDone = parentheses == 0
                    try finish()
                }
            default: break
            }
            let separates = byte == UInt8(ascii: ",") && braces == 0 && brackets == 0 && parentheses == 1
            if kind != nil, !separates { text.append(byte) }
            previous = byte
        }
        guard braces == 0, parentheses == 0, brackets == 0 else {
            throw scanner.error("the arguments are not closed, expected ')'", at: position)
        }
        return arguments
    }

    private mutating func begin(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "\""), UInt8(ascii: "-"):
            kind = .json
        case UInt8(ascii: "$"), UInt8(ascii: "@"):
            kind = .path
        default:
            return
        }
        start = position - 1
    }

    private mutating func finish() throws(PathSyntaxError) {
        switch kind {
        case .json: arguments.append(.json(try? JSONDocument(permissive: text)))
        case .path:
            let base = scanner.base + start
            arguments.append(.path(try PathParser.parse(argument: text, base: base, nesting: nesting)))
        case nil: return
        }
        text = []
        kind = nil
    }
}
