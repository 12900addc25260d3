import Headgate

/// A small fixed set of header names with a value each, found in any ASCII case without allocation:
/// first by length, then byte for byte.
struct HeaderNameTable<Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        let name: [UInt8]
        let value: Value
    }

    /// Sorted by length; `starts[n]` is the first entry with a name of `n` bytes.
    private let entries: [Entry]
    private let starts: [Int]

    init(_ pairs: [(String, Value)]) {
        entries = pairs.map { Entry(name: Array($0.0.utf8), value: $0.1) }
            .sorted { $0.name.count < $1.name.count }
        let longest = entries.last?.name.count ?? 0
        var starts = [Int](repeating: entries.count, count: longest + 2)
        for (index, entry) in entries.enumerated().reversed() {
            starts[entry.name.count] = index
        }
        for length in stride(from: longest, through: 0, by: -1) {
            starts[length] = min(starts[length], starts[length + 1])
        }
        self.starts = starts
    }

    subscript(name: String) -> Value? {
        let length = name.utf8.count
        guard length + 1 < starts.count else { return nil }
        let range = starts[length]..<starts[length + 1]
        guard !range.isEmpty else { return nil }
        return name.withBytes { index(of: $0, in: range) }.map { entries[$0].value }
    }

    func contains(_ name: String) -> Bool { self[name] != nil }

    private func index(of bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) -> Int? {
        range.first { index in
            entries[index].name.withUnsafeBytes { ByteScan.isEqualIgnoringCase($0, UnsafeRawBufferPointer(bytes)) }
        }
    }
}

extension HeaderNameTable where Value == Void {
    init(names: [String]) {
        self.init(names.map { ($0, ()) })
    }
}
