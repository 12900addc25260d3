/// A text in which `*` stands for any characters, `/` and `:` included, and `?` for one.
struct WildcardPattern: Sendable {
    private let pattern: [UInt8]

    init(_ text: String) {
        pattern = Array(text.utf8)
    }

    /// Linear in the text for each star: only the last star is ever gone back to.
    func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { text in
            var at = 0
            var place = 0
            var star: (place: Int, at: Int)?
            while at < text.count {
                if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                    star = (place, at)
                    place += 1
                } else if place < pattern.count, pattern[place] == UInt8(ascii: "?") || pattern[place] == text[at] {
                    place += 1
                    at += 1
                } else if let last = star {
                    place = last.place + 1
                    at = last.at + 1
                    star = (last.place, at)
                } else {
                    return false
                }
            }
            return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
        }
    }
}
