import CLua
import Cryptography
import Headgate

/// `host.crypto` and `host.hex`: hashes, keyed hashes, random bytes.
enum CryptoFunctions {
    static let all: [HostLibrary.Function] =
        [
            HostLibrary.Function("crypto", "digest", digest),
            HostLibrary.Function("crypto", "hmac", hmac),
            HostLibrary.Function("crypto", "random", random),
            HostLibrary.Function("crypto", "equals", equals),
            HostLibrary.Function("hex", "encode", encodeHex),
            HostLibrary.Function("hex", "decode", decodeHex),
        ]

    private static let mostRandom = 1024

    private static func function(_ call: LuaCall, at index: Int32) throws(LuaRaise) -> HashFunction {
        guard let function = HashFunction(rawValue: try call.text(index)) else {
            throw .argument(index, "the algorithm is \"sha256\", \"sha384\" or \"sha512\"")
        }
        return function
    }

    /// Hashing counts against the budget like any other work.
    static func charge(_ call: LuaCall, bytes: Int) {
        hg_thread_charge(call.execution.thread, UInt32(clamping: bytes))
    }

    private static let digest: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let function = try function(call, at: 1)
            let bytes = try call.bytes(2)
            charge(call, bytes: bytes.count)
            call.stack.push(function.digest(bytes))
            return 1
        }
    }

    /// `host.crypto.hmac(algorithm, key, text)`; the key may be a secret.
    private static let hmac: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let function = try function(call, at: 1)
            let key = try call.secretOrBytes(2)
            let bytes = try call.bytes(3)
            charge(call, bytes: bytes.count + key.count)
            call.stack.push(HMAC.code(function, key: key, bytes))
            return 1
        }
    }

    private static let random: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let count = try call.integer(1)
            guard (0...mostRandom).contains(count) else {
                throw .argument(1, "the number of bytes is 0 to \(mostRandom)")
            }
            var generator = SystemRandomNumberGenerator()
            call.stack.push((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            return 1
        }
    }

    /// Compares in a time that says nothing about where two texts differ.
    private static let equals: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            call.stack.push(HMAC.isEqual(try call.secretOrBytes(1), try call.secretOrBytes(2)))
            return 1
        }
    }

    // MARK: Hexadecimal digits

    private static let encodeHex: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let digits = Array("0123456789abcdef".utf8)
            call.stack.push(try call.bytes(1).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
            return 1
        }
    }

    private static let decodeHex: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let text = try call.bytes(1)
            var out: [UInt8] = []
            guard text.count % 2 == 0 else { return call.failed("the text has an odd number of digits") }
            for index in stride(from: 0, to: text.count, by: 2) {
                guard let high = value(text[index]), let low = value(text[index + 1]) else {
                    return call.failed("the text has other characters than hexadecimal digits")
                }
                out.append(high << 4 | low)
            }
            call.stack.push(out)
            return 1
        }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }
}
