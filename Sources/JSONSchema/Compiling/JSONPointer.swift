import OrderedJSON

/// JSON Pointer, RFC 6901.
enum JSONPointer {
    /// A pointer to a member or an element below another.
    static func appending(_ token: String, to pointer: String) -> String {
        var text = pointer + "/"
        for scalar in token.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    static func appending(_ index: Int, to pointer: String) -> String {
        "\(pointer)/\(index)"
    }

    /// The reference tokens, unescaped; nil for a text that is no pointer.
    static func tokens(_ pointer: String) -> [String]? {
        if pointer.isEmpty { return [] }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for part in pointer.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            var token: [UInt8] = []
            var isEscaped = false
            for byte in part {
                if isEscaped {
                    guard byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1") else { return nil }
                    token.append(byte == UInt8(ascii: "0") ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                    isEscaped = false
                } else if byte == UInt8(ascii: "~") {
                    isEscaped = true
                } else {
                    token.append(byte)
                }
            }
            if isEscaped { return nil }
            tokens.append(String(decoding: token, as: UTF8.self))
        }
        return tokens
    }
}

extension JSONValue {
    /// The value below, by a member's name or an element's number; nil where there is none.
    func child(_ token: String) -> JSONValue? {
        switch self {
        case .object: return self[token]
        case .array(let elements):
            guard let index = Int(token), index >= 0, index < elements.count, String(index) == token else { return nil }
            return elements[index]
        default: return nil
        }
    }
}
