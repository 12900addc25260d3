import Headgate

/// How a condition compares the request's value with the policy's.
enum PolicyOperator: Sendable, Equatable {
    enum Order: Sendable, Equatable { case equal, less, lessOrEqual, greater, greaterOrEqual }

    case string, stringIgnoringCase, like, address, bool, null
    case number(Order)
    case date(Order)

    /// IAM's name of an operator, without `IfExists` and quantifiers.
    static func named(_ name: String) -> (PolicyOperator, isNegated: Bool)? { table[name] }

    static let names = table.keys.sorted()

    private static let table: [String: (PolicyOperator, isNegated: Bool)] = {
        var table: [String: (PolicyOperator, isNegated: Bool)] = [
            "StringEquals": (.string, false), "StringNotEquals": (.string, true),
            "StringEqualsIgnoreCase": (.stringIgnoringCase, false),
            "StringNotEqualsIgnoreCase": (.stringIgnoringCase, true),
            "StringLike": (.like, false), "StringNotLike": (.like, true),
            "ArnEquals": (.like, false), "ArnNotEquals": (.like, true), "ArnLike": (.like, false),
            "ArnNotLike": (.like, true),
            "IpAddress": (.address, false), "NotIpAddress": (.address, true), "Bool": (.bool, false),
            "Null": (.null, false),
        ]
        let orders: [(String, Order)] = [
            ("Equals", .equal), ("LessThan", .less), ("LessThanEquals", .lessOrEqual), ("GreaterThan", .greater),
            ("GreaterThanEquals", .greaterOrEqual),
        ]
        for (name, order) in orders {
            table["Numeric" + name] = (.number(order), false)
            table["Date" + name] = (.date(order), false)
        }
        table["NumericNotEquals"] = (.number(.equal), true)
        table["DateNotEquals"] = (.date(.equal), true)
        return table
    }()

    var expectation: String {
        switch self {
        case .string, .stringIgnoringCase, .like: "a text or a list of texts"
        case .address: "an address or a range such as 192.0.2.0/24"
        case .bool, .null: "true or false"
        case .number: "a number"
        case .date: "a date such as 2025-04-09T00:00:00Z"
        }
    }

    /// Whether a text may stand in a policy under this operator.
    func takes(_ text: String) -> Bool {
        switch self {
        case .string, .stringIgnoringCase, .like: true
        case .address: AddressRange(text) != nil
        case .bool, .null: text.lowercased() == "true" || text.lowercased() == "false"
        case .number: Double(text) != nil
        case .date: PolicyDate.seconds(text) != nil
        }
    }

    /// - Parameters:
    ///   - value: the request's.
    ///   - wanted: the policy's.
    func matches(_ value: String, _ wanted: String) -> Bool {
        switch self {
        case .string: return value == wanted
        case .stringIgnoringCase: return value.lowercased() == wanted.lowercased()
        case .like: return WildcardPattern(wanted).matches(value)
        case .address:
            guard let range = AddressRange(wanted), let address = AddressRange(value) else { return false }
            return range.contains(address)
        case .bool: return value.lowercased() == wanted.lowercased()
        case .null: return false
        case .number(let order): return Self.compare(Double(value), Double(wanted), order)
        case .date(let order): return Self.compare(PolicyDate.seconds(value), PolicyDate.seconds(wanted), order)
        }
    }

    private static func compare(_ left: Double?, _ right: Double?, _ order: Order) -> Bool {
        guard let left, let right else { return false }
        return switch order {
        case .equal: left == right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        }
    }
}

/// A block of addresses: `192.0.2.0/24`, `2001:db8::/32`, or one address.
struct AddressRange: Sendable {
    private let bytes: [UInt8]
    private let bits: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Self.ipv4(parts[0]) ?? Self.ipv6(parts[0]) else { return nil }
        bytes = address
        guard parts.count == 2 else {
            bits = address.count * 8
            return
        }
        guard let number = Int(parts[1]), number >= 0, number <= address.count * 8 else { return nil }
        bits = number
    }

    func contains(_ other: AddressRange) -> Bool {
        guard bytes.count == other.bytes.count, other.bits >= bits else { return false }
        let whole = bits / 8
        guard bytes[..<whole].elementsEqual(other.bytes[..<whole]) else { return false }
        let rest = bits % 8
        return rest == 0 || (bytes[whole] ^ other.bytes[whole]) >> UInt8(8 - rest) == 0
    }

    private static func ipv4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            part.utf8.count <= 3 && part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? UInt8(part) : nil
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func ipv6(_ text: Substring) -> [UInt8]? {
        guard text.utf8.count <= 45, text.contains(":") else { return nil }
        let halves = text.components(separatedBy: "::")
        guard halves.count <= 2 else { return nil }
        var groups: [[UInt8]] = []
        for half in halves {
            var bytes: [UInt8] = []
            let parts = half.isEmpty ? [] : half.split(separator: ":", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if index == parts.count - 1, let tail = ipv4(part) {
                    bytes += tail
                } else if (1...4).contains(part.utf8.count), let group = UInt16(part, radix: 16), part.first != "+" {
                    bytes += [UInt8(group >> 8), UInt8(group & 255)]
                } else {
                    return nil
                }
            }
            groups.append(bytes)
        }
        let count = groups.reduce(0) { $0 + $1.count }
        if halves.count == 1 { return count == 16 ? groups[0] : nil }
        guard count <= 14 else { return nil }
        let address = groups[0] + [UInt8](repeating: 0, count: 16 - count) + groups[1]
        // An IPv4 client on an IPv6 socket.
        let mapped = [UInt8](repeating: 0, count: 10) + [255, 255]
        return address.starts(with: mapped) ? Array(address[12...]) : address
    }
}

extension Substring {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        var found: [Substring] = []
        var start = startIndex
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(separator) {
                found.append(self[start..<at])
                at = index(at, offsetBy: separator.count)
                start = at
            } else {
                at = index(after: at)
            }
        }
        return found + [self[start...]]
    }
}

/// Dates of policies: `2025-04-09T12:30:00Z`, `2025-04-09`, or seconds since 1970.
enum PolicyDate {
    static func seconds(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        if bytes.count <= 15, let seconds = Double(text), seconds.isFinite { return seconds }
        guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes[0..<4]),
            let month = number(bytes[5..<7]), let day = number(bytes[8..<10]), (1...12).contains(month),
            (1...31).contains(day)
        else { return nil }
        var seconds = Double(days(year, month, day)) * 86_400
        if bytes.count == 10 { return seconds }
        guard bytes.count >= 17, bytes[10] == UInt8(ascii: "T"), bytes.last == UInt8(ascii: "Z"),
            bytes[13] == UInt8(ascii: ":"),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), hour < 24, minute < 60
        else { return nil }
        seconds += Double(hour * 3600 + minute * 60)
        if bytes.count == 17 { return seconds }
        guard bytes[16] == UInt8(ascii: ":"),
            let second = Double(String(decoding: bytes[17..<(bytes.count - 1)], as: UTF8.self)),
            second >= 0, second < 61
        else { return nil }
        return seconds + second
    }

    /// `2025-04-09T12:30:00Z`.
    static func text(milliseconds: Int64) -> String {
        let seconds = max(0, milliseconds / 1000)
        let (year, month, day) = RequestTime.civil(days: seconds / 86_400)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(year)-\(two(Int64(month)))-\(two(Int64(day)))T\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))Z"
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 & 15) }
    }

    /// Days since 1970-01-01 in the Gregorian calendar; the year begins in March, so that the leap day ends it.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let era = shifted / 400
        let yearOfEra = shifted % 400
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
