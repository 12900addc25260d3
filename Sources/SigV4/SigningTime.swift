/// A moment as signatures write it: `20250409T123456Z`, UTC.
public struct SigningTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Seconds since 1970.
    public let epochSeconds: Int64
    /// `20250409T123456Z`.
    public let text: String

    /// `20250409`, the date of a credential scope.
    public var date: Substring { text.prefix(8) }
    /// `20250409T123456Z`.
    public var description: String { text }

    /// - Parameter epochSeconds: moved into the years 1970 to 9999, which are all that can be written.
    public init(epochSeconds: Int64) {
        let seconds = min(max(epochSeconds, 0), 253_402_300_799)
        self.epochSeconds = seconds
        let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = Self.civil(days)
        var out: [UInt8] = []
        out.reserveCapacity(16)
        for (number, width) in [(year, 4), (month, 2), (day, 2)] { Self.append(number, width, &out) }
        out.append(UInt8(ascii: "T"))
        for number in [time / 3600, time / 60 % 60, time % 60] { Self.append(number, 2, &out) }
        out.append(UInt8(ascii: "Z"))
        text = String(decoding: out, as: UTF8.self)
    }

    /// Reads `20250409T123456Z`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            bytes[range].reduce(Int64?(0)) { sum, byte in
                guard let sum, byte >= 0x30, byte <= 0x39 else { return nil }
                return sum * 10 + Int64(byte - 0x30)
            }
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8), let hour = number(9..<11),
            let minute = number(11..<13), let second = number(13..<15), year >= 1970, (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        self.init(epochSeconds: Self.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
        // The 31st of a shorter month is another day, which is no date that anybody meant.
        guard self.text.utf8.elementsEqual(bytes) else { return nil }
    }

    /// Whether the left moment is earlier.
    public static func < (left: SigningTime, right: SigningTime) -> Bool {
        left.epochSeconds < right.epochSeconds
    }

    private static func append(_ number: Int64, _ width: Int, _ out: inout [UInt8]) {
        var factor: Int64 = width == 4 ? 1000 : 10
        while factor > 0 {
            out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / factor % 10))
            factor /= 10
        }
    }

    // The days of the Gregorian calendar in eras of 400 years that begin in March (Howard Hinnant's
    // "chrono-compatible low-level date algorithms").

    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
