/// Finds bytes in bytes in linear time (Knuth, Morris and Pratt).
enum ByteSearch {
    static func contains(_ text: UnsafeBufferPointer<UInt8>, _ part: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = part.first else { return true }
        guard part.count <= text.count else { return false }
        if part.count == 1 { return text.contains(first) }
        // For each position, how much of the part's start ends there.
        var borders = [0]
        borders.reserveCapacity(part.count)
        var matched = 0
        for index in 1..<part.count {
            while matched > 0, part[index] != part[matched] {
                matched = borders[matched - 1]
            }
            if part[index] == part[matched] { matched += 1 }
            borders.append(matched)
        }
        matched = 0
        for byte in text {
            while matched > 0, byte != part[matched] {
                matched = borders[matched - 1]
            }
            if byte == part[matched] { matched += 1 }
            if matched == part.count { return true }
        }
        return false
    }
}

extension Array {
    /// `contains(where:)` that keeps the type of what the closure throws.
    func containsThrowing<Failure: Error>(
        _ predicate: (Element) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        for element in self where try predicate(element) {
            return true
        }
        return false
    }

    /// `allSatisfy` that keeps the type of what the closure throws.
    func allSatisfyThrowing<Failure: Error>(
        _ predicate: (Element) throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        for element in self where try !predicate(element) {
            return false
        }
        return true
    }
}
