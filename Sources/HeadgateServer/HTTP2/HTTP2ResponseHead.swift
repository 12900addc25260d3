import Headgate
import HeadgateHTTP
import NIOHPACK

/// The head of a response as HTTP/2 has it: names in lower case, nothing about the connection.
enum HTTP2ResponseHead {
    /// - Parameter date: a line of HTTP/1.1, as the loop's home keeps it.
    /// - Returns: nil when the status or a field may not go over the wire.
    static func make(_ response: MethodResponse, isHEAD: Bool, date: [UInt8]) -> HPACKHeaders? {
        guard (200...599).contains(response.status) else { return nil }
        var head = HPACKHeaders()
        head.reserveCapacity(response.headers.fields.count + 3)
        head.add(name: ":status", value: String(response.status))
        head.add(name: "date", value: String(decoding: date.dropFirst(6).dropLast(2), as: UTF8.self))
        for field in response.headers.fields {
            let name = field.name.lowercased()
            if name == "date" || name == "upgrade" || ConnectionFields.isOwned(name) { continue }
            guard isName(name), isValue(field.value) else { return nil }
            head.add(name: name, value: field.value)
        }
        if let length = contentLength(response, isHEAD: isHEAD) {
            head.add(name: "content-length", value: String(length))
        }
        return head
    }

    private static func contentLength(_ response: MethodResponse, isHEAD: Bool) -> Int? {
        let isBodiless = isHEAD || response.status == 204 || response.status == 304
        switch response.body {
        case .bytes(let bytes): return isBodiless && !(isHEAD && !bytes.isEmpty) ? nil : bytes.count
        case .stream(let stream): return isBodiless && !isHEAD ? nil : stream.expectedLength
        }
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy(ByteSet.token.contains)
    }

    private static func isValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}
