/// Did-you-mean: the nearest of a set of names.
public enum Suggestion {
    /// The candidate nearest to `word`, if it is near enough to be a slip of the fingers: at most one
    /// edit in three characters, upper and lower case counting as equal.
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        let folded = Array(word.lowercased().utf8.prefix(64))
        var best: (distance: Int, name: String)?
        for candidate in candidates {
            let distance = editDistance(folded, Array(candidate.lowercased().utf8.prefix(64)))
            if distance <= max(1, max(folded.count, candidate.utf8.count) / 3), distance < best?.distance ?? .max {
                best = (distance, candidate)
            }
        }
        return best?.name
    }

    /// `did you mean "NAME"?`, or nil.
    public static func didYouMean(_ word: String, among candidates: [String]) -> String? {
        nearest(to: word, among: candidates).map { "did you mean \"\($0)\"?" }
    }

    /// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
    private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [Int](repeating: i, count: b.count + 1)
            for j in 1...b.count {
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
