import OrderedJSON

/// A list of values that a path found, in the order in which it found them.
public struct JSONPathList: Sendable, RandomAccessCollection {
    private enum Storage {
        case nodes(JSONDocument, [Int])
        case values([JSONPathValue])
    }

    private let storage: Storage

    /// A list of values of one document, by their positions in its index; see `JSONTape`.
    public init(_ document: JSONDocument, positions: [Int]) {
        storage = .nodes(document, positions)
    }

    /// A list of values that were computed, or that are of several documents.
    public init(_ values: [JSONPathValue]) {
        storage = .values(values)
    }

    /// Always zero.
    public var startIndex: Int { 0 }

    /// The number of values.
    public var endIndex: Int {
        switch storage {
        case .nodes(_, let positions): positions.count
        case .values(let values): values.count
        }
    }

    /// The value at `index`, which must be below ``endIndex`` as in every Swift collection.
    public subscript(index: Int) -> JSONPathValue {
        switch storage {
        case .nodes(let document, let positions): .node(JSONNode(document: document, position: positions[index]))
        case .values(let values): values[index]
        }
    }

    /// The document and positions, if all values are of one document.
    public var positions: (document: JSONDocument, positions: [Int])? {
        if case .nodes(let document, let positions) = storage { (document, positions) } else { nil }
    }

    func append(to output: inout [UInt8], style: JSONStyle, level: Int) {
        switch storage {
        case .nodes(let document, let positions):
            document.withTape { tape in
                JSONWriter.appendArray(positions, to: &output, style: style, level: level) { position, output in
                    JSONWriter.append(tape, position, to: &output, style: style, level: level + 1)
                }
            }
        case .values(let values):
            JSONWriter.appendArray(values, to: &output, style: style, level: level) { value, output in
                value.append(to: &output, style: style, level: level + 1)
            }
        }
    }
}
