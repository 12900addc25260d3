import Headgate
import HeadgateStages

/// What came of an invocation on this machine.
struct FunctionOutcome: Sendable {
    var payload: [UInt8]
    var isError: Bool
    var log: [UInt8] = []
    /// The caller has got the payload already, as it came.
    var wasStreamed = false

    static func failed(type: String, message: String, log: [UInt8]) -> FunctionOutcome {
        var out = JSONBuilder()
        out.open()
        out.member("errorType", type)
        out.member("errorMessage", message)
        out.close()
        return FunctionOutcome(payload: out.bytes, isError: true, log: log)
    }

    /// Bytes that somebody else has written, as they may stand in a line of a log: no line breaks, no sequences
    /// that a terminal obeys.
    static func printable(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        for byte in bytes where byte != 0x0D {
            if byte == 0x09 || byte >= 0x20 && byte != 0x7F {
                out.append(byte)
            } else {
                out += "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
