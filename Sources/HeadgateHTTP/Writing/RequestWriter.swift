import Headgate
import NIOCore

/// Writes requests to backends: everything framed anew from what the request really is.
enum RequestWriter {
    enum Framing: Equatable {
        /// No body and no field that speaks of one.
        case none
        case length(Int)
        case chunked
    }

    /// Appends the head of `request` to `buffer`.
    /// - Returns: false when the request holds something that may not go over the wire; nothing is written then.
    static func write(
        _ request: IntegrationRequest,
        to endpoint: Endpoint,
        framing: Framing,
        into buffer: inout ByteBuffer,
    ) -> Bool {
        guard HeaderSyntax.isToken(request.method) else { return false }
        let target = request.target
        guard target.utf8.first == UInt8(ascii: "/") else { return false }
        var size = request.method.utf8.count + target.utf8.count + endpoint.authority.utf8.count + 80
        for field in request.headers.fields { size += field.name.utf8.count + field.value.utf8.count + 4 }
        let start = buffer.writerIndex
        var isBroken = false
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
            var cursor = WireCursor(memory)
            cursor.put(request.method)
            cursor.put(0x20)
            cursor.put(target: target)
            cursor.put(" HTTP/1.1\r\n")
            // Host comes first (RFC 9110 section 7.2).
            cursor.put(name: "Host", value: request.headers.last("Host") ?? endpoint.authority)
            cursor.put(request.headers) { name in
                ConnectionFields.isOwnedByRequest(name) || name.utf8.count == 4 && name.equalsIgnoringASCIICase("Host")
            }
            switch framing {
            case .none: break
            case .length(let length):
                cursor.put("Content-Length: ")
                cursor.put(decimal: length)
                cursor.put("\r\n")
            case .chunked:
                cursor.put("Transfer-Encoding: chunked\r\n")
            }
            cursor.put("\r\n")
            isBroken = cursor.isBroken
            return cursor.count
        }
        if isBroken { buffer.moveWriterIndex(to: start) }
        return !isBroken
    }

    /// Whether a request of this method says `Content-Length: 0` when it has no body (RFC 9110 section 8.6).
    static func anticipatesBody(_ method: String) -> Bool {
        method == "POST" || method == "PUT" || method == "PATCH"
    }
}
