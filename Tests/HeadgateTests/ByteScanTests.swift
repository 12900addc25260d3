import Testing

@testable import Headgate

/// Every byte at every place of texts of every length around a word, against the plain way of saying it.
@Suite struct ByteScanTests {
    private static func texts(with byte: UInt8, among others: UInt8) -> [[UInt8]] {
        (1...19).flatMap { length in
            (0..<length).map { place in
                var text = [UInt8](repeating: others, count: length)
                text[place] = byte
                return text
            }
        }
    }

    @Test(arguments: [UInt8(ascii: "a"), UInt8(ascii: "Z"), UInt8(ascii: "0"), 0x20, 0x7E])
    func findsControlsAndWhatIsNoASCII(others: UInt8) {
        for byte in UInt8.min...UInt8.max {
            let isControl = byte < 0x20 && byte != 0x09 || byte == 0x7F
            for text in Self.texts(with: byte, among: others) {
                let findings = text.withUnsafeBytes(ByteScan.findings)
                #expect(findings.hasControl == isControl && findings.isASCII == (byte < 0x80), "\(text)")
                #expect(text.withUnsafeBytes(ByteScan.isASCII) == (byte < 0x80), "\(text)")
            }
        }
        #expect([UInt8]([0x09, 0xFF, 0x01]).withUnsafeBytes(ByteScan.findings).hasControl)
    }

    @Test func knowsPlainNames() {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-".utf8)
        for byte in UInt8.min...UInt8.max {
            for text in Self.texts(with: byte, among: UInt8(ascii: "x")) {
                #expect(text.withUnsafeBytes(ByteScan.isPlainName) == plain.contains(byte), "\(text)")
            }
        }
    }

    @Test func comparesWithoutCaseOfASCIIOnly() {
        func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
        for left in UInt8.min...UInt8.max {
            for right in [left, left ^ 0x20, left ^ 0x80, left &+ 1] {
                for length in [1, 7, 8, 9, 16, 19] {
                    for place in [0, length / 2, length - 1] {
                        var a = [UInt8](repeating: 0x61, count: length)
                        var b = [UInt8](repeating: 0x41, count: length)
                        (a[place], b[place]) = (left, right)
                        let equal = a.withUnsafeBytes { a in b.withUnsafeBytes { ByteScan.isEqualIgnoringCase(a, $0) } }
                        #expect(equal == (folded(left) == folded(right)), "\(a) \(b)")
                    }
                }
            }
        }
        #expect("Content-Type".equalsIgnoringASCIICase("cONTENT-tYPE"))
        #expect(!"Content-Type".equalsIgnoringASCIICase("Content-Typ"))
    }
}

@Suite struct HexadecimalTextTests {
    @Test(arguments: [0, 1, 9, 10, 0xF, 0x0123_4567, 0x89AB_CDEF, 0xA0B1_C2D3, UInt32.max])
    func writesAllDigits(value: UInt32) {
        let digits = withUnsafeBytes(of: HexadecimalText.digits(value)) { String(decoding: $0, as: UTF8.self) }
        let plain = String(value, radix: 16)
        #expect(digits == String(repeating: "0", count: 8 - plain.count) + plain)
    }
}
