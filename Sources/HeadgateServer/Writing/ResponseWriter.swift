import Headgate
import HeadgateHTTP
import NIOCore

/// Writes responses to clients: framed anew from what the body really is.
enum ResponseWriter {
    enum Framing: Equatable {
        /// The response has no body and says nothing of one: 204, 304, or HEAD of an unknown length.
        case none
        /// Content-Length; the bytes follow unless the response has no body.
        case length(Int)
        case chunked
        /// The end of the connection is the end of the body, for HTTP/1.0.
        case untilClose
    }

    /// Appends the head of `response`.
    /// - Parameter date: the line's bytes, `Date: …` with its end.
    /// - Returns: false when a field may not go over the wire; nothing is written then.
    static func write(
        _ response: MethodResponse,
        framing: Framing,
        keepsAlive: Bool,
        date: [UInt8],
        into buffer: inout ByteBuffer,
    ) -> Bool {
        guard (200...599).contains(response.status) else { return false }
        var size = date.count + 160
        for field in response.headers.fields { size += field.name.utf8.count + field.value.utf8.count + 4 }
        let start = buffer.writerIndex
        var isBroken = false
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
            var cursor = WireCursor(memory)
            cursor.put(status: response.status)
            date.withUnsafeBufferPointer { cursor.put($0) }
            cursor.put(response.headers, except: isOwned)
            switch framing {
            case .none, .untilClose: break
            case .length(let length):
                cursor.put("Content-Length: ")
                cursor.put(decimal: length)
                cursor.put("\r\n")
            case .chunked:
                cursor.put("Transfer-Encoding: chunked\r\n")
            }
            cursor.put(keepsAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n")
            isBroken = cursor.isBroken
            return cursor.count
        }
        if isBroken { buffer.moveWriterIndex(to: start) }
        return !isBroken
    }

    /// What is answered when a response cannot be written: some stage put into it what no response may hold.
    static let unusable = MethodResponse(
        status: 500,
        headers: ["Content-Type": "application/json", "x-amzn-ErrorType": "InternalServerErrorException"],
        body: Body("{\"message\": \"Internal server error\"}"),
    )

    @inline(__always)
    private static func isOwned(_ name: String) -> Bool {
        if name.utf8.count == 4 { return name.equalsIgnoringASCIICase("Date") }
        return ConnectionFields.isOwned(name)
    }
}
