/// Why a pattern cannot be compiled: what was found, what was expected, and where.
///
/// It stands where Java throws `java.util.regex.PatternSyntaxException`; the words are this library's own.
public struct PatternError: Error, Equatable, Sendable {
    /// What was found and what was expected, such as `unclosed group, expected ')'`.
    public let message: String
    /// Where in the pattern, counted in UTF-16 code units from 0 as Java counts. At most the pattern's length.
    public let offset: Int
    /// A spelling that would be accepted, where one is evident.
    public let suggestion: String?
    /// The pattern, as it was given.
    public let pattern: String
}

extension PatternError: CustomStringConvertible {
    /// The message, the place, and below it the pattern with a caret under that place.
    ///
    /// Of a long pattern only the neighbourhood of the place is shown, and control characters show as `·`, so that
    /// the caret always stands under what it means.
    public var description: String {
        var text = "\(message) at offset \(offset)"
        if let suggestion {
            text += "; did you mean \(suggestion)?"
        }
        let reach = 40
        var before: [Unicode.Scalar] = []
        var after: [Unicode.Scalar] = []
        var units = 0
        for scalar in pattern.unicodeScalars {
            let shown: Unicode.Scalar = scalar.value < 0x20 || scalar.value == 0x7F ? "·" : scalar
            if units < offset {
                if units >= offset - reach {
                    before.append(shown)
                }
            } else if after.count < reach {
                after.append(shown)
            } else {
                break
            }
            units += scalar.value > 0xFFFF ? 2 : 1
        }
        var excerpt = String.UnicodeScalarView()
        excerpt.append(contentsOf: before)
        excerpt.append(contentsOf: after)
        text += "\n  \(String(excerpt))\n  \(String(repeating: " ", count: before.count))^"
        return text
    }
}
