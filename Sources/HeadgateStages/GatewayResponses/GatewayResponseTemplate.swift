import Headgate

/// A template of a gateway response: plain substitution of `$context.…`, `$stageVariables.…` and
/// `$method.request.…`, in braces or not. It is no Velocity: directives are text (documented by the service).
public struct GatewayResponseTemplate: Sendable {
    private enum Part: Sendable {
        case text([UInt8])
        case value(Variable)
    }

    private enum Variable: Sendable {
        case source(ParameterSource)
        /// `$input.params('name')`: of the path, else of the query, else a header field.
        case parameter(String)

        func text(_ exchange: Exchange) -> String? {
            switch self {
            case .source(let source): (try? source.value(exchange, nil))?.joined
            case .parameter(let name):
                exchange.pathParameter(name) ?? exchange.query.last(name)
                    ?? ArrivalHeaders.last(exactly: name, of: exchange)
            }
        }
    }

    /// The template as it was written.
    public let text: String
    private let parts: [Part]

    /// Never fails: what is no variable is text.
    public init(_ text: String) {
        self.text = text
        let bytes = Array(text.utf8)
        var parts: [Part] = []
        var literal: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "$"), let (variable, end) = Self.variable(bytes, at: index) else {
                literal.append(bytes[index])
                index += 1
                continue
            }
            if !literal.isEmpty { parts.append(.text(literal)) }
            literal = []
            parts.append(.value(variable))
            index = end
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
        self.parts = parts
    }

    /// A variable without a value prints nothing.
    func render(_ exchange: Exchange) -> [UInt8] {
        var out: [UInt8] = []
        for part in parts {
            switch part {
            case .text(let bytes): out += bytes
            case .value(let variable): out += Array((variable.text(exchange) ?? "").utf8)
            }
        }
        return out
    }

    /// The variable that begins at a `$`, and where it ends.
    private static func variable(_ bytes: [UInt8], at start: Int) -> (Variable, end: Int)? {
        var index = start + 1
        let isBraced = index < bytes.count && bytes[index] == UInt8(ascii: "{")
        if isBraced { index += 1 }
        if let found = parameter(bytes, at: index) {
            guard isBraced else { return found }
            return found.end < bytes.count && bytes[found.end] == UInt8(ascii: "}") ? (found.0, found.end + 1) : nil
        }
        let nameStart = index
        while index < bytes.count, isNameByte(bytes[index]) { index += 1 }
        while index > nameStart, bytes[index - 1] == UInt8(ascii: ".") { index -= 1 }
        let name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
        guard let source = source(named: name) else { return nil }
        guard isBraced else { return (.source(source), index) }
        return index < bytes.count && bytes[index] == UInt8(ascii: "}") ? (.source(source), index + 1) : nil
    }

    private static func source(named name: String) -> ParameterSource? {
        let families = ["context.", "stageVariables.", "method.request."]
        guard families.contains(where: { name.hasPrefix($0) }) else { return nil }
        guard let source = try? ParameterSource(parsing: name, for: .request) else { return nil }
        switch source {
        case .body, .bodyPath: return nil
        default: return source
        }
    }

    /// `input.params('name')`: a parameter of the request, wherever it stands.
    private static func parameter(_ bytes: [UInt8], at start: Int) -> (Variable, end: Int)? {
        let call = Array("input.params(".utf8)
        guard start + call.count < bytes.count, bytes[start..<start + call.count].elementsEqual(call) else {
            return nil
        }
        let quote = bytes[start + call.count]
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
        let nameStart = start + call.count + 1
        guard let nameEnd = bytes[nameStart...].firstIndex(of: quote), nameEnd + 1 < bytes.count,
            bytes[nameEnd + 1] == UInt8(ascii: ")")
        else { return nil }
        return (.parameter(String(decoding: bytes[nameStart..<nameEnd], as: UTF8.self)), nameEnd + 2)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x30 && byte <= 0x39
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
