import JSONPath
import OrderedJSON
import Testing

/// Numbers in filters are compared exactly, as Java's `BigDecimal`.
@Suite struct FilterNumberTests {
    @Test(arguments: [
        ("1", "==", "1.0", true), ("1", "==", "10e-1", true), ("0", "==", "-0.0", true), ("0", "==", "0e9", true),
        ("9007199254740993", "==", "9007199254740992", false), ("9007199254740993", ">", "9007199254740992", true),
        ("123456789012345678901234567890", ">", "123456789012345678901234567889", true),
        ("123456789012345678901234567890", "==", "1.2345678901234567890123456789e29", true),
        ("-5", "<", "-4.9", true), ("-5", "<", "0", true), ("0.1", "<", "0.10000001", true),
        ("1e300", ">", "1e299", true),
        ("100", ">", "99.999999999999999999999", true), ("0.0000001", "<", "1e-6", true), ("5", ">=", "5.00", true),
        ("12345678901234567890", "<", "12345678901234567891", true), ("1e5", "==", "100000", true),
    ])
    func comparison(_ left: String, _ operation: String, _ right: String, _ holds: Bool) throws {
        let root = try JSONDocument("[\(left)]").root
        let found = try JSONPath("$[?(@ \(operation) \(right))]").evaluate(root).value?.text(style: .compact)
        #expect(found == (holds ? "[\(left)]" : "[]"))
    }

    /// Java reads it as an infinite double, which is no decimal: there is no result at all.
    @Test func anInfiniteNumberEndsTheEvaluation() throws {
        let root = try JSONDocument("[1, 1e400]").root
        #expect(try JSONPath("$[?(@ > 0)]").evaluate(root).isMissing)
    }
}
