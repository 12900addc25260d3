import Headgate

/// The templates of one side of an integration, by media type.
public struct TemplateTable: Sendable {
    /// One entry. A template that is nil is "defined without text": the payload passes as it is.
    public final class Entry: Sendable {
        /// A media type in lower case, or `$default`.
        public let key: String
        /// What renders the body; nil passes it on as it is.
        public let template: LocatedTemplate?

        init(key: String, template: LocatedTemplate?) {
            self.key = key
            self.template = template
        }
    }

    /// The key for media types without a template of their own.
    public static let defaultKey = "$default"

    /// In the order of the file.
    public let entries: [Entry]
    /// Where `application/json` is, and what stands first in the order of keys: the choices of last resort.
    private let json: Int?
    private let firstInOrder: Int?
    private let fallback: Int?

    /// No templates: bodies pass, as far as `passthroughBehavior` allows.
    public static let none = TemplateTable([])

    /// - Parameter entries: media type, without parameters, or `$default`, to template.
    public init(_ entries: [(key: String, template: LocatedTemplate?)]) {
        let read = entries.map { Entry(key: MediaType.first(of: $0.key).lowercased(), template: $0.template) }
        self.entries = read
        json = read.firstIndex { $0.key == MediaType.json }
        fallback = read.firstIndex { $0.key == Self.defaultKey }
        firstInOrder = read.indices.min { read[$0].key < read[$1].key }
    }

    /// Whether there is no entry at all.
    public var isEmpty: Bool { entries.isEmpty }

    /// The entry for a request's `Content-Type` (absent: `application/json`), else `$default`, else nil.
    func forRequest(contentType: String?) -> Entry? {
        if entries.isEmpty { return nil }
        let type = contentType.map(MediaType.first) ?? ""
        let index = type.isEmpty ? json : place(of: type)
        return (index ?? fallback).map { entries[$0] }
    }

    /// The entry for a client's `Accept`: its first media type exactly, else `application/json`, else the first.
    func forResponse(accept: String?) -> Entry? {
        if entries.isEmpty { return nil }
        if entries.count == 1 { return entries[0] }
        let index = accept.flatMap { place(of: MediaType.first(of: $0)) }
        return (index ?? json ?? firstInOrder).map { entries[$0] }
    }

    private func place(of type: Substring) -> Int? {
        entries.firstIndex { type.equalsIgnoringASCIICase($0.key) }
    }

    /// What there is, in words: `templates for application/json, text/plain`.
    var explanation: String {
        if isEmpty { return "no template" }
        let keys = entries.map(\.key).joined(separator: ", ")
        return (entries.count == 1 ? "template for " : "templates for ") + keys
    }
}

extension FieldType where Value == TemplateTable {
    /// Templates by media type or `$default`; a key without text means that the payload passes as it is.
    public static let templates: FieldType<TemplateTable> = {
        let map = map
        return FieldType(map.shape, expectation: map.expectation) { node, context in
            map.decode(node, context).map { entries in
                for entry in entries {
                    entry.value?.check(
                        printsJSON: MediaType.isJSON(MediaType.first(of: entry.key)),
                        context.diagnostics,
                    )
                }
                return TemplateTable(entries.map { ($0.key, $0.value.flatMap { $0.isEmpty ? nil : $0 }) })
            }
        }
    }()

    private static let map = FieldType<[MapEntry<LocatedTemplate?>]>.map(
        keys: "media type or $default",
        of: .nullable(.mappingTemplate),
        checkKey: { key in
            if key == TemplateTable.defaultKey || MediaType.isMediaType(MediaType.first(of: key)) { return nil }
            return InvalidValue(
                "Invalid content type specified: \(key)",
                expected: "expected a media type such as application/json, or $default",
                suggestion: Suggestion.didYouMean(
                    key,
                    among: [MediaType.json, "application/xml", "text/plain", "$default"],
                ),
            )
        },
    )
}
