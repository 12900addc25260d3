/// Which addresses a request may be sent to, decided on what its host name resolved to: a name that anybody
/// chose must not lead into the operator's own network.
public enum AddressPolicy: Sendable, Hashable {
    /// Wherever the name leads: the operator wrote it.
    case any
    /// Addresses of the public internet, and these.
    case publicOnly(allowing: [AddressRange])

    /// Whether a connection to this address may be opened. An IPv6 address that leads to an IPv4 one (RFC 6052, RFC
    /// 3056) is judged as that.
    public func allows(_ address: InternetAddress) -> Bool {
        guard case .publicOnly(let ranges) = self else { return true }
        if ranges.contains(where: { $0.contains(address) }) { return true }
        return !AddressRange.special.contains { $0.contains(address.carried ?? address) }
    }
}

/// An IPv4 or IPv6 address. An IPv4 address that is written as an IPv6 one (`::ffff:10.0.0.1`) is that IPv4 address.
public struct InternetAddress: Sendable, Hashable {
    /// 16 bytes; an IPv4 address in its mapped form (RFC 4291 section 2.5.5.2).
    public let bytes: [UInt8]

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    /// From 4 or 16 bytes, the highest first; nil for another number of them.
    public init?(bytes: [UInt8]) {
        switch bytes.count {
        case 4: self.bytes = Self.mapped + bytes
        case 16: self.bytes = bytes
        default: return nil
        }
    }

    /// From text: `192.0.2.1`, `2001:db8::1`, without brackets and zones.
    public init?(_ text: String) {
        if let four = Self.four(text[...]) {
            bytes = Self.mapped + four
            return
        }
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard text.utf8.contains(UInt8(ascii: ":")), halves.count <= 2, let head = Self.groups(halves[0]) else {
            return nil
        }
        guard halves.count == 2 else {
            guard head.count == 16 else { return nil }
            bytes = head
            return
        }
        guard let tail = Self.groups(halves[1]), head.count + tail.count <= 14 else { return nil }
        bytes = head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// The IPv4 address that this IPv6 address leads to: by translation (RFC 6052, the well-known prefix) or
    /// by a tunnel (RFC 3056).
    var carried: InternetAddress? {
        if bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) {
            return InternetAddress(bytes: Array(bytes[12...]))
        }
        if bytes.starts(with: [0x20, 0x02]) { return InternetAddress(bytes: Array(bytes[2..<6])) }
        return nil
    }

    private static func four(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"), let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        if text.isEmpty { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let four = four(part) {
                bytes += four
                continue
            }
            guard (1...4).contains(part.utf8.count),
                part.utf8.allSatisfy({ UInt8(ascii: "+") != $0 && UInt8(ascii: "-") != $0 }),
                let group = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return bytes.count <= 16 ? bytes : nil
    }
}

/// Addresses that begin with the same bits: `10.0.0.0/8`, `fd00::/8`, or one address.
public struct AddressRange: Sendable, Hashable {
    private let first: InternetAddress
    /// Of 128.
    private let bits: Int

    /// One address.
    public init(_ address: InternetAddress) {
        first = address
        bits = 128
    }

    /// From text, an address and maybe `/` and the number of bits; nil for other text.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = InternetAddress(String(parts[0])) else { return nil }
        first = address
        guard parts.count == 2 else {
            bits = 128
            return
        }
        let isFour = !parts[0].utf8.contains(UInt8(ascii: ":"))
        guard let bits = Int(parts[1]), (0...(isFour ? 32 : 128)).contains(bits) else { return nil }
        self.bits = isFour ? bits + 96 : bits
    }

    /// Whether the address begins with the range's bits. An IPv4 range holds mapped IPv6 addresses, too.
    public func contains(_ address: InternetAddress) -> Bool {
        let whole = bits / 8
        guard address.bytes[..<whole] == first.bytes[..<whole] else { return false }
        let rest = bits % 8
        return rest == 0 || (address.bytes[whole] ^ first.bytes[whole]) >> UInt8(8 - rest) == 0
    }

    /// What is not the public internet (the IANA registries of special-purpose addresses, RFC 6890).
    static let special: [AddressRange] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4", "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "fc00::/7", "fe80::/10",
        "fec0::/10", "ff00::/8",
    ].compactMap { AddressRange($0) }
}
