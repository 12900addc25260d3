/// `date-time`: RFC 3339, section 5.6.
enum DateTimeFormat {
    static func accepts(_ text: [UInt8]) -> Bool {
        // 1990-12-31T23:59:60Z
        guard text.count >= 20, text[4] == dash, text[7] == dash, text[10] | 0x20 == UInt8(ascii: "t"),
            text[13] == colon,
            text[16] == colon, let year = number(text[0..<4]), let month = number(text[5..<7]),
            let day = number(text[8..<10]), let hour = number(text[11..<13]), let minute = number(text[14..<16]),
            let second = number(text[17..<19])
        else { return false }
        guard (1...12).contains(month), day >= 1, day <= days(in: month, year), hour < 24, minute < 60, second < 61
        else {
            return false
        }
        var rest = text[19...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: isDigit)
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(digits.count + 1)
        }
        guard let offset = offset(rest) else { return false }
        // A leap second comes at the end of a day in UTC.
        let minuteOfDay = ((hour * 60 + minute - offset) % 1440 + 1440) % 1440
        return second < 60 || minuteOfDay == 1439
    }

    private static let dash = UInt8(ascii: "-")
    private static let colon = UInt8(ascii: ":")

    /// In minutes; nil for what is none.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int? {
        guard let first = text.first else { return nil }
        if first | 0x20 == UInt8(ascii: "z") { return text.count == 1 ? 0 : nil }
        let start = text.startIndex
        guard text.count == 6, first == dash || first == UInt8(ascii: "+"), text[start + 3] == colon,
            let hours = number(text[(start + 1)..<(start + 3)]), let minutes = number(text[(start + 4)..<(start + 6)]),
            hours < 24, minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (first == dash ? -1 : 1)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy(isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 & 15) }
    }

    private static func days(in month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
