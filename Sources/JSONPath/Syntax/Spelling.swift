/// Finds what somebody may have meant.
enum Spelling {
    /// The candidate that differs least from `word`, if that is at most two letters and a third of it.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let letters = Array(word.lowercased().utf8)
        guard letters.count <= 24 else { return nil }
        let limit = min(2, max(1, letters.count / 3))
        let ranked = candidates.map { (distance(letters, Array($0.lowercased().utf8)), $0) }
        guard let best = ranked.min(by: { $0.0 < $1.0 }), best.0 <= limit else { return nil }
        return best.1
    }

    /// Levenshtein's distance.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let changed = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
