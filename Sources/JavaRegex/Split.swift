extension Pattern {
    /// The subject split around matches: Java's `Pattern.split` and `String.split`.
    ///
    /// An empty match at the very start gives no empty first piece. A subject without any match is the only piece.
    /// - Parameter limit: positive: at most so many pieces, the last of which holds the rest. Zero: as many as there
    ///   are, without empty ones at the end. Negative: all of them.
    /// - Throws: ``MatchError`` if the match was given up.
    public func split(
        _ subject: String,
        limit: Int = 0,
        limits: MatchLimits = .standard,
    ) throws(MatchError) -> [String] {
        guard limit != 1 else { return [subject] }
        var pieces: [String] = []
        var start = 0
        var produced = 0
        try forEachMatch(in: subject, limits) { _, range, bytes in
            if range.upperBound == 0 { return true }
            pieces.append(String(decoding: bytes[start..<range.lowerBound], as: UTF8.self))
            start = range.upperBound
            // A piece costs memory even if it is empty.
            produced += MemoryLayout<String>.stride + pieces[pieces.count - 1].utf8.count
            return produced <= limits.outputBytes && (limit <= 0 || pieces.count < limit - 1)
        }
        guard produced <= limits.outputBytes else { throw .outputTooLong }
        guard !pieces.isEmpty else { return [subject] }
        pieces.append(String(decoding: subject.utf8.dropFirst(start), as: UTF8.self))
        if limit == 0 {
            while pieces.last?.isEmpty == true { pieces.removeLast() }
        }
        return pieces
    }
}
