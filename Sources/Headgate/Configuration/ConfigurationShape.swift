/// The shape of a configuration value: what JSON Schema, reference pages and messages are made from.
public indirect enum ConfigurationShape: Sendable {
    /// Text; `format` is a word for people and editors, such as `duration`, `regular expression`, `mapping template`.
    case text(format: String?)
    /// A whole number; nil takes any.
    case integer(ClosedRange<Int>?)
    /// `true` or `false`.
    case boolean
    /// One of these words; compared without case where `ignoringCase`.
    case oneOf([String], ignoringCase: Bool)
    /// Values of one shape, in order.
    case list(of: ConfigurationShape)
    /// Any keys, values of one shape; `keys` says what the keys are, for people.
    case map(keys: String, values: ConfigurationShape)
    /// Known keys, each with a shape of its own.
    case record(RecordShape)
    /// Either of these.
    case either([ConfigurationShape])
    /// Anything: examples and payloads.
    case any
}

/// A mapping with known keys.
public struct RecordShape: Sendable {
    /// What the mapping is called in messages and schemas, e.g. `retry`.
    public var name: String
    /// One sentence, Markdown.
    public var documentation: String
    /// The keys in the order in which reference pages list them. A closure, since shapes may contain themselves.
    public var fields: @Sendable () -> [FieldShape]
    /// The field that a plain value or a list stands for, when it is written in place of the mapping.
    public var shorthand: String?
    /// Keys of the user's choice beside the fields: a map shape, and what they are for. nil where only the
    /// fields may stand.
    public var rest: FieldShape?

    /// A shape; ``Record/shape`` makes it for records that are decoded.
    public init(
        name: String,
        documentation: String,
        shorthand: String? = nil,
        rest: FieldShape? = nil,
        fields: @escaping @Sendable () -> [FieldShape],
    ) {
        self.name = name
        self.documentation = documentation
        self.shorthand = shorthand
        self.rest = rest
        self.fields = fields
    }
}

/// One key of a record, without its Swift type.
public struct FieldShape: Sendable {
    /// The key.
    public var name: String
    /// What the key does, Markdown.
    public var documentation: String
    /// What may be written there.
    public var shape: ConfigurationShape
    /// Whether the record is refused without it.
    public var isRequired: Bool
    /// The default as a user would write it; nil where there is none.
    public var defaultText: String?

    /// A key; optional and without default unless told otherwise.
    public init(
        name: String,
        documentation: String,
        shape: ConfigurationShape,
        isRequired: Bool = false,
        defaultText: String? = nil,
    ) {
        self.name = name
        self.documentation = documentation
        self.shape = shape
        self.isRequired = isRequired
        self.defaultText = defaultText
    }
}
