import Headgate

extension BinaryMediaTypes {
    /// A payload as a proxy of an API hands it on: bytes of a binary media type are kept, anything else is
    /// text, in which U+FFFD stands for what is no UTF-8 (the service's table of conversions). What is
    /// compressed is left alone.
    public func handedOn(_ body: Body, _ headers: Headers) -> Body {
        guard let bytes = body.bytes, !bytes.isEmpty, !headers.contains("Content-Encoding"),
            !matches(headers.first("Content-Type"))
        else { return body }
        return .bytes(Payload(bytes: bytes, isBinary: false).passedThrough)
    }
}
