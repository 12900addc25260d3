import Headgate

/// `plugin.yaml`: what a plugin is called, what can be set, and what it may do.
public struct PluginManifest: Sendable {
    /// As the folder: lower-case letters, digits and `-`; the kind of its stage.
    public let name: String
    /// Three numbers (semver.org).
    public let version: String
    /// One sentence, for lists.
    public let summary: String
    /// The rest of the reference page, Markdown; "" where there is none.
    public let documentation: String
    /// The functions of `init.lua` that are called.
    public let phases: [String]
    /// A `stages:` entry, YAML.
    public let example: String
    let settings: [PluginSetting]
    let permissions: LuaPermissionsRecord.Template
    let limits: LuaLimits

    private static let manifest = Field<Int>(required: "manifest", .integer(1...1), "The form of this file: 1.")
    private static let name = Field<String>(
        required: "name",
        .text(format: "plugin name", expectation: "a name"),
        "The name of the folder: a lower-case letter, then letters, digits and `-`, up to 63.",
    )
    private static let version = Field<String>(
        required: "version",
        .text(format: "version", expectation: "a version such as 1.0.0"),
        "Three numbers (semver.org).",
    )
    private static let summary = Field<String>(required: "summary", .string, "One sentence, for lists.")
    private static let documentation = Field<String>(
        "documentation",
        .string,
        default: "",
        "The rest of the page, Markdown.",
    )
    private static let phases = Field<[String]>(
        required: "phases",
        .list(of: .oneOf(["authenticate", "request", "response", "error", "log"])),
        "The functions of `init.lua`: `authenticate` in front of everything else, `request` in front of the backend call, "
            + "`response` behind it, `error` after a stage of the pipeline has failed, `log` when the response is settled.",
    )
    private static let example = Field<String>(
        required: "example",
        .string,
        "An entry of a `stages:` list that shows the plugin.",
    )
    private static let config = Field<[MapEntry<PluginSetting.Draft>]>(
        "config",
        .map(keys: "setting", of: .record(PluginSetting.record), checkKey: checkSetting),
        default: [],
        "The settings, by name: keys of the stage, and members of `config` in Lua.",
    )
    private static let permissions = Field<LuaPermissionsRecord.Template>(
        "permissions",
        .record(LuaPermissionsRecord.template),
        default: LuaPermissionsRecord.Template(),
        "What the plugin may do beyond the exchange: nothing unless it stands here.",
    )
    private static let limits = Field<LuaLimits>(
        "limits",
        .record(LuaLimitsRecord.record),
        default: LuaLimits(),
        "What one run may use, unless the stage says otherwise.",
    )

    /// The keys that every stage of a plugin has by itself.
    private static let reserved = ["limits", "onError", "name"]

    private static func checkSetting(_ name: String) -> InvalidValue? {
        if reserved.contains(name) {
            return InvalidValue("\(name.quotedForMessage) is a key of every stage", expected: "expected another name")
        }
        let good = name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
        return good && !name.isEmpty && !(0x30...0x39).contains(name.utf8.first ?? 0x30)
            ? nil
            : InvalidValue(
                "\(name.quotedForMessage) cannot name a setting",
                expected: "expected lower-case letters, digits and _",
            )
    }

    private static func isName(_ name: String) -> Bool {
        (1...63).contains(name.utf8.count) && (0x61...0x7A).contains(name.utf8.first ?? 0)
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    /// The record of a plugin in a folder of this name.
    private static func record(_ folder: String, _ context: DecodingContext) -> Record<PluginManifest> {
        let place = ContextBox(context)
        return Record(
            "plugin.yaml",
            "A plugin: a stage that is written in Lua, with settings of its own.",
            fields: [manifest, name, version, summary, documentation, phases, example, config, permissions, limits],
        ) { settings in try make(settings, folder, place.context) }
    }

    /// Lets the record's closure report findings of its own; it runs within ``read(_:folder:_:)``.
    private struct ContextBox: @unchecked Sendable {
        let context: DecodingContext
        init(_ context: DecodingContext) { self.context = context }
    }

    /// nil after a report.
    public static func read(_ node: ConfigurationNode, folder: String, _ context: DecodingContext) -> PluginManifest? {
        record(folder, context).decode(node, context)
    }

    /// The shape of the file, for editors and the reference.
    public static var shape: RecordShape {
        record("", DecodingContext(diagnostics: Diagnostics(), directory: nil, services: StageServices())).shape
    }

    private static func make(_ given: Settings, _ folder: String, _ context: DecodingContext) throws -> PluginManifest {
        let name = try given[name]
        guard isName(name) else {
            throw InvalidValue(
                "\(name.quotedForMessage) cannot name a plugin",
                expected: "expected a lower-case letter, then letters, digits and -",
                at: given.location(of: Self.name),
            )
        }
        guard name == folder else {
            throw InvalidValue(
                "the plugin is named \(name.quotedForMessage), its folder \(folder.quotedForMessage)",
                expected: "expected the same name",
                at: given.location(of: Self.name),
            )
        }
        let version = try given[version]
        let numbers = version.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, numbers.allSatisfy({ UInt32($0) != nil }) else {
            throw InvalidValue(
                "\(version.quotedForMessage) is no version",
                expected: "expected three numbers such as 1.0.0",
                at: given.location(of: Self.version),
            )
        }
        let phases = try given[phases]
        guard !phases.isEmpty else {
            throw InvalidValue(
                "the plugin has no phase",
                expected: "expected phases: [request]",
                at: given.location(of: Self.phases),
            )
        }
        var settings: [PluginSetting] = []
        for entry in try given[config] {
            guard let setting = PluginSetting(entry.key, entry.value, context) else {
                throw InvalidValue("a default cannot be used", at: entry.location)
            }
            settings.append(setting)
        }
        let permissions = try given[permissions]
        for name in permissions.settings where !settings.contains(where: { $0.name == name }) {
            throw InvalidValue(
                "the permissions name the setting \(name.quotedForMessage), which there is not",
                suggestion: Suggestion.didYouMean(name, among: settings.map(\.name)),
                at: given.location(of: Self.permissions),
            )
        }
        return PluginManifest(
            name: name,
            version: version,
            summary: try given[summary],
            documentation: try given[documentation],
            phases: phases,
            example: try given[example],
            settings: settings,
            permissions: permissions,
            limits: try given[limits],
        )
    }
}
