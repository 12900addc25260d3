/// A moment in the Gregorian calendar, UTC.
struct CalendarTime {
    /// Since 1970-01-01T00:00:00Z.
    let seconds: Double

    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Nil outside of the years 0 to 9999.
    init?(seconds: Double) {
        guard seconds >= -62_167_219_200, seconds < 253_402_300_800 else { return nil }
        self.seconds = seconds
    }

    /// Reads RFC 3339 (`2026-01-31T12:00:00.5+01:00`) and the preferred HTTP date (RFC 9110, section 5.6.7).
    init?(parsing text: String) {
        var reader = Reader(bytes: Array(text.utf8.prefix(64)))
        guard text.utf8.count <= 40, let seconds = reader.internetDate() ?? reader.httpDate() else { return nil }
        self.init(seconds: seconds)
    }

    // MARK: Calendar

    /// Days since 1970 of a date, by the civil calendar's 400-year cycle (146,097 days), years from March.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let cycle = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfCycle = shifted - cycle * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return cycle * 146_097 + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear - 719_468
    }

    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let cycle = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfCycle = shifted - cycle * 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private func parts() -> (days: Int, hour: Int, minute: Int, second: Int, millisecond: Int) {
        let milliseconds = Int((seconds * 1000).rounded(.down))
        let whole = milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
        let days = whole >= 0 ? whole / 86_400 : (whole - 86_399) / 86_400
        let rest = whole - days * 86_400
        return (days, rest / 3600, rest / 60 % 60, rest % 60, milliseconds - whole * 1000)
    }

    /// `2026-01-31T12:00:00.500Z`.
    var iso8601: String {
        let (days, hour, minute, second, millisecond) = parts()
        let (year, month, day) = Self.date(days: days)
        return "\(Self.padded(year, 4))-\(Self.padded(month))-\(Self.padded(day))T\(Self.padded(hour)):"
            + "\(Self.padded(minute)):\(Self.padded(second)).\(Self.padded(millisecond, 3))Z"
    }

    /// `Sat, 31 Jan 2026 12:00:00 GMT`.
    var httpDate: String {
        let (days, hour, minute, second, _) = parts()
        let (year, month, day) = Self.date(days: days)
        let weekday = ((days + 3) % 7 + 7) % 7
        return "\(Self.days[weekday]), \(Self.padded(day)) \(Self.months[month - 1]) \(Self.padded(year, 4)) "
            + "\(Self.padded(hour)):\(Self.padded(minute)):\(Self.padded(second)) GMT"
    }

    // MARK: Reading

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func number(_ width: Int) -> Int? {
            guard position + width <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[position..<(position + width)] {
                guard byte &- 0x30 < 10 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            position += width
            return value
        }

        mutating func skip(_ text: StaticString) -> Bool {
            let matches = text.withUTF8Buffer { expected in
                position + expected.count <= bytes.count
                    && bytes[position..<(position + expected.count)].elementsEqual(expected)
            }
            if matches { position += text.utf8CodeUnitCount }
            return matches
        }

        mutating func word(of words: [String]) -> Int? {
            guard position + 3 <= bytes.count else { return nil }
            let word = String(decoding: bytes[position..<(position + 3)], as: UTF8.self)
            position += 3
            return words.firstIndex(of: word)
        }

        mutating func clock() -> Int? {
            guard let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2),
                hour < 24, minute < 60, second < 61
            else { return nil }
            return hour * 3600 + minute * 60 + second
        }

        private static func isDate(_ year: Int, _ month: Int, _ day: Int) -> Bool {
            guard (1...12).contains(month), (1...31).contains(day) else { return false }
            return CalendarTime.date(days: CalendarTime.days(year: year, month: month, day: day)) == (year, month, day)
        }

        mutating func internetDate() -> Double? {
            position = 0
            guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2),
                Self.isDate(year, month, day), skip("T") || skip("t") || skip(" "), let time = clock()
            else { return nil }
            var fraction = 0.0
            if skip(".") {
                var scale = 0.1
                guard position < bytes.count, bytes[position] &- 0x30 < 10 else { return nil }
                while position < bytes.count, bytes[position] &- 0x30 < 10 {
                    fraction += Double(bytes[position] - 0x30) * scale
                    scale /= 10
                    position += 1
                }
            }
            var offset = 0
            if !skip("Z"), !skip("z") {
                let sign = skip("+") ? 1 : skip("-") ? -1 : 0
                guard sign != 0, let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60
                else {
                    return nil
                }
                offset = sign * (hours * 60 + minutes) * 60
            }
            guard position == bytes.count else { return nil }
            return Double(CalendarTime.days(year: year, month: month, day: day) * 86_400 + time - offset) + fraction
        }

        mutating func httpDate() -> Double? {
            position = 0
            guard word(of: CalendarTime.days) != nil, skip(", "), let day = number(2), skip(" "),
                let month = word(of: CalendarTime.months), skip(" "), let year = number(4), skip(" "),
                let time = clock(), skip(" GMT"), position == bytes.count, Self.isDate(year, month + 1, day)
            else { return nil }
            return Double(CalendarTime.days(year: year, month: month + 1, day: day) * 86_400 + time)
        }
    }
}
