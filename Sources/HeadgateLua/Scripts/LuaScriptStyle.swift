/// How a script is written.
enum LuaScriptStyle: Sendable, Equatable {
    /// Statements that run for every request, with `ctx` and `config` as local variables.
    case statements
    /// Statements that make a table of functions, named as the phases: they run once a lane, the
    /// functions for every request.
    case module

    /// A script is a module if it ends in `return` and its top level, outside of functions, mentions
    /// neither `ctx` nor `...`: there is nothing then that it could do with a request by itself.
    init(_ scan: LuaScan) {
        self = scan.returnsAtTop && !scan.usesContextAtTop ? .module : .statements
    }
}

/// What a look at the tokens of a script tells, without running it.
struct LuaScan {
    /// `ctx` or `...` stands outside of all functions.
    private(set) var usesContextAtTop = false
    /// The last statement of the top level is a `return` with a value.
    private(set) var returnsAtTop = false
    /// The word `body` stands somewhere, be it in a string.
    private(set) var mentionsBody = false
    /// Something that scripts may not use, and the line of the text in which it stands, from 1.
    private(set) var refusal: (line: Int, message: String)?

    private enum Block { case function, other }

    init(_ text: String) {
        var scanner = LuaScanner(text)
        var blocks: [Block] = []
        var functions = 0
        var previous: LuaScanner.Token?
        var isReturning = false
        while let token = scanner.next() {
            defer { previous = token }
            if isReturning, token.kind != .symbol(";"[...]) { returnsAtTop = true }
            switch token.kind {
            case .text:
                if !mentionsBody { mentionsBody = scanner.contains(token, word: "body") }
            case .word(let word):
                let isField = previous?.kind == .symbol("."[...]) || previous?.kind == .symbol(":"[...])
                if isField {
                    if word == "body" { mentionsBody = true }
                    continue
                }
                switch word {
                case "function":
                    blocks.append(.function)
                    functions += 1
                case "if", "do", "repeat":
                    blocks.append(.other)
                case "end", "until":
                    if blocks.popLast() == .function { functions -= 1 }
                case "return" where blocks.isEmpty:
                    isReturning = true
                case "ctx" where functions == 0:
                    usesContextAtTop = true
                case "body":
                    mentionsBody = true
                case "_ENV":
                    refuse(token, "_ENV is not available: the environment of scripts is fixed")
                case "close" where previous?.kind == .symbol("<"[...]) && scanner.peekIs(">"):
                    refuse(token, "<close> is not available: it would run after the limits have ended an execution")
                default:
                    break
                }
            case .symbol(let symbol):
                if symbol == "...", functions == 0 { usesContextAtTop = true }
            }
        }
    }

    private mutating func refuse(_ token: LuaScanner.Token, _ message: String) {
        if refusal == nil { refusal = (token.line, message) }
    }
}
