import Headgate
import OrderedJSON

/// Shows findings: for people, with the line they are about and a mark below it, and for programs, as JSON.
///
///     pipelines/lookup.yaml:12:7: error: unknown key "reponseTemplates" in integrationResponses
///        12 |       reponseTemplates:
///           |       ^^^^^^^^^^^^^^^^
///           expected one of: statusCode, selectionPattern, responseParameters, responseTemplates, contentHandling
///           did you mean "responseTemplates"?
///
///     1 error in 1 file
public struct DiagnosticPrinter: Sendable {
    /// The lines that the findings are about; without them only places are shown.
    public var sources: DiagnosticSources
    /// Whether ANSI colours are used. Off unless the caller knows of a terminal that shows them.
    public var isColoured: Bool
    /// How many findings are shown; the summary counts all.
    public var limit: Int

    /// A printer; plain text and at most 200 findings unless told otherwise.
    public init(sources: DiagnosticSources = DiagnosticSources(), isColoured: Bool = false, limit: Int = 200) {
        self.sources = sources
        self.isColoured = isColoured
        self.limit = limit
    }

    /// The findings, one below the other, and a summary, without a line break at the end; empty where
    /// there are none.
    public func text(_ diagnostics: [Diagnostic]) -> String {
        guard !diagnostics.isEmpty else { return "" }
        var out = ""
        for diagnostic in diagnostics.prefix(limit) {
            append(diagnostic, to: &out)
            out += "\n"
        }
        if diagnostics.count > limit { out += "… and \(diagnostics.count - limit) more\n\n" }
        return out + Self.summary(diagnostics)
    }

    /// `2 errors and 1 warning in 3 files`, or `no findings`.
    public static func summary(_ diagnostics: [Diagnostic]) -> String {
        let errors = diagnostics.lazy.filter { $0.severity == .error }.count
        var parts: [String] = []
        if errors > 0 { parts.append(counted(errors, "error")) }
        if diagnostics.count > errors { parts.append(counted(diagnostics.count - errors, "warning")) }
        guard !parts.isEmpty else { return "no findings" }
        let files = Set(diagnostics.map(\.location.file)).count
        return parts.joined(separator: " and ") + " in " + counted(files, "file")
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    // MARK: One finding

    private func append(_ diagnostic: Diagnostic, to out: inout String) {
        let isError = diagnostic.severity == .error
        out += paint("\(diagnostic.location): ", .bold)
        out += paint("\(diagnostic.severity.rawValue): ", isError ? .red : .yellow)
        out += paint(diagnostic.message, .bold) + "\n"
        let number = String(diagnostic.location.line)
        let indentation = String(repeating: " ", count: max(0, 5 - number.utf8.count))
        let margin = String(repeating: " ", count: max(6, number.utf8.count + 1))
        if let column = diagnostic.location.column, let line = sources.line(at: diagnostic.location) {
            let excerpt = SourceExcerpt(line: line, column: column)
            out += paint("\(indentation)\(number) | ", .dim) + excerpt.text + "\n"
            out += paint("\(margin)| ", .dim) + paint(excerpt.mark, isError ? .red : .yellow) + "\n"
        }
        if let expected = diagnostic.expected { out += Self.wrapped(expected, indentation: margin) }
        if let suggestion = diagnostic.suggestion {
            out += paint(Self.wrapped(suggestion, indentation: margin), .green)
        }
    }

    /// Lines of up to 110 columns, broken at blanks.
    private static func wrapped(_ text: String, indentation: String) -> String {
        let room = 110 - indentation.utf8.count
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > room {
                lines.append(line)
                line = "  " + word
            } else {
                line += (line.isEmpty ? "" : " ") + word
            }
        }
        lines.append(line)
        return lines.map { indentation + $0 + "\n" }.joined()
    }

    // MARK: Colours

    /// Codes of ISO 6429's SGR.
    private enum Colour: String {
        case bold = "1"
        case dim = "2"
        case red = "1;31"
        case green = "32"
        case yellow = "1;33"
    }

    private func paint(_ text: String, _ colour: Colour) -> String {
        isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}

extension DiagnosticPrinter {
    /// The findings as a JSON array, indented, without a line break at the end.
    ///
    /// Each has `severity`, `file`, `line`, `message`, and where they are known `column`, `expected` and
    /// `suggestion`. All findings are there, whatever ``limit`` says.
    public func json(_ diagnostics: [Diagnostic]) -> String {
        JSONWriter.string(.array(diagnostics.map(Self.value)), style: .pretty)
    }

    private static func value(_ diagnostic: Diagnostic) -> JSONValue {
        var value: JSONValue = [
            "severity": .string(diagnostic.severity.rawValue),
            "file": .string(diagnostic.location.file),
            "line": .number(JSONNumber(diagnostic.location.line)),
        ]
        value["column"] = diagnostic.location.column.map { .number(JSONNumber($0)) }
        value["message"] = .string(diagnostic.message)
        value["expected"] = diagnostic.expected.map(JSONValue.string)
        value["suggestion"] = diagnostic.suggestion.map(JSONValue.string)
        return value
    }
}
