import Headgate

/// Tables of a record's keys, those of the records inside of it below.
struct FieldTables {
    private(set) var text = ""
    private let level: Int
    private var depth = 0

    /// Records that hold themselves are cut here.
    private static let deepest = 5

    /// - Parameter level: of the headings of inner records.
    init(level: Int) {
        self.level = level
    }

    /// - Parameter name: of the key that the record stands below; nil for the outermost.
    mutating func add(_ record: RecordShape, named name: String?) {
        let fields = record.fields()
        guard !fields.isEmpty || record.rest != nil, depth < Self.deepest else { return }
        if let name {
            text +=
                "\n\n" + ReferencePages.heading("`\(name)`", min(level, 6)) + "\n\n" + record.documentation + "\n\n"
        }
        text += "| key | value | default | meaning |\n| --- | --- | --- | --- |"
        for field in fields { row(field, key: "`\(field.name)`") }
        if let rest = record.rest, case .map(let keys, let values) = rest.shape {
            var entry = rest
            entry.shape = values
            row(entry, key: "any \(keys)")
        }
        if let shorthand = record.shorthand {
            text += "\n\nWritten in place of the mapping, a value that is none is the one of `\(shorthand)`."
        }
        depth += 1
        for field in fields { addRecords(in: field.shape, below: name.map { $0 + "." + field.name } ?? field.name) }
        if let rest = record.rest, case .map(let keys, let values) = rest.shape {
            addRecords(in: values, below: keys)
        }
        depth -= 1
    }

    private mutating func row(_ field: FieldShape, key: String) {
        let fallback = field.isRequired ? "required" : field.defaultText.map { "`\($0)`" } ?? ""
        let words = ReferencePages.cell(TypeWords.words(for: field.shape))
        text +=
            "\n| \(key) | \(words) | \(ReferencePages.cell(fallback)) | \(ReferencePages.cell(field.documentation)) |"
    }

    private mutating func addRecords(in shape: ConfigurationShape, below name: String) {
        switch shape {
        case .record(let record): add(record, named: name)
        case .list(let element):
            // The kinds of stage have pages of their own.
            if StageListShape.isEntry(element) { return }
            addRecords(in: element, below: name)
        case .map(_, let values): addRecords(in: values, below: name)
        case .either(let shapes):
            // A list and a mapping of the same record need one table.
            var seen: Set<String> = []
            for shape in shapes {
                guard let record = Self.record(in: shape), seen.insert(record.name).inserted else { continue }
                add(record, named: name)
            }
        case .text, .integer, .boolean, .oneOf, .any: break
        }
    }

    private static func record(in shape: ConfigurationShape) -> RecordShape? {
        switch shape {
        case .record(let record): record
        case .list(let element): record(in: element)
        case .map(_, let values): record(in: values)
        default: nil
        }
    }
}

/// The type of a value in words.
enum TypeWords {
    static func words(for shape: ConfigurationShape, depth: Int = 0) -> String {
        guard depth < 8 else { return "a value" }
        switch shape {
        case .text(let format): return format ?? "text"
        case .integer(let range): return range.map { "\($0.lowerBound) to \($0.upperBound)" } ?? "whole number"
        case .boolean: return "`true` or `false`"
        case .oneOf(let words, _): return words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let element):
            if StageListShape.isEntry(element) { return "list of stages" }
            return "list: " + words(for: element, depth: depth + 1)
        case .map(let keys, let values): return "mapping of \(keys) to \(words(for: values, depth: depth + 1))"
        case .record(let record): return record.shorthand == nil ? "mapping" : "mapping or value"
        case .either(let shapes): return shapes.map { words(for: $0, depth: depth + 1) }.joined(separator: ", or ")
        case .any: return "anything"
        }
    }
}
