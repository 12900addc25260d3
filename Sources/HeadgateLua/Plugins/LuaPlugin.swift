import Headgate
import OrderedJSON

/// A folder with `plugin.yaml`, `init.lua` and maybe `lib/*.lua`: a kind of stage that is written in Lua.
public struct LuaPlugin: Sendable {
    /// What `plugin.yaml` says.
    public let manifest: PluginManifest
    /// As the user named it.
    public let folder: String
    let source: LuaSource
    /// What `require` finds, by name: `lib.path` is `lib/path.lua`.
    let modules: [String: LuaSource]

    /// Reads the scripts of a plugin.
    /// - Parameter libraries: the names of the files in `lib`, without their endings.
    /// - Throws: ``InvalidValue`` for a script that cannot be read.
    public init(_ manifest: PluginManifest, folder: String, libraries: [String]) throws(InvalidValue) {
        self.manifest = manifest
        self.folder = folder
        source = try LuaFile.read("init.lua", in: folder)
        var modules: [String: LuaSource] = [:]
        for name in libraries { modules["lib." + name] = try LuaFile.read("lib/\(name).lua", in: folder) }
        self.modules = modules
    }

    /// Where in the order of stages the plugin's belongs.
    private var phase: StagePhase {
        switch manifest.phases.filter({ $0 != "error" && $0 != "log" }) {
        case ["authenticate"]: .authorize
        case ["request"]: .request
        default: .any
        }
    }

    /// The plugin as a kind of stage, which says no less about itself than a built-in one.
    public var declaration: StageDeclaration {
        let limits = LuaStages.limits(default: manifest.limits)
        let fields: [any AnyField] = manifest.settings.map(\.field) + [limits, LuaStages.onError]
        return StageDeclaration(
            kind: manifest.name,
            phase: phase,
            summary: manifest.summary,
            documentation: documentation,
            example: manifest.example,
            origin: "plugin",
            fields: fields,
        ) { settings, build in try make(settings, limits, build) }
    }

    private var documentation: String {
        var text = manifest.documentation
        let permissions = manifest.permissions
        var rights: [String] = []
        if !permissions.http.isEmpty { rights.append("requests to " + Self.codes(permissions.http)) }
        if !permissions.secrets.isEmpty {
            rights.append(
                (permissions.reveal ? "the text of the secrets " : "the secrets ") + Self.codes(permissions.secrets)
            )
        }
        if permissions.cache > 0 { rights.append("a cache of \(permissions.cache >> 10) KiB") }
        if !text.isEmpty, text.last != "\n" { text += "\n" }
        if !text.isEmpty { text += "\n" }
        return text + "A plugin, version \(manifest.version). "
            + (rights.isEmpty
                ? "It may do nothing beyond the exchange." : "It may use " + rights.joined(separator: ", ") + ".")
    }

    private static func codes(_ texts: [String]) -> String {
        texts.map { "`\($0)`" }.joined(separator: ", ")
    }

    private func make(_ settings: Settings, _ limits: Field<LuaLimits>, _ build: StageBuild) throws -> BuiltStage {
        var values: [(String, JSONValue)] = []
        for setting in manifest.settings {
            if let value = try settings[setting.field] { values.append((setting.name, value)) }
        }
        let config = JSONObject(values)
        let permissions = try manifest.permissions.permissions { Self.texts(config[$0]) }
        do throws(LuaSyntaxError) {
            let checked = try LuaCheck.run(
                source,
                config: Array(JSONWriter.string(.object(config)).utf8),
                limits: try taken(settings, limits),
                permissions: permissions,
                plugin: self,
                build.services,
            )
            let stage = LuaStage(
                script: checked.script,
                functions: checked.functions,
                onError: try taken(settings, LuaStages.onError),
                readsPayload: checked.readsPayload,
                services: build.services,
            )
            return BuiltStage(stage, explanation: checked.explanation, details: checked.details)
        } catch {
            throw InvalidValue("\(error.location): \(error.message)")
        }
    }

    /// The functions that `init.lua` has, which must be those that the manifest lists as phases.
    func checked(_ functions: [String]) throws(LuaSyntaxError) -> [String] {
        let phases = manifest.phases
        if let missing = phases.first(where: { !functions.contains($0) && !functions.contains("run") }) {
            throw LuaSyntaxError(
                "the module has no function '\(missing)', which plugin.yaml lists in phases",
                in: source,
            )
        }
        if let extra = functions.first(where: { !phases.contains($0) && $0 != "run" }) {
            throw LuaSyntaxError(
                "plugin.yaml does not list the function '\(extra)' in phases: it would never run",
                in: source,
            )
        }
        return functions
    }

    /// The texts of a setting: its own, or those of its elements.
    private static func texts(_ value: JSONValue?) -> [String] {
        switch value {
        case .string(let text)?: [text]
        case .array(let values)?: values.compactMap(\.string)
        case .object(let object)?: object.values.compactMap(\.string)
        default: []
        }
    }

    private func taken<Value>(_ settings: Settings, _ field: Field<Value>) throws(LuaSyntaxError) -> Value {
        do {
            return try settings[field]
        } catch {
            throw LuaSyntaxError(String(describing: error), in: source)
        }
    }

    /// Compiles the scripts.
    /// - Returns: what is wrong, with its place; nil when nothing is.
    public func problem() -> Diagnostic? {
        do throws(LuaSyntaxError) {
            try LuaCheck.compile(self)
            return nil
        } catch {
            return Diagnostic(at: error.location, error.message)
        }
    }
}
