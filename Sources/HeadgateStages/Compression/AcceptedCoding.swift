import ContentCoding

/// What a client's `Accept-Encoding` asks for (RFC 9110 section 12.5.3), as API Gateway reads it: the
/// preferred coding counts, and if that is none of `gzip`, `deflate` and `identity`, nothing is compressed.
enum AcceptedCoding {
    /// nil: the payload goes as it is.
    static func preferred(_ header: String?) -> ContentCoding? {
        guard let header else { return nil }
        var best: (name: Substring, weight: Int)?
        for element in header.split(separator: ",").prefix(64) {
            let parts = element.split(separator: ";", omittingEmptySubsequences: false)
            let name = trimmed(parts[0])
            let weight = parts.dropFirst().compactMap(weight).first ?? 1000
            guard !name.isEmpty, weight > 0 else { continue }
            // Of two that are wanted alike, one that is known goes first: `br, gzip` is gzip.
            if let known = best, known.weight > weight || known.weight == weight && isKnown(known.name) { continue }
            if let known = best, known.weight == weight, !isKnown(name) { continue }
            best = (name, weight)
        }
        guard let best else { return nil }
        return best.name == "*" ? .gzip : ContentCoding(named: best.name)
    }

    private static func isKnown(_ name: Substring) -> Bool {
        name == "*" || name.lowercased() == "identity" || ContentCoding(named: name) != nil
    }

    /// `q=0.5`, in thousandths; nil for anything else.
    private static func weight(_ parameter: Substring) -> Int? {
        let text = trimmed(parameter)
        guard text.hasPrefix("q=") || text.hasPrefix("Q="), let number = Double(text.dropFirst(2)),
            (0...1).contains(number)
        else {
            return nil
        }
        return Int(number * 1000)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text = text.dropFirst() }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return text
    }
}
