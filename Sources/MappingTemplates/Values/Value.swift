/// A value while a template renders: what in Velocity is a Java object.
///
/// Payload values stay places in the parsed payload, and constant text stays a piece of the template, until
/// somebody changes them; copying a value of the first kinds costs nothing.
enum Value {
    /// Java's `null`: no value.
    case null
    case boolean(Bool)
    case byte(Int8)
    case short(Int16)
    case integer(Int32)
    case long(Int64)
    case float(Float)
    case double(Double)
    case character(UInt16)
    /// A string that stands in the template.
    case literal(TextRange)
    /// A string; see ``JavaText``.
    case text([UInt8])
    /// A string, number, array or object of a payload.
    case node(NodePlace)
    case list(ListObject)
    case map(MapObject)
    /// Anything else.
    case object(JavaObject)
    /// `$input`
    case input
    /// `$util`
    case util

    /// The empty string, which stands for a missing value in the service.
    static var empty: Value { .literal(TextRange()) }

    init(_ value: BigInteger) {
        self = .object(BigIntegerObject(value))
    }

    init(_ text: String) {
        self = .text(Array(text.utf8))
    }

    /// A Java `int`.
    init(int value: Int) {
        self = .integer(Int32(truncatingIfNeeded: value))
    }

    var isNull: Bool {
        if case .null = self { true } else { false }
    }
}

/// Where a payload value is: the document, by its number in the renderer, and the position in its index.
struct NodePlace: Hashable {
    var document: Int32
    var position: Int32
}
