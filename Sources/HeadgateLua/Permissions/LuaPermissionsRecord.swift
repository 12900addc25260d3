import Headgate

/// `permissions:` of a script stage or of a plugin.
enum LuaPermissionsRecord {
    private static let http = Field<[String]>(
        "http", .list(of: .text(format: "target", expectation: "a target")), default: [],
        "Where `host.http` may send requests: `https://idp.example.com/oauth/*`, `https://*.example.com`. A plugin names a "
            + "setting of its own in braces: `{url}`. Names that lead to addresses outside of the public internet are "
            + "refused, unless the target is itself an address or `localhost`, or the gateway was told otherwise.")
    private static let secrets = Field<[String]>(
        "secrets", .list(of: .text(format: "secret", expectation: "a name of secrets")), default: [],
        "The secrets that `host.secret` gives, by name; `signing-*` stands for all that begin so.")
    private static let reveal = Field<Bool>(
        "reveal", .boolean, default: false, shown: "false",
        "Whether a script may see the text of its secrets. Without it they can be put into headers and keys only.")
    private static let cache = Field<Int>(
        "cache", .byteCount, default: 0, shown: "0", "How many bytes `host.cache` may hold, up to 64MiB.")

    /// What stands in the file, before a plugin's settings are put into it.
    struct Template: Sendable {
        var http: [String] = []
        var secrets: [String] = []
        var reveal = false
        var cache = 0

        /// - Parameter value: the text of a setting, for `{name}`; nil where it is left out.
        func permissions(_ value: (String) -> String?) throws(InvalidValue) -> LuaPermissions {
            var permissions = LuaPermissions()
            for text in http {
                if let filled = Self.fill(text, value) { permissions.targets.append(try TargetPattern(filled)) }
            }
            permissions.secrets = secrets.compactMap { Self.fill($0, value) }
            permissions.revealsSecrets = reveal
            permissions.cacheBytes = cache
            return permissions
        }

        /// nil where a setting that the text names was left out.
        private static func fill(_ text: String, _ value: (String) -> String?) -> String? {
            var out = ""
            var rest = text[...]
            while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
                guard let found = value(String(rest[rest.index(after: open)..<close])) else { return nil }
                out += rest[..<open] + found
                rest = rest[rest.index(after: close)...]
            }
            return out + rest
        }

        /// The settings that are named in braces.
        var settings: [String] {
            (http + secrets).flatMap { text in
                text.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
                    part.firstIndex(of: "}").map { String(part[..<$0]) }
                }
            }
        }
    }

    private static let documentation =
        "What the script may do beyond the exchange. Nothing is permitted unless it stands here."

    private static func read(_ settings: Settings) throws -> Template {
        let cache = try settings[cache]
        guard cache <= 64 << 20 else {
            throw InvalidValue("cache must be 64MiB at most", at: settings.location(of: Self.cache))
        }
        return Template(
            http: try settings[http], secrets: try settings[secrets], reveal: try settings[reveal], cache: cache)
    }

    static let template = Record<Template>("permissions", documentation, fields: [http, secrets, reveal, cache], make: read)

    /// For a script of a pipeline, which has no settings to name.
    static let record = Record<LuaPermissions>(
        "permissions", documentation, fields: [http, secrets, reveal, cache]
    ) { settings in
        try read(settings).permissions { _ in nil }
    }
}
