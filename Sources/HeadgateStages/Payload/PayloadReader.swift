import Headgate
import OrderedJSON

/// A payload that parameter mappings and a template read: parsed at most once, and only if one of
/// them looks into it.
final class PayloadReader {
    enum Side: Sendable { case request, response }

    let side: Side
    /// As it came, before any conversion.
    let bytes: [UInt8]
    private var state = State.unread

    private enum State {
        case unread
        /// Does not begin like JSON, so it is taken for text.
        case text
        case json(JSONDocument)
    }

    init(_ bytes: [UInt8], side: Side) {
        self.bytes = bytes
        self.side = side
    }

    /// The payload as text; an empty one counts as `{}` (recorded on the service).
    var text: String {
        bytes.isEmpty ? "{}" : String(decoding: bytes, as: UTF8.self)
    }

    /// The parsed payload where it has been read already.
    var parsed: JSONDocument? {
        if case .json(let document) = state { return document }
        return nil
    }

    /// The payload as JSON, nil for a text.
    ///
    /// What begins with `{`, `[` or a quote must be JSON (recorded): a client gets a 400 otherwise, and for
    /// the backend's sake a 500.
    func document() throws(GatewayFailure) -> JSONDocument? {
        switch state {
        case .json(let document): return document
        case .text: return nil
        case .unread: break
        }
        guard beginsLikeJSON else {
            state = .text
            return nil
        }
        do {
            let document = try JSONDocument(parsing: bytes.isEmpty ? Array("{}".utf8) : bytes)
            state = .json(document)
            return document
        } catch {
            let cause = "a parameter mapping reads the body, which is no JSON: \(error)"
            switch side {
            case .request:
                throw GatewayFailure(
                    .default4XX,
                    message: "Invalid JSON in request body",
                    cause: cause,
                    reason: "invalid-json",
                )
            case .response:
                throw .internalError(cause, type: .default5XX, reason: "invalid-json")
            }
        }
    }

    private var beginsLikeJSON: Bool {
        for byte in bytes where byte != 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "'"): return true
            default: return false
            }
        }
        return bytes.isEmpty
    }
}
