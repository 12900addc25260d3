import Headgate

/// A piece of a backend's URI as it is written: text, or something that is filled in.
enum URIPart: Sendable, Equatable {
    case literal(String)
    /// `{name}`: the value of `integration.request.path.name`.
    case placeholder(String)
    /// `${stageVariables.name}`.
    case stageVariable(String)

    /// Longer than any URI that a backend takes.
    private static let maximumBytes = 16_384

    /// Takes a text apart.
    static func parse(_ text: String) throws(InvalidURITemplate) -> [URIPart] {
        let bytes = Array(text.utf8)
        guard bytes.count <= maximumBytes else {
            throw InvalidURITemplate("the URI is longer than \(maximumBytes) bytes")
        }
        var parts: [URIPart] = []
        var literalStart = 0
        var at = 0
        func flush(upTo end: Int) {
            if literalStart < end {
                parts.append(.literal(String(decoding: bytes[literalStart..<end], as: UTF8.self)))
            }
        }
        while at < bytes.count {
            let isVariable =
                bytes[at] == UInt8(ascii: "$") && at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "{")
            let isBrace = bytes[at] == UInt8(ascii: "{")
            if bytes[at] == UInt8(ascii: "}") {
                throw InvalidURITemplate(
                    "\"}\" has no \"{\" before it",
                    suggestion: "a brace that belongs to the text is written %7D",
                    offset: column(of: at, in: bytes),
                )
            }
            guard isVariable || isBrace else {
                at += 1
                continue
            }
            flush(upTo: at)
            let nameStart = at + (isVariable ? 2 : 1)
            guard let close = bytes[nameStart...].firstIndex(of: UInt8(ascii: "}")) else {
                throw InvalidURITemplate(
                    "\"{\" is not closed",
                    suggestion: "a brace that belongs to the text is written %7B",
                    offset: column(of: at, in: bytes),
                )
            }
            let inner = String(decoding: bytes[nameStart..<close], as: UTF8.self)
            do {
                parts.append(isVariable ? try readVariable(inner) : try readPlaceholder(inner))
            } catch {
                throw InvalidURITemplate(
                    error.message,
                    expected: error.expected,
                    suggestion: error.suggestion,
                    offset: column(of: at, in: bytes),
                )
            }
            at = close + 1
            literalStart = at
        }
        flush(upTo: at)
        return parts
    }

    private static func readPlaceholder(_ name: String) throws(InvalidURITemplate) -> URIPart {
        if name.utf8.last == UInt8(ascii: "+"), isName(name.dropLast()) {
            throw InvalidURITemplate(
                "{\(name)} is written without the plus in a backend's URI",
                suggestion: "write {\(name.dropLast())}",
            )
        }
        guard isName(name[...]) else {
            throw InvalidURITemplate(
                "{\(name)} holds no valid name",
                expected: "expected {name}, with letters, digits and . _ $ -",
            )
        }
        return .placeholder(name)
    }

    private static func readVariable(_ reference: String) throws(InvalidURITemplate) -> URIPart {
        let prefix = "stageVariables."
        let name = reference.dropFirst(prefix.count)
        if reference.hasPrefix(prefix), isName(name) { return .stageVariable(String(name)) }
        throw InvalidURITemplate(
            "${\(reference)} is not filled in here",
            expected: "expected ${stageVariables.NAME} or {NAME}",
            suggestion: isName(reference[...])
                ? "write ${stageVariables.\(reference)} for a stage variable, "
                    + "{\(reference)} for a value that integration.request.path.\(reference) maps"
                : nil,
        )
    }

    /// API Gateway's rule for the names of parameters.
    static func isName(_ name: Substring) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                PercentCoding.isUnreserved(byte) && byte != UInt8(ascii: "~") || byte == UInt8(ascii: "$")
            }
    }

    private static func column(of offset: Int, in bytes: [UInt8]) -> Int {
        String(decoding: bytes[..<offset], as: UTF8.self).count + 1
    }
}

/// A text that cannot be a backend's URI, and what to write instead.
public struct InvalidURITemplate: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence without a full stop.
    public let message: String
    /// What may stand there; nil where ``message`` says it.
    public let expected: String?
    /// What was probably meant; nil where nothing is near.
    public let suggestion: String?
    /// The column in the text, from 1; nil where it is about the whole.
    public let offset: Int?

    init(_ message: String, expected: String? = nil, suggestion: String? = nil, offset: Int? = nil) {
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
        self.offset = offset
    }

    /// All three in one line.
    public var description: String {
        var text = message
        if let expected { text += "; " + expected }
        if let suggestion { text += "; " + suggestion }
        return text
    }
}
