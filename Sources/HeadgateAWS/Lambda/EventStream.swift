/// The framing of `application/vnd.amazon.eventstream`: messages of named headers and a payload, each with
/// its length and two check sums.
enum EventStream {
    struct Message: Sendable, Equatable {
        /// `:event-type` of an event, `:exception-type` of an exception; "" without either.
        var type: String
        var isException: Bool
        var payload: [UInt8]
    }

    struct Damaged: Error, Equatable {
        let reason: String
    }

    /// Lambda's largest chunk is far below.
    private static let longestMessage = 16 << 20

    /// Takes bytes as they come and gives messages as they are complete.
    struct Decoder {
        private var buffer: [UInt8] = []
        private var start = 0

        /// Whether nothing of a message is left over.
        var isEmpty: Bool { start == buffer.count }

        mutating func append(_ bytes: some Sequence<UInt8>) {
            if start > 0 {
                buffer.removeSubrange(..<start)
                start = 0
            }
            buffer.append(contentsOf: bytes)
        }

        /// The next message; nil until more bytes have come.
        mutating func next() throws(Damaged) -> Message? {
            guard buffer.count - start >= 12 else { return nil }
            let length = EventStream.number(buffer, start)
            let headersLength = EventStream.number(buffer, start + 4)
            guard length >= 16, length <= EventStream.longestMessage, headersLength <= length - 16 else {
                throw Damaged(reason: "a message of \(length) bytes")
            }
            guard EventStream.number(buffer, start + 8) == Int(CRC32.sum(buffer[start..<(start + 8)])) else {
                throw Damaged(reason: "the check sum of a prelude is wrong")
            }
            guard buffer.count - start >= length else { return nil }
            let end = start + length
            guard EventStream.number(buffer, end - 4) == Int(CRC32.sum(buffer[start..<(end - 4)])) else {
                throw Damaged(reason: "the check sum of a message is wrong")
            }
            let headersEnd = start + 12 + headersLength
            var message = Message(type: "", isException: false, payload: Array(buffer[headersEnd..<(end - 4)]))
            try EventStream.read(buffer[(start + 12)..<headersEnd]) { name, value in
                if name == ":event-type" { message.type = value }
                if name == ":exception-type" || name == ":error-code" {
                    message = Message(type: value, isException: true, payload: message.payload)
                }
            }
            start = end
            return message
        }
    }

    /// One message, as a service would send it.
    static func encode(type: String, contentType: String, payload: [UInt8]) -> [UInt8] {
        var headers: [UInt8] = []
        for (name, value) in [(":message-type", "event"), (":event-type", type), (":content-type", contentType)] {
            headers.append(UInt8(truncatingIfNeeded: name.utf8.count))
            headers += name.utf8
            headers.append(7)
            headers += [UInt8(truncatingIfNeeded: value.utf8.count >> 8), UInt8(truncatingIfNeeded: value.utf8.count)]
            headers += value.utf8
        }
        var out =
            bytes(UInt32(truncatingIfNeeded: 16 + headers.count + payload.count))
            + bytes(UInt32(truncatingIfNeeded: headers.count))
        out += bytes(CRC32.sum(out))
        out += headers
        out += payload
        out += bytes(CRC32.sum(out))
        return out
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    fileprivate static func number(_ bytes: [UInt8], _ at: Int) -> Int {
        Int(bytes[at]) << 24 | Int(bytes[at + 1]) << 16 | Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
    }

    /// Header values that are text; all other types have a known length and are passed over.
    private static func read(_ bytes: ArraySlice<UInt8>, _ body: (String, String) -> Void) throws(Damaged) {
        var rest = bytes
        func take(_ count: Int) throws(Damaged) -> ArraySlice<UInt8> {
            guard rest.count >= count else { throw Damaged(reason: "a header is cut off") }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        func length() throws(Damaged) -> Int {
            let two = try take(2)
            return two.reduce(0) { $0 << 8 | Int($1) }
        }
        while let nameLength = rest.popFirst() {
            let name = String(decoding: try take(Int(nameLength)), as: UTF8.self)
            let type = try take(1).first
            switch type {
            case 0, 1: continue
            case 2: _ = try take(1)
            case 3: _ = try take(2)
            case 4: _ = try take(4)
            case 5, 8: _ = try take(8)
            case 6: _ = try take(try length())
            case 7: body(name, String(decoding: try take(try length()), as: UTF8.self))
            case 9: _ = try take(16)
            default: throw Damaged(reason: "a header has an unknown type")
            }
        }
    }
}

/// The check sum of IEEE 802.3.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }

    static func sum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var sum: UInt32 = 0xFFFF_FFFF
            let isDone: Void? = bytes.withContiguousStorageIfAvailable { bytes in
                for byte in bytes { sum = sum >> 8 ^ table[Int((sum ^ UInt32(byte)) & 0xFF)] }
            }
            if isDone == nil {
                for byte in bytes { sum = sum >> 8 ^ table[Int((sum ^ UInt32(byte)) & 0xFF)] }
            }
            return ~sum
        }
    }
}
