import CYaml
import Headgate

/// Why a text is no YAML, in the words of people who write YAML, not of those who parse it.
struct YAMLProblem {
    private let source: SourceText
    /// libyaml's words for what is wrong, and for what it was reading.
    private let problem: String
    private let context: String
    /// Where it noticed, and where what it was reading begins.
    private let place: SourceLocation
    private let opening: SourceLocation
    private let offset: Int

    init(_ parser: yaml_parser_t, in source: SourceText) {
        self.source = source
        problem = parser.problem.map { String(cString: $0) } ?? ""
        context = parser.context.map { String(cString: $0) } ?? ""
        if parser.error == YAML_READER_ERROR {
            offset = parser.problem_offset
            place = source.location(byte: offset)
            opening = place
        } else {
            offset = source.byteOffset(scalar: parser.problem_mark.index)
            place = source.location(scalar: parser.problem_mark.index)
            opening = parser.context == nil ? place : source.location(scalar: parser.context_mark.index)
        }
    }

    var diagnostic: Diagnostic {
        if byte == UInt8(ascii: "\t") || problem.hasPrefix("found a tab character") { return tab }
        return scanning ?? structure ?? Diagnostic(at: place, "this is no YAML: \(problem)")
    }

    private var byte: UInt8? {
        offset < source.bytes.count ? source.bytes[offset] : nil
    }

    private var character: String {
        let rest = source.bytes[min(offset, source.bytes.count)...].prefix(4)
        return String(decoding: rest, as: UTF8.self).unicodeScalars.first.map { String($0).quotedForMessage }
            ?? "the end of the file"
    }

    /// Routes and templates have braces, which open a mapping where they stand in a list or mapping of one line.
    private var quotesForBraces: String? {
        guard let byte, Set("{}[]".utf8).contains(byte) else { return nil }
        return "put a text that contains \(character.dropFirst().dropLast()) in quotes"
    }

    private func unclosed(_ name: String, _ closing: String) -> Diagnostic {
        let suggestion = quotesForBraces
        let isOpening = suggestion == nil
        let line = isOpening ? " in line \(place.line)" : ""
        return Diagnostic(
            at: isOpening ? opening : place,
            isOpening ? "this \(name) is not closed" : "the \(name) that opens in line \(opening.line) is not closed",
            expected: "expected , or \(closing)\(line) in front of \(character)",
            suggestion: suggestion,
        )
    }

    private var tab: Diagnostic {
        Diagnostic(
            at: place,
            "a tab stands in the indentation",
            expected: "expected spaces: YAML does not indent with tabs",
            suggestion: "replace the tab by spaces",
        )
    }

    /// Problems within a line: a character, a quote, an escape.
    private var scanning: Diagnostic? {
        switch problem {
        case "found character that cannot start any token":
            return Diagnostic(
                at: place,
                "a value cannot start with \(character)",
                suggestion: "put the value in quotes",
            )
        case "could not find expected ':'":
            return Diagnostic(
                at: opening,
                "no colon follows this key",
                expected: "expected \"key: value\", with a blank behind the colon",
            )
        case "mapping values are not allowed in this context":
            return Diagnostic(
                at: place,
                "a colon stands where no key ends",
                expected: "expected one \"key: value\" in a line, and keys of one mapping in one column",
                suggestion: "put a text that contains \": \" in quotes",
            )
        case "found unknown escape character":
            let escape = source.bytes[min(offset, source.bytes.count)...].prefix(2)
            return Diagnostic(
                at: place,
                "double quotes know no escape \(String(decoding: escape, as: UTF8.self))",
                suggestion: "use single quotes, in which a backslash is just a backslash",
            )
        case "did not find expected hexdecimal number", "found invalid Unicode character escape code":
            return Diagnostic(
                at: place,
                "the escape names no character",
                expected: "expected \\xHH, \\uHHHH or \\UHHHHHHHH",
            )
        case "found unexpected end of stream", "found unexpected document indicator":
            return Diagnostic(at: opening, "the quote that opens here is never closed")
        case "did not find expected comment or line break":
            return Diagnostic(
                at: place,
                "a block's text stands in the line of its | or >",
                expected: "expected the text in the lines below, indented",
            )
        case "did not find expected alphabetic or numeric character":
            return Diagnostic(
                at: opening,
                context == "while scanning an alias"
                    ? "* starts an alias, but no name follows" : "& starts an anchor, but no name follows",
                suggestion: "put a text that starts with * or & in quotes",
            )
        case "found an indentation indicator equal to 0":
            return Diagnostic(
                at: place,
                "a block cannot be indented by 0",
                expected: "expected | or >, or a number from 1 to 9 behind it",
            )
        case "control characters are not allowed":
            return Diagnostic(at: place, "a control character stands in the file", expected: "expected text")
        default:
            break
        }
        if context.hasSuffix("tag") || problem.hasSuffix("tag handle") {
            return Diagnostic(
                at: opening,
                "a value starts with a tag (!)",
                expected: "expected no tags: a key's own type says what its value means",
                suggestion: "put a text that starts with ! in quotes",
            )
        }
        if context.hasSuffix("directive") || problem.contains("directive")
            || problem == "found incompatible YAML document"
        {
            return Diagnostic(
                at: opening,
                "a line that starts with % is a directive, and this is none that YAML knows",
                suggestion: "leave the line out",
            )
        }
        return nil
    }

    /// Problems between lines: what belongs where.
    private var structure: Diagnostic? {
        switch problem {
        case "did not find expected key":
            Diagnostic(
                at: place,
                "this does not belong to the mapping that starts in line \(opening.line)",
                expected: "expected \"key: value\" in column \(opening.column ?? 1)",
            )
        case "did not find expected '-' indicator":
            Diagnostic(
                at: place,
                "this does not belong to the list that starts in line \(opening.line)",
                expected: "expected \"- item\" in column \(opening.column ?? 1)",
            )
        case "did not find expected ',' or '}'": unclosed("brace", "}")
        case "did not find expected ',' or ']'": unclosed("bracket", "]")
        case "did not find expected node content":
            Diagnostic(at: place, "no value can start with \(character)", suggestion: "put the value in quotes")
        case "block sequence entries are not allowed in this context":
            Diagnostic(
                at: place,
                "a list item cannot start here",
                expected: "expected each \"- \" in a line of its own",
            )
        case "mapping keys are not allowed in this context":
            Diagnostic(at: place, "a key cannot start here", suggestion: "put a text that starts with ? in quotes")
        case "did not find expected <document start>":
            Diagnostic(
                at: place,
                "this does not belong to what stands above",
                expected: "expected one mapping, its keys all in one column, or --- between two pipelines",
            )
        default:
            problem.hasPrefix("Maximum nesting level")
                ? Diagnostic(at: place, "mappings and lists are nested too deep") : nil
        }
    }
}
