import Headgate

/// `permissions:` of a script stage or of a plugin.
enum LuaPermissionsRecord {
    private static let http = Field<[String]>(
        "http",
        .list(of: .text(format: "target", expectation: "a target")),
        default: [],
        "Where `host.http` may send requests: `https://idp.example.com/oauth/*`, `https://*.example.com`. A plugin names a "
            + "setting of its own in braces: `{url}`. Names that lead to addresses outside of the public internet are "
            + "refused, unless the target is itself an address or `localhost`, or the gateway was told otherwise.",
    )
    private static let secrets = Field<[String]>(
        "secrets",
        .list(of: .text(format: "secret", expectation: "a name of secrets")),
        default: [],
        "The secrets that `host.secret` gives, by name; `signing-*` stands for all that begin so.",
    )
    private static let reveal = Field<Bool>(
        "reveal",
        .boolean,
        default: false,
        shown: "false",
        "Whether a script may see the text of its secrets. Without it they can be put into headers and keys only.",
    )
    private static let cache = Field<Int>(
        "cache",
        .byteCount,
        default: 0,
        shown: "0",
        "How many bytes `host.cache` may hold, up to 64MiB.",
    )

    /// What stands in the file, before a plugin's settings are put into it.
    struct Template: Sendable {
        var http: [String] = []
        var secrets: [String] = []
        var reveal = false
        var cache = 0

        /// - Parameter values: the texts of a setting, for `{name}`: one, those of a list or table, or none where it
        ///   is left out. Each makes a permission.
        func permissions(_ values: (String) -> [String]) throws(InvalidValue) -> LuaPermissions {
            var permissions = LuaPermissions()
            for text in http {
                for filled in Self.fill(text, values) { permissions.targets.append(try TargetPattern(filled)) }
            }
            permissions.secrets = secrets.flatMap { Self.fill($0, values) }
            permissions.revealsSecrets = reveal
            permissions.cacheBytes = cache
            return permissions
        }

        private static func fill(_ text: String, _ values: (String) -> [String]) -> [String] {
            var filled = [""]
            var rest = text[...]
            while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
                let found = values(String(rest[rest.index(after: open)..<close]))
                let head = rest[..<open]
                filled = filled.flatMap { start in found.map { start + head + $0 } }
                rest = rest[rest.index(after: close)...]
            }
            return filled.map { $0 + rest }
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
            http: try settings[http],
            secrets: try settings[secrets],
            reveal: try settings[reveal],
            cache: cache,
        )
    }

    static let template = Record<Template>(
        "permissions",
        documentation,
        fields: [http, secrets, reveal, cache],
        make: read,
    )

    /// For a script of a pipeline, which has no settings to name.
    static let record = Record<LuaPermissions>(
        "permissions",
        documentation,
        fields: [http, secrets, reveal, cache],
    ) { settings in
        try read(settings).permissions { _ in [] }
    }
}
