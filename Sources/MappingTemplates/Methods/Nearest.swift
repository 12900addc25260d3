/// Did-you-mean: the nearest of a set of names.
enum Nearest {
    /// The name nearest to `word`, if it is near enough to be meant.
    static func name(to word: String, among names: [String]) -> String? {
        let folded = Array(word.lowercased().utf8.prefix(40))
        var best: (distance: Int, name: String)?
        for name in names {
            let distance = distance(folded, Array(name.lowercased().utf8.prefix(40)))
            if distance < best?.distance ?? Int.max { best = (distance, name) }
        }
        guard let best, best.distance <= max(2, folded.count / 2) else { return nil }
        return best.name
    }

    /// Insertions, deletions and replacements between two words.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let previous = row[j + 1]
                row[j + 1] = min(diagonal + (x == y ? 0 : 1), row[j] + 1, previous + 1)
                diagonal = previous
            }
        }
        return row[b.count]
    }
}
