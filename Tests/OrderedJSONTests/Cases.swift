import Foundation

/// Tables of cases beside the tests: fields separated by tabs, `#` begins a comment line.
enum Cases {
    static func rows(_ name: String) throws -> [[Substring]] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases/\(name)")
        let text = try String(contentsOf: url, encoding: .utf8)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
    }

    /// The bytes of a field: `\xNN` is a byte, `\\` a backslash.
    static func bytes(_ field: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Substring(field).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            if rest.first == UInt8(ascii: "x"), let value = UInt8(String(rest.dropFirst().prefix(2)) ?? "", radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return bytes
    }
}

/// A small random number generator with a seed, so that failures repeat (xorshift*).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
