import OrderedJSON
import Testing

/// Numbers as JSON spells them and as Java prints them.
@Suite struct NumberTests {
    @Test func doublesPrintAsInJava() throws {
        let rows = try Cases.rows("java-doubles.tsv")
        #expect(rows.count == 400)
        for row in rows {
            let bits = try #require(UInt64(row[0], radix: 16))
            #expect(JavaDouble.description(of: Double(bitPattern: bits)) == row[1])
        }
    }

    @Test(arguments: [
        (0.0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (100, "100.0"), (9_999_999, "9999999.0"), (1e7, "1.0E7"),
        (12_345_678.9, "1.23456789E7"), (0.001, "0.001"), (0.00099, "9.9E-4"), (1e-4, "1.0E-4"), (1e21, "1.0E21"),
        (2e23, "1.9999999999999998E23"), (.leastNonzeroMagnitude, "4.9E-324"),
        (.greatestFiniteMagnitude, "1.7976931348623157E308"), (9_007_199_254_740_992, "9.007199254740992E15"),
        (.infinity, "Infinity"), (-.infinity, "-Infinity"), (.nan, "NaN"), (1.0 / 3, "0.3333333333333333"),
    ])
    func notableDoubles(_ value: Double, _ text: String) {
        #expect(JavaDouble.description(of: value) == text)
    }

    /// The parser marks decimals that Java prints as they are written; they must really print so.
    @Test func decimalsThatAreCopiedPrintAlike() throws {
        var generator = SeededGenerator(seed: 11)
        var copied = 0
        for _ in 0..<100_000 {
            let whole = Int.random(in: 0..<10_000_000, using: &generator) >> Int.random(in: 0..<23, using: &generator)
            let places = Int.random(in: 1...9, using: &generator)
            let digits = (0..<places).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
            let text = "\(whole).\(digits)"
            let value = try #require(Double(text))
            let written = JSONWriter.string(try JSONDocument(text).root, style: .inputJSON)
            #expect(written == JavaDouble.description(of: value))
            if written == text { copied += 1 }
        }
        #expect(copied > 50_000)
    }

    @Test(arguments: [
        ("0", JavaNumber.integer(0)), ("-0", .integer(0)), ("2147483647", .integer(2_147_483_647)),
        ("-2147483648", .integer(-2_147_483_648)), ("2147483648", .long(2_147_483_648)),
        ("9223372036854775807", .long(.max)), ("-9223372036854775808", .long(.min)),
        ("9223372036854775808", .bigInteger("9223372036854775808")), ("1.0", .double(1)), ("1e2", .double(100)),
        ("0.3333333333333333", .double(1.0 / 3)), ("0.33333333333333333", .bigDecimal("0.33333333333333333")),
        ("1e999", .double(.infinity)),
    ])
    func classes(_ spelling: String, _ number: JavaNumber) throws {
        #expect(JavaNumber(try #require(JSONNumber(spelling))) == number)
    }

    @Test(arguments: [
        ("0.1234567890123456789012", "0.1234567890123456789012"), ("1234567890.1234567890", "1234567890.1234567890"),
        ("0.0000001234567890123456789", "1.234567890123456789E-7"),
        ("0.000001234567890123456789", "0.000001234567890123456789"),
        ("1234567890123456789e3", "1.234567890123456789E+21"), ("12345678901234567890e-3", "12345678901234567.890"),
        ("-1.00000000000000000000", "-1.00000000000000000000"), ("0.000000000000000000", "0E-18"),
        ("-0.000000000000000000", "0E-18"), ("100000000000000000000e-20", "1.00000000000000000000"),
        ("1000000000000000000000E+0", "1000000000000000000000"),
    ])
    func exactDecimalsPrintAsInJava(_ spelling: String, _ text: String) {
        #expect(JavaBigDecimal.description(of: spelling) == text)
    }

    @Test func doublesAreReadExactly() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: .random(in: .min ... .max, using: &generator))
            guard value.isFinite else { continue }
            var text = "\(value)"
            #expect(text.withUTF8 { JavaNumber.double($0) } == value)
        }
        for (spelling, value) in [("1e22", 1e22), ("1e23", 1e23), ("123456789012345678", 123_456_789_012_345_678.0)] {
            var text = spelling
            #expect(text.withUTF8 { JavaNumber.double($0) } == value)
        }
    }

    @Test func spellings() {
        #expect(JSONNumber("1.50")?.spelling == "1.50")
        #expect(["", "01", "1.", "+1", "1e", "NaN", "1 ", "0x1"].allSatisfy { JSONNumber($0) == nil })
        #expect(JSONNumber(Double.nan) == nil && JSONNumber(Double.infinity) == nil)
        #expect(JSONNumber(2.0)?.spelling == "2.0" && JSONNumber(7).int64 == 7)
        #expect(JSONNumber("1e2")?.isInteger == false && JSONNumber("1e2")?.int64 == nil)
        #expect(JSONNumber("4294967296")?.int32 == nil && JSONNumber("1e2")?.double == 100)
    }
}
