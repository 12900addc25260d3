import Headgate

/// A text of a definition, with the place where it stands, so that whatever is found wrong with it
/// later (in the third line of a template) can be shown there. Two are equal when their texts are.
public struct LocatedText: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    public var scalar: ConfigurationNode.Scalar
    public var location: SourceLocation

    public var text: String { scalar.text }
    public var description: String { text }

    public init(_ scalar: ConfigurationNode.Scalar, at location: SourceLocation) {
        self.scalar = scalar
        self.location = location
    }

    /// A text that stands in no file.
    public init(_ text: String) {
        let nowhere = SourceLocation(file: "", line: 0)
        self.init(ConfigurationNode.Scalar(text: text, isPlain: false, contentLocation: nowhere), at: nowhere)
    }

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

    public static func == (left: LocatedText, right: LocatedText) -> Bool {
        left.text == right.text
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

/// A place that does not count when values are compared.
public struct Place: Sendable, Hashable {
    public var location: SourceLocation

    public init(_ location: SourceLocation) {
        self.location = location
    }

    public static let nowhere = Place(SourceLocation(file: "", line: 0))

    public static func == (left: Place, right: Place) -> Bool { true }
    public func hash(into hasher: inout Hasher) {}
}

/// One entry of a mapping whose order is kept.
public struct Named<Value: Sendable & Equatable>: Sendable, Equatable {
    public var name: String
    public var value: Value
    /// Of the name.
    public var place: Place

    public init(_ name: String, _ value: Value, at place: Place = .nowhere) {
        self.name = name
        self.value = value
        self.place = place
    }
}

extension [Named<LocatedText>] {
    subscript(name: String) -> LocatedText? { first { $0.name == name }?.value }
}
