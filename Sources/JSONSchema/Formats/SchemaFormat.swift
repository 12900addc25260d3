/// The formats of draft 4 (section 7.3), and `regex`.
enum SchemaFormat: String, Sendable, CaseIterable {
    case dateTime = "date-time"
    case email, hostname, ipv4, ipv6, regex, uri

    func accepts(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return switch self {
        case .dateTime: DateTimeFormat.accepts(bytes)
        case .email: EmailFormat.accepts(bytes)
        case .hostname: HostnameFormat.accepts(bytes[...])
        case .ipv4: AddressFormat.isIPv4(bytes[...])
        case .ipv6: AddressFormat.isIPv6(bytes)
        case .regex: ECMAPattern.isValid(text)
        case .uri: URIFormat.accepts(bytes)
        }
    }

    func message(_ text: String) -> String {
        switch self {
        case .dateTime:
            "string \"\(text)\" is invalid against requested date format(s) "
                + "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]"
        case .email: "string \"\(text)\" is not a valid email address"
        case .hostname: "string \"\(text)\" is not a valid hostname"
        case .ipv4: "string \"\(text)\" is not a valid IPv4 address"
        case .ipv6: "string \"\(text)\" is not a valid IPv6 address"
        case .regex: "string \"\(text)\" is not a valid ECMA 262 regular expression"
        case .uri: "string \"\(text)\" is not a valid URI"
        }
    }
}
