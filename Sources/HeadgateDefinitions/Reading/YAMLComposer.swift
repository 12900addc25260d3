import Headgate

/// Builds nodes from a parser's events: nesting, anchors, keys. Knows no syntax.
///
/// Its own stack keeps the nesting, so that no input can exhaust the thread's.
struct YAMLComposer {
    /// The finished documents; one without content is `null`.
    private(set) var documents: [ConfigurationNode] = []
    private let source: SourceText
    private let limits: ReadingLimits
    private let tags: YAMLTags
    private let diagnostics: Diagnostics
    private var open: [Collection] = []
    private var anchors: [String: Anchored] = [:]
    private var values = 0
    private var aliasedValues = 0

    private struct Collection {
        let isMapping: Bool
        let location: SourceLocation
        let anchor: String?
        /// What a tag makes of it, see ``YAMLTags``.
        let function: String?
        let valuesBefore: Int
        var items: [ConfigurationNode] = []
        var entries: [ConfigurationNode.Entry] = []
        /// A mapping's key whose value is awaited.
        var key: Key?
        var keys = KeyPlaces()
        var merges: [ConfigurationNode] = []
        var height = 1
    }

    private struct Key {
        var text: String
        var location: SourceLocation
        var isMerge: Bool
        var isRepeated: Bool
    }

    private struct Anchored {
        var node: ConfigurationNode
        var values: Int
        var height: Int
    }

    init(source: SourceText, limits: ReadingLimits, tags: YAMLTags = .refused, diagnostics: Diagnostics) {
        self.source = source
        self.limits = limits
        self.tags = tags
        self.diagnostics = diagnostics
    }

    /// Anchors are a document's own.
    mutating func beginDocument() {
        anchors = [:]
    }

    /// A mapping or a list begins. False, after a report, if it may not.
    mutating func begin(
        mapping isMapping: Bool,
        at location: SourceLocation,
        anchor: String?,
        function: String? = nil,
    ) -> Bool {
        if awaitsKey {
            diagnostics.error(
                at: location,
                isMapping ? "a mapping stands where a key belongs" : "a list stands where a key belongs",
                expected: "expected a text as key",
                suggestion: "put a text with braces or brackets in quotes",
            )
            return false
        }
        guard open.count < limits.depth else {
            tooDeep(location)
            return false
        }
        open.append(
            Collection(
                isMapping: isMapping,
                location: location,
                anchor: anchor,
                function: function,
                valuesBefore: values,
            )
        )
        return true
    }

    /// The innermost mapping or list is complete.
    mutating func end() -> Bool {
        guard let last = open.popLast() else { return true }
        let value: ConfigurationNode.Value =
            last.isMapping ? .mapping(last.entries + merged(last)) : .sequence(last.items)
        let node = Self.applying(last.function, to: ConfigurationNode(value, at: last.location))
        if let anchor = last.anchor {
            anchors[anchor] = Anchored(node: node, values: values - last.valuesBefore + 1, height: last.height)
        }
        return place(node, height: last.height)
    }

    /// A scalar.
    mutating func add(_ node: ConfigurationNode, anchor: String?, function: String? = nil) -> Bool {
        let node = Self.applying(function, to: node)
        if let anchor { anchors[anchor] = Anchored(node: node, values: 1, height: 0) }
        return place(node, height: 0)
    }

    /// A copy of what has the anchor.
    mutating func addAlias(_ name: String, at location: SourceLocation) -> Bool {
        guard let anchored = anchors[name] else {
            let isInside = open.contains { $0.anchor == name }
            diagnostics.error(
                at: location,
                isInside ? "*\(name) stands inside of what it stands for" : "no value has the anchor &\(name)",
                expected: isInside ? nil : "expected an anchor further up in the same document",
                suggestion: isInside ? nil : suggestion(for: name),
            )
            return false
        }
        guard open.count + anchored.height <= limits.depth else {
            tooDeep(location)
            return false
        }
        aliasedValues += anchored.values
        values += anchored.values - 1
        guard aliasedValues <= limits.aliasedValues else {
            diagnostics.error(
                at: location,
                "aliases blow the file up: with *\(name) they stand for more than \(limits.aliasedValues) values",
                expected: "expected fewer aliases inside of what aliases stand for",
            )
            return false
        }
        return place(anchored.node, height: anchored.height, at: location)
    }

    /// Values mean what their field says they mean; a tag would say something else. The functions of
    /// CloudFormation are let through where the file may have them.
    func checkTag(_ tag: UnsafeMutablePointer<UInt8>?, at location: SourceLocation) -> Bool {
        guard let tag else { return true }
        let name = String(cString: tag)
        if tags.function(of: name) != nil { return true }
        let standard = "tag:yaml.org,2002:"
        let shown = name.hasPrefix(standard) ? "!!" + name.dropFirst(standard.count) : name
        diagnostics.error(
            at: location,
            "the tag \(shown.quotedForMessage) stands in front of a value",
            expected: "expected no tags: a key's own type says what its value means",
            suggestion: "leave the tag out, or put a text that starts with ! in quotes",
        )
        return false
    }

    /// The function that a tag stands for, if this file may have functions.
    func function(_ tag: UnsafeMutablePointer<UInt8>?) -> String? {
        tag.flatMap { tags.function(of: String(cString: $0)) }
    }

    /// `!Ref name` is `Ref: name`.
    private static func applying(_ function: String?, to node: ConfigurationNode) -> ConfigurationNode {
        guard let function else { return node }
        return ConfigurationNode(
            .mapping([.init(key: function, keyLocation: node.location, value: node)]),
            at: node.location,
        )
    }

    // MARK: -

    private var awaitsKey: Bool {
        open.last.map { $0.isMapping && $0.key == nil } ?? false
    }

    private mutating func place(_ node: ConfigurationNode, height: Int, at location: SourceLocation? = nil) -> Bool {
        values += 1
        guard values <= limits.values else {
            diagnostics.error(
                at: location ?? node.location,
                "the file holds more than \(limits.values) values",
                expected: "expected a smaller file",
            )
            return false
        }
        guard let last = open.indices.last else {
            documents.append(node)
            return true
        }
        if open[last].isMapping, open[last].key == nil {
            return placeKey(node, in: last, at: location ?? node.location)
        }
        open[last].height = max(open[last].height, height + 1)
        guard let key = open[last].key else {
            open[last].items.append(node)
            return true
        }
        open[last].key = nil
        if key.isMerge {
            return merge(node, in: last, at: location ?? node.location)
        }
        if !key.isRepeated {
            open[last].entries.append(.init(key: key.text, keyLocation: key.location, value: node))
        }
        return true
    }

    private mutating func placeKey(_ node: ConfigurationNode, in index: Int, at location: SourceLocation) -> Bool {
        let text: String
        var isPlain = false
        switch node.value {
        case .scalar(let scalar):
            text = scalar.text
            isPlain = scalar.isPlain
        case .null:
            text = source.word(at: location)
        case .sequence, .mapping:
            diagnostics.error(at: location, "an alias of \(node.found) stands where a key belongs")
            return false
        }
        if text.isEmpty {
            diagnostics.error(at: location, "a key is empty", expected: "expected a text in front of the colon")
        }
        let isMerge = isPlain && text == "<<"
        var isRepeated = false
        if !isMerge, let first = open[index].keys.insert(text, location) {
            diagnostics.error(
                at: location,
                "the key \(text.quotedForMessage) stands twice in one mapping",
                expected: "the first stands in line \(first.line)",
                suggestion: "keep one of them",
            )
            isRepeated = true
        }
        open[index].key = Key(text: text, location: location, isMerge: isMerge, isRepeated: isRepeated)
        return true
    }

    /// Keeps what stands behind `<<` until the mapping's own keys are known.
    private mutating func merge(_ node: ConfigurationNode, in index: Int, at location: SourceLocation) -> Bool {
        switch node.value {
        case .mapping:
            open[index].merges.append(node)
            return true
        case .sequence(let nodes) where nodes.allSatisfy(\.isMapping):
            open[index].merges += nodes
            return true
        default:
            diagnostics.error(
                at: location,
                "\(node.found) stands behind <<",
                expected: "expected a mapping, or a list of mappings, to take the missing keys from",
            )
            return true
        }
    }

    /// What `<<` adds: keys that the mapping does not have; of several mappings the first counts.
    private func merged(_ collection: Collection) -> [ConfigurationNode.Entry] {
        guard !collection.merges.isEmpty else { return [] }
        var seen = collection.keys
        var entries: [ConfigurationNode.Entry] = []
        for case .mapping(let added) in collection.merges.map(\.value) {
            for entry in added where seen.insert(entry.key, entry.keyLocation) == nil {
                entries.append(entry)
            }
        }
        return entries
    }

    private func suggestion(for name: String) -> String {
        Suggestion.nearest(to: name, among: anchors.keys.sorted()).map { "did you mean *\($0)?" }
            ?? "put a text that starts with * in quotes"
    }

    private func tooDeep(_ location: SourceLocation) {
        diagnostics.error(at: location, "mappings and lists are nested more than \(limits.depth) deep")
    }
}

/// The keys of one mapping: few are searched one by one, many get a table.
struct KeyPlaces {
    private var list: [(key: String, location: SourceLocation)] = []
    private var table: [String: SourceLocation] = [:]

    private static let few = 12

    /// Adds a key, or gives the place where it stands already.
    mutating func insert(_ key: String, _ location: SourceLocation) -> SourceLocation? {
        if !table.isEmpty {
            if let first = table[key] { return first }
            table[key] = location
            return nil
        }
        for known in list where known.key == key { return known.location }
        list.append((key, location))
        if list.count > Self.few {
            for known in list { table[known.key] = known.location }
        }
        return nil
    }
}

extension ConfigurationNode {
    var isMapping: Bool {
        if case .mapping = value { true } else { false }
    }
}

extension SourceText {
    /// The letters that stand at a place: the spelling of a key that reads as null.
    func word(at location: SourceLocation) -> String {
        guard let line = line(location.line), let column = location.column else { return "" }
        let scalars = String(decoding: line, as: UTF8.self).unicodeScalars.dropFirst(column - 1)
        return String(scalars.prefix { $0.properties.isAlphabetic || $0 == "~" })
    }
}
