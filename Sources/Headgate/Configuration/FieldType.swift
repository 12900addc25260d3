/// How a value of one Swift type is written in a file: its shape and its decoding.
public struct FieldType<Value: Sendable>: Sendable {
    /// What may be written, for schemas and reference pages.
    public let shape: ConfigurationShape
    /// What is expected, for messages: `a whole number from 50 to 29000`.
    public let expectation: String
    /// The value, or nil after having reported why there is none.
    public let decode: @Sendable (ConfigurationNode, DecodingContext) -> Value?

    /// A type of any shape.
    /// - Parameter decode: gives the value, or reports to the context's diagnostics and gives nil.
    public init(
        _ shape: ConfigurationShape,
        expectation: String,
        decode: @escaping @Sendable (ConfigurationNode, DecodingContext) -> Value?,
    ) {
        self.shape = shape
        self.expectation = expectation
        self.decode = decode
    }

    /// A type that reads one text and may refuse it with a message.
    public static func scalar(
        _ shape: ConfigurationShape,
        expectation: String,
        parse: @escaping @Sendable (ConfigurationNode.Scalar, DecodingContext) throws(InvalidValue) -> Value,
    ) -> FieldType {
        FieldType(shape, expectation: expectation) { node, context in
            guard case .scalar(let scalar) = node.value else {
                context.mismatch(node, expected: expectation)
                return nil
            }
            do throws(InvalidValue) {
                return try parse(scalar, context)
            } catch {
                context.diagnostics.error(
                    at: error.location ?? node.location,
                    error.message ?? context.found(node),
                    expected: error.expected ?? "expected \(expectation)",
                    suggestion: error.suggestion,
                )
                return nil
            }
        }
    }

    /// The same type with its value turned into another.
    public func map<Other: Sendable>(_ transform: @escaping @Sendable (Value) -> Other) -> FieldType<Other> {
        FieldType<Other>(shape, expectation: expectation) { node, context in
            decode(node, context).map(transform)
        }
    }
}

/// Why a text is not a value of a type. Members that are nil take the type's general words.
public struct InvalidValue: Error, Sendable {
    /// What is wrong; nil says what was found.
    public var message: String?
    /// What would be right, with `expected` in front; nil takes the type's ``FieldType/expectation``.
    public var expected: String?
    /// What to write instead; nil where nothing can be said.
    public var suggestion: String?
    /// Where in the text the fault is; nil points at the whole value.
    public var location: SourceLocation?

    /// A refusal; without arguments the message is `found …, expected …` in the type's own words.
    public init(
        _ message: String? = nil,
        expected: String? = nil,
        suggestion: String? = nil,
        at location: SourceLocation? = nil,
    ) {
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
        self.location = location
    }
}

/// What decoding needs beside the node: where findings go, and which file it is about.
public struct DecodingContext {
    /// Where findings go.
    public let diagnostics: Diagnostics
    /// The folder of the file, for paths in it; nil for a text without a file.
    public let directory: String?
    /// What the host offers to stages while they are built.
    public let services: StageServices
    /// The key whose value is decoded, for messages; nil at the top of a file.
    public private(set) var key: String?

    /// The context of one file.
    /// - Parameter directory: the folder of the file; nil for a text without one.
    public init(diagnostics: Diagnostics, directory: String?, services: StageServices) {
        self.diagnostics = diagnostics
        self.directory = directory
        self.services = services
    }

    /// Reports that `node` is of the wrong kind: what it is, under which key, and what was expected.
    public func mismatch(_ node: ConfigurationNode, expected: String) {
        diagnostics.error(at: node.location, found(node), expected: "expected \(expected)")
    }

    /// The same context for the value of a key.
    public func below(_ key: String) -> DecodingContext {
        var context = self
        context.key = key
        return context
    }

    /// `timeoutInMillis: found "soon"`.
    func found(_ node: ConfigurationNode) -> String {
        key.map { "\($0): found \(node.found)" } ?? "found \(node.found)"
    }
}
