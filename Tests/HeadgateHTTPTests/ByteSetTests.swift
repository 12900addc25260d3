import Headgate
import Testing

@testable import HeadgateHTTP

@Suite struct ByteSetTests {
    @Test func tokensAreThoseOfTheCore() {
        for byte in UInt8.min...UInt8.max {
            let text = String(decoding: [byte], as: UTF8.self)
            let expected = byte < 0x80 && HeaderSyntax.isToken(text)
            #expect(ByteSet.token.contains(byte) == expected, "byte \(byte)")
        }
    }

    @Test(arguments: [
        (ByteSet.path, "-._~!$&'()*+,;=:@%/[]|"),
        (ByteSet.query, "-._~!$&'()*+,;=:@%/?[]|\\^`{}"),
        (ByteSet.registeredName, "-._~!$&'()*+,;="),
    ])
    func setsHoldLettersDigitsAndTheirMarks(_ set: ByteSet, _ marks: String) {
        for byte in UInt8.min...UInt8.max {
            let scalar = Unicode.Scalar(byte)
            let isAlphanumeric = byte < 0x80 && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte))
            let isMark = byte < 0x80 && marks.utf8.contains(byte)
            #expect(set.contains(byte) == (isAlphanumeric || isMark), "byte \(byte)")
        }
    }

    @Test func hexadecimalDigits() {
        for byte in UInt8.min...UInt8.max {
            let expected = byte < 0x80 ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
            #expect(ASCII.hexValue(byte).map(Int.init) == expected)
        }
    }
}
