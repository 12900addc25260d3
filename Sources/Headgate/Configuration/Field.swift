/// One key of a record: declared once, with its type, its documentation and its default.
public struct Field<Value: Sendable>: Sendable {
    /// The key, as users write it.
    public let name: String
    /// What the key does, Markdown; stands in schemas and reference pages.
    public let documentation: String
    /// How its value is written and read.
    public let type: FieldType<Value>
    let fallback: Fallback

    enum Fallback: Sendable {
        case required
        case value(Value, text: String?)
    }

    /// A key that must be there.
    public init(required name: String, _ type: FieldType<Value>, _ documentation: String) {
        self.name = name
        self.type = type
        self.documentation = documentation
        fallback = .required
    }

    /// A key with a default.
    /// - Parameter shown: the default as a user would write it; nil where it says nothing (an empty list).
    public init(
        _ name: String,
        _ type: FieldType<Value>,
        default value: Value,
        shown: String? = nil,
        _ documentation: String,
    ) {
        self.name = name
        self.type = type
        self.documentation = documentation
        fallback = .value(value, text: shown)
    }

    /// A key that may be left out; nil then.
    public init<Wrapped: Sendable>(optional name: String, _ type: FieldType<Wrapped>, _ documentation: String)
    where Value == Wrapped? {
        self.init(name, .nullable(type), default: nil, documentation)
    }
}

/// A field without its Swift type: what a record needs of it.
public protocol AnyField: Sendable {
    /// The key.
    var name: String { get }
    /// The field as schemas and reference pages see it.
    var fieldShape: FieldShape { get }
    /// Whether the key must be there.
    var isRequired: Bool { get }
    /// The decoded value, the default when `node` is nil, or nil after a report.
    func decodeAny(_ node: ConfigurationNode?, in owner: ConfigurationNode, _ context: DecodingContext) -> (
        any Sendable
    )?
}

extension Field: AnyField {
    /// Whether a record without the key is reported.
    public var isRequired: Bool {
        if case .required = fallback { true } else { false }
    }

    /// The field as schemas and reference pages see it.
    public var fieldShape: FieldShape {
        switch fallback {
        case .required:
            FieldShape(name: name, documentation: documentation, shape: type.shape, isRequired: true, defaultText: nil)
        case .value(_, let text):
            FieldShape(
                name: name,
                documentation: documentation,
                shape: type.shape,
                isRequired: false,
                defaultText: text,
            )
        }
    }

    /// The decoded value, the default when `node` is nil, or nil after a report at `owner`.
    public func decodeAny(
        _ node: ConfigurationNode?,
        in owner: ConfigurationNode,
        _ context: DecodingContext,
    ) -> (any Sendable)? {
        if let node { return type.decode(node, context) }
        switch fallback {
        case .value(let value, _):
            return value
        case .required:
            context.diagnostics.error(
                at: owner.location,
                "the key \"\(name)\" is missing",
                expected: "expected \(name): \(type.expectation)",
            )
            return nil
        }
    }
}
