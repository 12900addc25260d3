import Headgate

/// A text of a definition, with the place where it stands, so that whatever is found wrong with it
/// later (in the third line of a template) can be shown there. Two are equal when their texts are.
public struct LocatedText: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The text with what is known about its spelling.
    public var scalar: ConfigurationNode.Scalar
    /// Where it stands in the definition.
    public var location: SourceLocation

    /// The characters.
    public var text: String { scalar.text }
    /// The text alone, for messages.
    public var description: String { text }

    /// A text that a definition's reader found.
    public init(_ scalar: ConfigurationNode.Scalar, at location: SourceLocation) {
        self.scalar = scalar
        self.location = location
    }

    /// A text that stands in no file.
    public init(_ text: String) {
        let nowhere = SourceLocation(file: "", line: 0)
        self.init(ConfigurationNode.Scalar(text: text, isPlain: false, contentLocation: nowhere), at: nowhere)
    }

    /// A text that stands in no file.
    public init(stringLiteral text: String) {
        self.init(text)
    }

    /// The same place with another text.
    func replaced(by text: String) -> LocatedText {
        var copy = self
        copy.scalar.text = text
        copy.scalar.isPlain = false
        return copy
    }

    var node: ConfigurationNode {
        var scalar = scalar
        scalar.isPlain = false
        return ConfigurationNode(.scalar(scalar), at: location)
    }

    /// Equal texts; places do not count.
    public static func == (left: LocatedText, right: LocatedText) -> Bool {
        left.text == right.text
    }

    /// Hashes the text alone, as equality asks for.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

/// A place that does not count when values are compared.
public struct Place: Sendable, Hashable {
    /// The file, line and column.
    public var location: SourceLocation

    /// The place of something that was read.
    public init(_ location: SourceLocation) {
        self.location = location
    }

    /// For what was built by code: no file.
    public static let nowhere = Place(SourceLocation(file: "", line: 0))

    /// Always true.
    public static func == (left: Place, right: Place) -> Bool { true }
    /// Adds nothing, as equality asks for.
    public func hash(into hasher: inout Hasher) {}
}

/// One entry of a mapping whose order is kept.
public struct Named<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The key.
    public var name: String
    /// What stands under it.
    public var value: Value
    /// Of the name.
    public var place: Place

    /// An entry.
    /// - Parameter place: where the key stands.
    public init(_ name: String, _ value: Value, at place: Place = .nowhere) {
        self.name = name
        self.value = value
        self.place = place
    }
}

extension [Named<LocatedText>] {
    subscript(name: String) -> LocatedText? { first { $0.name == name }?.value }
}
