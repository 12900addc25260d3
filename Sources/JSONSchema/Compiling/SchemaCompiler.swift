import JavaRegex
import OrderedJSON

/// Turns documents into compiled schemas: each place once, however many references lead to it.
struct SchemaCompiler {
    private(set) var mistakes: [SchemaMistake] = []
    private var documents: SchemaDocuments
    private let checksFormats: Bool
    private var compiled: [CompiledSchema] = []
    private var numbers: [String: Int] = [:]
    private var open: [(number: Int, place: SchemaDocuments.Place)] = []

    init(_ documents: SchemaDocuments, _ checksFormats: Bool) {
        self.documents = documents
        self.checksFormats = checksFormats
    }

    /// All schemas; the first is the whole document.
    mutating func compile() -> [CompiledSchema] {
        _ = number(of: documents.root)
        var next = 0
        while next < open.count {
            let (number, place) = open[next]
            next += 1
            compiled[number] = schema(at: place)
        }
        return compiled
    }

    /// The number of the schema at a place, or of the one that its reference leads to.
    mutating func number(of place: SchemaDocuments.Place) -> Int {
        var place = place
        var seen: Set<String> = []
        while let reference = place.value["$ref"] {
            guard let text = reference.string else {
                report(place, "$ref", reference, expected: "the address of a schema")
                break
            }
            guard seen.insert("\(place.document)#\(place.pointer)").inserted else {
                report(place, "$ref", reference, expected: "a reference that ends at a schema, not in a circle")
                place.value = .object([:])
                break
            }
            guard let target = documents.resolve(text, from: place) else {
                report(place, "$ref", reference, expected: "the address of a schema; there is none at this one")
                place.value = .object([:])
                break
            }
            place = target
        }
        let key = "\(place.document)#\(place.pointer)"
        if let known = numbers[key] { return known }
        let number = compiled.count
        numbers[key] = number
        compiled.append(CompiledSchema())
        open.append((number, place))
        return number
    }

    private mutating func schema(at place: SchemaDocuments.Place) -> CompiledSchema {
        guard case .object(let members) = place.value else {
            report(place, nil, place.value, expected: "a schema, which is an object")
            return CompiledSchema()
        }
        var keywords = KeywordCompiler(place: place, members: members, checksFormats: checksFormats)
        let schema = keywords.compile(&self)
        return schema
    }

    /// A place below another, for keywords.
    func child(of place: SchemaDocuments.Place, _ token: String, _ value: JSONValue) -> SchemaDocuments.Place {
        documents.child(of: place, token, value)
    }

    /// Adds a mistake once.
    mutating func report(
        _ place: SchemaDocuments.Place,
        _ keyword: String?,
        _ value: JSONValue,
        expected: String,
        found: String? = nil,
    ) {
        let mistake = SchemaMistake(
            pointer: keyword.map { JSONPointer.appending($0, to: place.pointer) } ?? place.pointer,
            document: documents.address(of: place.document),
            keyword: keyword,
            found: found ?? value.foundText,
            expected: expected,
        )
        if !mistakes.contains(mistake) { mistakes.append(mistake) }
    }
}

extension JSONValue {
    /// What this is, in words, for messages.
    var foundText: String {
        switch self {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .number(let number): return "the number \(number.spelling.prefix(40))"
        case .string(let text):
            let short = text.unicodeScalars.count > 60 ? String(text.prefix(60)) + "…" : text
            return "the text " + JSONWriter.string(.string(short))
        case .array(let elements): return elements.isEmpty ? "an empty list" : "a list of \(elements.count)"
        case .object(let members): return members.isEmpty ? "an empty object" : "an object"
        }
    }
}
