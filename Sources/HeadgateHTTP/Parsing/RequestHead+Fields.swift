import Headgate

extension RequestHead {
    /// Reads the head of an HTTP/2 request from its decoded fields (RFC 9113 section 8.3), by the rules and
    /// within the limits of ``RequestParser``: what a request means does not depend on how it came.
    ///
    /// `:authority` becomes the first field, `Host`, and several `cookie` fields become one.
    /// - Parameters:
    ///   - fields: names and values in their order, those with a colon in front first.
    ///   - hasBody: whether a payload follows the head.
    package init(
        fields: some Sequence<(name: String, value: String)>,
        hasBody: Bool,
        limits: MessageLimits = MessageLimits(),
        allowsEncodedSlash: Bool = true,
    ) throws(MessageError) {
        var line = RequestLine()
        var block = FieldBlock()
        var cookies: [String] = []
        var hasFields = false
        for (name, value) in fields {
            if name.utf8.first == UInt8(ascii: ":") {
                guard !hasFields else { throw .pseudoField }
                try line.note(name, value)
                continue
            }
            if !hasFields, let authority = line.authority { try block.add(name: "Host", value: authority, limits) }
            hasFields = true
            if name == "cookie" {
                cookies.append(value)
            } else if name == "host", let authority = line.authority {
                guard authority.equalsIgnoringASCIICase(value) else { throw .hostMismatch }
            } else {
                try Self.check(name, value)
                try block.add(name: name, value: value, limits)
            }
        }
        if !hasFields, let authority = line.authority { try block.add(name: "Host", value: authority, limits) }
        if !cookies.isEmpty { try block.add(name: "cookie", value: cookies.joined(separator: "; "), limits) }
        try block.checkNames()
        method = try line.checkedMethod()
        target = try line.target(limits, allowsEncodedSlash)
        minorVersion = 1
        guard let host = block.host else { throw .hostMissing }
        var authority = block.headers.fields[host].value
        guard authority.withUTF8({ Authority.isValid(UnsafeRawBufferPointer($0)) }) else { throw .hostInvalid }
        if let length = block.contentLength, length > 0 {
            guard hasBody else { throw .contentLengthMismatch }
            framing = .length(length)
        } else {
            framing = hasBody ? .chunked : .none
        }
        headers = block.headers
        keepsAlive = true
        expectsContinue = block.expectsContinue && hasBody
    }

    /// Names are in lower case, and none is about a connection, of which many requests share one.
    private static func check(_ name: String, _ value: String) throws(MessageError) {
        for byte in name.utf8 where byte >= 0x41 && byte <= 0x5A { throw .fieldName }
        switch name {
        case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade": throw .connectionField
        case "te" where value != "trailers": throw .connectionField
        default: break
        }
    }
}

/// What stands in the first line of an HTTP/1.1 request.
private struct RequestLine {
    private var method: String?
    private var path: String?
    private var scheme: String?
    private(set) var authority: String?

    mutating func note(_ name: String, _ value: String) throws(MessageError) {
        switch name {
        case ":method" where method == nil: method = value
        case ":path" where path == nil: path = value
        case ":scheme" where scheme == nil: scheme = value
        case ":authority" where authority == nil: authority = value
        default: throw .pseudoField
        }
    }

    func checkedMethod() throws(MessageError) -> String {
        guard let method else { throw .pseudoField }
        if method == "CONNECT" || method == "TRACE" { throw .methodNotServed }
        guard !method.isEmpty, method.utf8.count <= RequestParser.longestMethod,
            method.utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A })
        else { throw .method }
        return method
    }

    func target(_ limits: MessageLimits, _ allowsEncodedSlash: Bool) throws(MessageError) -> RequestTarget {
        guard var path, scheme == "https" || scheme == "http" else { throw .pseudoField }
        guard path.utf8.first == UInt8(ascii: "/") else { throw .target }
        guard path.utf8.count <= limits.target else { throw .targetTooLong }
        let result = path.withUTF8 { bytes in
            Result { () throws(MessageError) in
                try RequestTarget(parsing: UnsafeRawBufferPointer(bytes), allowsEncodedSlash: allowsEncodedSlash)
            }
        }
        return try result.get()
    }
}

extension RequestHead {
    /// Whether fields behind a payload may be dropped in silence; those of the framing may not.
    package static func checkTrailers(_ fields: some Sequence<(name: String, value: String)>) throws(MessageError) {
        for (name, _) in fields {
            switch name {
            case "content-length", "host", "transfer-encoding": throw .trailer
            case _ where name.utf8.first == UInt8(ascii: ":"): throw .pseudoField
            default: break
            }
        }
    }
}
