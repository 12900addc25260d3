/// A mapping with known keys: its fields, and how a value is made from them.
public struct Record<Value: Sendable>: Sendable {
    /// What the mapping is called in messages and schemas, e.g. `retry`.
    public let name: String
    /// One sentence, Markdown.
    public let documentation: String
    let fields: @Sendable () -> [any AnyField]
    /// The field that a scalar or a list stands for, when the user writes one in place of the mapping.
    let shorthand: String?
    /// The field that takes the keys that are no field's name, as one mapping; without it they are unknown keys.
    let rest: (any AnyField)?
    let make: @Sendable (Settings) throws -> Value

    /// - Parameter make: makes the value; throws ``InvalidValue`` for what only shows when fields are seen together.
    public init(
        _ name: String,
        _ documentation: String,
        fields: @autoclosure @escaping @Sendable () -> [any AnyField],
        shorthand: String? = nil,
        rest: (any AnyField)? = nil,
        make: @escaping @Sendable (Settings) throws -> Value,
    ) {
        self.name = name
        self.documentation = documentation
        self.fields = fields
        self.shorthand = shorthand
        self.rest = rest
        self.make = make
    }

    /// The record as schemas and reference pages see it.
    public var shape: RecordShape {
        RecordShape(
            name: name,
            documentation: documentation,
            shorthand: shorthand,
            rest: rest?.fieldShape,
        ) { [fields] in
            fields().map(\.fieldShape)
        }
    }

    /// Reads every field, reports every unknown key, and makes the value if all is well.
    public func decode(_ node: ConfigurationNode, _ context: DecodingContext) -> Value? {
        guard let settings = settings(from: node, context) else { return nil }
        do {
            return try make(settings)
        } catch let problem as InvalidValue {
            context.diagnostics.error(
                at: problem.location ?? node.location,
                problem.message ?? "\(name) cannot be used as it stands",
                expected: problem.expected,
                suggestion: problem.suggestion,
            )
        } catch {
            context.diagnostics.error(at: node.location, String(describing: error))
        }
        return nil
    }

    func settings(from node: ConfigurationNode, _ context: DecodingContext) -> Settings? {
        let known = fields()
        var entries: [ConfigurationNode.Entry]
        var isShort = false
        switch node.value {
        case .mapping(let given):
            entries = given
        case .null:
            entries = []
        case .scalar, .sequence:
            guard let shorthand else {
                context.mismatch(
                    node,
                    expected: "a mapping with the keys " + known.map(\.name).joined(separator: ", "),
                )
                return nil
            }
            isShort = true
            entries = [ConfigurationNode.Entry(key: shorthand, keyLocation: node.location, value: node)]
        }
        var isComplete = true
        let names = known.map(\.name)
        // Absent fields are not kept: ``Settings`` knows their defaults from the fields themselves.
        var given: [Settings.Given] = []
        if let rest {
            let others = entries.filter { !names.contains($0.key) }
            entries.removeAll { !names.contains($0.key) }
            let mapping = others.isEmpty ? nil : ConfigurationNode(.mapping(others), at: node.location)
            if let value = rest.decodeAny(mapping, in: node, context) {
                given.append(Settings.Given(name: rest.name, value: value, location: mapping?.location))
            } else {
                isComplete = false
            }
        }
        for entry in entries where !names.contains(entry.key) {
            context.diagnostics.error(
                at: entry.keyLocation,
                "unknown key \(entry.key.quotedForMessage) in \(name)",
                expected: "expected one of: " + names.joined(separator: ", "),
                suggestion: Suggestion.didYouMean(entry.key, among: names),
            )
            isComplete = false
        }
        for (field, name) in zip(known, names) {
            let index = entries.lastIndex { $0.key == name }
            if index == nil, !field.isRequired { continue }
            let value = index.map { entries[$0].value }
            if let decoded = field.decodeAny(value, in: node, isShort ? context : context.below(name)) {
                given.append(Settings.Given(name: name, value: decoded, location: value?.location))
            } else {
                isComplete = false
            }
        }
        guard isComplete else { return nil }
        return Settings(given: given, names: names, location: node.location, node: node)
    }
}

/// The decoded fields of a record.
public struct Settings: Sendable {
    /// The value of a field that was written.
    struct Given: Sendable {
        var name: String
        var value: any Sendable
        var location: SourceLocation?
    }

    let given: [Given]
    /// Every field of the record.
    let names: [String]
    /// Of the whole record.
    public let location: SourceLocation
    /// As it was written.
    public let node: ConfigurationNode

    /// The value of a field that the record declares.
    public subscript<Value>(_ field: Field<Value>) -> Value {
        get throws {
            if let index = given.firstIndex(where: { $0.name == field.name }) {
                guard let value = given[index].value as? Value else { throw UndeclaredField(name: field.name) }
                return value
            }
            guard names.contains(field.name), case .value(let value, _) = field.fallback else {
                throw UndeclaredField(name: field.name)
            }
            return value
        }
    }

    /// Where the value of a field stands; nil when it was left out.
    public func location<Value>(of field: Field<Value>) -> SourceLocation? {
        given.first { $0.name == field.name }?.location
    }
}

/// A stage asked for a field that its declaration does not list: a mistake in the stage.
public struct UndeclaredField: Error, Sendable, CustomStringConvertible {
    /// The key of the field.
    public let name: String

    /// A sentence for the author of the stage.
    public var description: String {
        "the field \"\(name)\" is read, but not listed in the declaration's fields"
    }
}
