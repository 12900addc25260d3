/// Dates as HTTP writes them: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
enum HTTPDate {
    /// - Parameter seconds: since 1970; negative ones are taken for 0.
    static func bytes(_ seconds: Int64) -> [UInt8] {
        let seconds = max(seconds, 0)
        let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = civil(days)
        // The first of January 1970 was a Thursday.
        let weekday = Int((days + 4) % 7)
        var out: [UInt8] = []
        out.reserveCapacity(29)
        name(weekday, in: "SunMonTueWedThuFriSat", into: &out)
        out.append(contentsOf: ", ".utf8)
        two(day, into: &out)
        out.append(0x20)
        name(month - 1, in: "JanFebMarAprMayJunJulAugSepOctNovDec", into: &out)
        out.append(0x20)
        two(year / 100, into: &out)
        two(year % 100, into: &out)
        out.append(0x20)
        two(Int(time / 3600), into: &out)
        out.append(UInt8(ascii: ":"))
        two(Int(time / 60 % 60), into: &out)
        out.append(UInt8(ascii: ":"))
        two(Int(time % 60), into: &out)
        out.append(contentsOf: " GMT".utf8)
        return out
    }

    /// Year, month and day of a day since 1970, by Hinnant's algorithm: years start in March, so that
    /// the leap day is the last one.
    private static func civil(_ days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func name(_ index: Int, in names: StaticString, into out: inout [UInt8]) {
        names.withUTF8Buffer { out.append(contentsOf: $0[index * 3..<index * 3 + 3]) }
    }

    private static func two(_ number: Int, into out: inout [UInt8]) {
        out.append(UInt8(truncatingIfNeeded: 0x30 + number / 10 % 10))
        out.append(UInt8(truncatingIfNeeded: 0x30 + number % 10))
    }
}
