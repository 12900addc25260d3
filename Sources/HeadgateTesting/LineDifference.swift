/// The difference of two texts, line by line: the longest common subsequence stays, the rest is taken
/// out (`-`, expected) or put in (`+`, actual).
struct LineDifference: Sendable {
    enum Line: Sendable, Equatable {
        case same(String)
        case expected(String)
        case actual(String)
    }

    let lines: [Line]

    /// Texts of more lines than this are shown one after the other, since the search is quadratic.
    private static let searchLimit = 400

    init(expected: String, actual: String) {
        let old = expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let new = actual.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard old.count <= Self.searchLimit, new.count <= Self.searchLimit else {
            lines = old.map(Line.expected) + new.map(Line.actual)
            return
        }
        // lengths[i][j]: the longest common subsequence of what follows old[i] and new[j].
        var lengths = [[Int]](repeating: [Int](repeating: 0, count: new.count + 1), count: old.count + 1)
        for i in old.indices.reversed() {
            for j in new.indices.reversed() {
                lengths[i][j] =
                    old[i] == new[j] ? lengths[i + 1][j + 1] + 1 : max(lengths[i + 1][j], lengths[i][j + 1])
            }
        }
        var found: [Line] = []
        var i = 0
        var j = 0
        while i < old.count || j < new.count {
            if i < old.count, j < new.count, old[i] == new[j] {
                found.append(.same(old[i]))
                i += 1
                j += 1
            } else if j >= new.count || i < old.count && lengths[i + 1][j] >= lengths[i][j + 1] {
                found.append(.expected(old[i]))
                i += 1
            } else {
                found.append(.actual(new[j]))
                j += 1
            }
        }
        lines = found
    }

    func text(_ style: TextStyle, indent: String) -> String {
        lines.map { line in
            switch line {
            case .same(let text): "\(indent)  \(text)\n"
            case .expected(let text): indent + style.red("- \(text)") + "\n"
            case .actual(let text): indent + style.green("+ \(text)") + "\n"
            }
        }.joined()
    }
}
