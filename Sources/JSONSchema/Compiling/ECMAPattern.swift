import JavaRegex
import OrderedJSON

/// Regular expressions of ECMA 262, as draft 4 has them, written in Java's syntax.
///
/// The two differ in a few places: `$` does not match before a line terminator at the end, `[` needs no escape within
/// a class, `{` may stand for itself, and any letter without a meaning may be escaped. What Java has and
/// ECMA 262 has not, such as `(?i)` and `\p{L}`, is kept, since people use it.
enum ECMAPattern {
    static func compile(
        _ source: String,
        _ compiler: inout SchemaCompiler,
        at place: SchemaDocuments.Place,
        keyword: String,
    ) -> Pattern? {
        do throws(PatternError) {
            return try Pattern(java(source))
        } catch {
            compiler.report(
                place,
                keyword,
                .string(source),
                expected: "a regular expression of ECMA 262: \(error.message)",
            )
            return nil
        }
    }

    /// Whether a text is a regular expression.
    static func isValid(_ source: String) -> Bool {
        (try? Pattern(java(source))) != nil
    }

    static func java(_ source: String) -> String {
        var output = ""
        var scalars = source.unicodeScalars[...]
        var isInClass = false
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\\":
                guard let escaped = scalars.popFirst() else { return source }
                output += escape(escaped, isInClass)
                if escaped == "c", let letter = scalars.first, letter.properties.isLowercase {
                    output += letter.properties.uppercaseMapping
                    scalars.removeFirst()
                } else if escaped == "p" || escaped == "P", let end = scalars.firstIndex(of: "}") {
                    let name = String(scalars[scalars.startIndex...end])
                    guard let short = longNames[name] else { continue }
                    output += short
                    scalars = scalars[scalars.index(after: end)...]
                }
            case "[" where isInClass: output += "\\["
            case "[":
                if scalars.starts(with: "^]".unicodeScalars) {
                    scalars = scalars.dropFirst(2)
                    output += "[\\s\\S]"
                } else if scalars.first == "]" {
                    scalars = scalars.dropFirst()
                    output += "(?!)"
                } else {
                    isInClass = true
                    output += "["
                }
            case "]" where isInClass:
                isInClass = false
                output += "]"
            case "&" where isInClass: output += "\\&"
            case "$" where !isInClass: output += "\\z"
            case "." where !isInClass: output += "[^\\n\\r\\u2028\\u2029]"
            case "{" where !isInClass && !isQuantifier(scalars): output += "\\{"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }

    /// Names of Unicode categories that Java knows by their short names only.
    private static let longNames = [
        "{Letter}": "{L}", "{Lowercase_Letter}": "{Ll}", "{Uppercase_Letter}": "{Lu}", "{Number}": "{N}",
        "{digit}": "{Nd}",
        "{Decimal_Number}": "{Nd}", "{Punctuation}": "{P}", "{punct}": "{P}", "{Symbol}": "{S}", "{Separator}": "{Z}",
        "{Mark}": "{M}", "{Other}": "{C}",
    ]

    private static let whiteSpace = "\\s\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000\\uFEFF"

    private static func escape(_ scalar: Unicode.Scalar, _ isInClass: Bool) -> String {
        switch scalar {
        case "s": isInClass ? whiteSpace : "[\(whiteSpace)]"
        case "S" where !isInClass: "[^\(whiteSpace)]"
        case "v": "\\x0B"
        case "0": "\\x00"
        case "b" where isInClass: "\\x08"
        case "d", "D", "w", "W", "S", "b", "B", "n", "r", "t", "f", "c", "x", "u", "p", "P", "k": "\\\(scalar)"
        case "a"..."z", "A"..."Z": String(scalar)
        default: "\\\(scalar)"
        }
    }

    /// Whether what follows a `{` makes it a quantifier: `3}`, `3,}`, `3,5}`.
    private static func isQuantifier(_ rest: Substring.UnicodeScalarView) -> Bool {
        var rest = rest
        var digits = 0
        var hasComma = false
        while let scalar = rest.popFirst() {
            switch scalar {
            case "0"..."9": digits += 1
            case "," where digits > 0 && !hasComma: hasComma = true
            case "}": return digits > 0
            default: return false
            }
        }
        return false
    }
}
