import Headgate
import NIOCore

@testable import HeadgateHTTP

/// Everything that a parser says about some bytes, in a form that can be compared.
struct ParsedMessage: Equatable {
    var startLine = ""
    var headers: [String] = []
    var body: [UInt8] = []
    var isComplete = false

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// Feeds `bytes` in pieces and returns the messages that came out, or the error.
func parseRequests(
    _ pieces: [[UInt8]],
    limits: MessageLimits = MessageLimits(),
    allowsEncodedSlash: Bool = true,
) throws(MessageError) -> [ParsedMessage] {
    var parser = RequestParser(limits: limits, allowsEncodedSlash: allowsEncodedSlash)
    var buffer = ByteBuffer()
    var messages: [ParsedMessage] = []
    for piece in pieces {
        buffer.writeBytes(piece)
        feeding: while true {
            switch try parser.next(&buffer) {
            case .needMore:
                break feeding
            case .head(let head):
                let query = head.target.rawQuery.map { "?" + $0 } ?? ""
                messages.append(
                    ParsedMessage(
                        startLine: "\(head.method) \(head.target.path)\(query) 1.\(head.minorVersion)",
                        headers: head.headers.fields.map { "\($0.name): \($0.value)" },
                    )
                )
            case .payload(let count):
                messages[messages.count - 1].body += buffer.readBytes(length: count) ?? []
            case .end:
                messages[messages.count - 1].isComplete = true
            }
        }
    }
    return messages
}

func parseRequests(
    _ text: String,
    limits: MessageLimits = MessageLimits(),
    allowsEncodedSlash: Bool = true,
) throws(MessageError) -> [ParsedMessage] {
    try parseRequests([Array(text.utf8)], limits: limits, allowsEncodedSlash: allowsEncodedSlash)
}

/// - Parameter closes: whether the peer closes behind the last piece.
func parseResponses(
    _ pieces: [[UInt8]],
    to methods: [String] = ["GET"],
    limits: MessageLimits = .response,
    closes: Bool = false,
) throws(MessageError) -> [ParsedMessage] {
    var parser = ResponseParser(limits: limits)
    var methods = methods[...]
    parser.expectResponse(to: methods.popFirst() ?? "GET")
    var buffer = ByteBuffer()
    var messages: [ParsedMessage] = []
    for piece in pieces {
        buffer.writeBytes(piece)
        feeding: while true {
            switch try parser.next(&buffer) {
            case .needMore:
                break feeding
            case .head(let head):
                messages.append(
                    ParsedMessage(
                        startLine: "\(head.status)",
                        headers: head.headers.fields.map { "\($0.name): \($0.value)" },
                    )
                )
            case .payload(let count):
                messages[messages.count - 1].body += buffer.readBytes(length: count) ?? []
            case .end:
                messages[messages.count - 1].isComplete = true
                if let next = methods.popFirst() { parser.expectResponse(to: next) }
            }
        }
    }
    if closes {
        try parser.finish()
        if !messages.isEmpty { messages[messages.count - 1].isComplete = true }
    }
    return messages
}

func parseResponses(
    _ text: String,
    to methods: [String] = ["GET"],
    limits: MessageLimits = .response,
    closes: Bool = false,
) throws(MessageError) -> [ParsedMessage] {
    try parseResponses([Array(text.utf8)], to: methods, limits: limits, closes: closes)
}
