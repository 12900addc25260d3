import Headgate

/// Header fields that belong to one connection or to the framing of one message: whoever writes a
/// message makes them, so a mapping's, a script's or a peer's are never written (RFC 9110 section 7.6.1).
package enum ConnectionFields {
    /// Whether the writer of a request leaves the field out. `TE` says what a client's connection can bear; in a
    /// response it says nothing, and passes (recorded on the service).
    @inline(__always)
    package static func isOwnedByRequest(_ name: String) -> Bool {
        isOwned(name) || name.utf8.count == 2 && name.equalsIgnoringASCIICase("TE")
    }

    /// Whether the writer of any message leaves the field out.
    @inline(__always)
    package static func isOwned(_ name: String) -> Bool {
        switch name.utf8.count {
        case 10: name.equalsIgnoringASCIICase("Connection") || name.equalsIgnoringASCIICase("Keep-Alive")
        case 14: name.equalsIgnoringASCIICase("Content-Length")
        case 16: name.equalsIgnoringASCIICase("Proxy-Connection")
        case 17: name.equalsIgnoringASCIICase("Transfer-Encoding")
        default: false
        }
    }
}
