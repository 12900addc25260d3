import Headgate
import HeadgateDefinitions
import HeadgateLua

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder of plugins: each folder in it that has a `plugin.yaml` is one.
public struct PluginFolder: Sendable {
    /// The plugins without mistakes, in the order of their names.
    public private(set) var plugins: [LuaPlugin] = []
    /// What is wrong with plugins; those are left out of ``plugins``.
    public private(set) var diagnostics: [Diagnostic] = []
    /// Everything that was read or looked for.
    private(set) var watched: [String] = []

    private static let mostPlugins = 10_000
    private static let manifestName = "plugin.yaml"

    /// Where a gateway's plugins are: where it was told, else in `plugins` beside the pipelines; nil where
    /// there is no such folder.
    public static func path(beside pipelines: String, _ options: GatewayOptions) -> String? {
        if let folder = options.plugins { return folder.isEmpty ? nil : folder }
        let trimmed = pipelines.count > 1 && pipelines.hasSuffix("/") ? String(pipelines.dropLast()) : pipelines
        let parent = trimmed.lastIndex(of: "/").map { String(trimmed[...$0]) } ?? ""
        return isFolder(parent + "plugins") ? parent + "plugins" : nil
    }

    private let allowsWritable: Bool
    /// The files of the folder `tests` of a single plugin.
    public private(set) var tests: [String] = []

    /// Loads all plugins of a folder, hidden ones left out.
    public init(_ folder: String, _ options: GatewayOptions = GatewayOptions()) {
        allowsWritable = options.unsafeWritablePlugins
        let diagnostics = Diagnostics()
        watched.append(folder)
        guard let names = Self.names(in: folder) else {
            diagnostics.error(
                at: SourceLocation(file: folder, line: 1),
                "the folder of plugins cannot be read: \(Self.reason)",
            )
            self.diagnostics = diagnostics.sorted
            return
        }
        let root = folder.hasSuffix("/") ? folder : folder + "/"
        for name in names.prefix(Self.mostPlugins) where Self.exists(root + name + "/" + Self.manifestName) {
            add(root + name, named: name, diagnostics)
        }
        self.diagnostics = diagnostics.sorted
    }

    /// Loads one plugin.
    /// - Parameter folder: the plugin's own, whose last part is its name.
    public init(plugin folder: String, _ options: GatewayOptions = GatewayOptions()) {
        allowsWritable = options.unsafeWritablePlugins
        let diagnostics = Diagnostics()
        tests = (Self.names(in: folder + "/tests") ?? []).filter {
            $0.hasSuffix(PluginUnitTests.ending) || $0.hasSuffix(".yaml") || $0.hasSuffix(".yml")
                || $0.hasSuffix(".json")
        }
        let name = folder.split(separator: "/").last.map(String.init) ?? folder
        add(folder, named: name, diagnostics)
        self.diagnostics = diagnostics.sorted
    }

    private mutating func add(_ folder: String, named name: String, _ diagnostics: Diagnostics) {
        let manifestPath = folder + "/" + Self.manifestName
        let library = folder + "/lib"
        let libraries = (Self.names(in: library) ?? []).filter { $0.hasSuffix(".lua") }.map { String($0.dropLast(4)) }
        let scripts = [folder + "/init.lua"] + libraries.map { "\(library)/\($0).lua" }
        watched += [folder, manifestPath, library] + scripts
        guard allowsWritable || !reportWritable([folder, manifestPath, library] + scripts, diagnostics) else { return }
        let context = DecodingContext(diagnostics: diagnostics, directory: folder, services: StageServices())
        guard let node = ConfigurationDocument.read(path: manifestPath, diagnostics),
            let manifest = PluginManifest.read(node, folder: name, context)
        else { return }
        do throws(InvalidValue) {
            let plugin = try LuaPlugin(manifest, folder: folder, libraries: libraries)
            if let problem = plugin.problem() { diagnostics.report(problem) } else { plugins.append(plugin) }
        } catch {
            diagnostics.error(
                at: SourceLocation(file: manifestPath, line: 1),
                error.message ?? "a script cannot be read",
                expected: error.expected,
                suggestion: error.suggestion,
            )
        }
    }

    /// Whoever may write a plugin runs code here: what everybody may write is not loaded.
    private func reportWritable(_ paths: [String], _ diagnostics: Diagnostics) -> Bool {
        var found = false
        for path in paths where Self.isWritableByAll(path) {
            found = true
            diagnostics.error(
                at: SourceLocation(file: path, line: 1),
                "everybody on this machine may write this part of a plugin",
                expected: "expected no write permission for others",
                suggestion: "chmod o-w \(path), or allow it by --unsafe-writable-plugins",
            )
        }
        return found
    }

    /// Adds the plugins' kinds of stage. One whose name is taken is a finding.
    mutating func register(in registry: inout StageRegistry) {
        for plugin in plugins {
            if let other = registry[plugin.manifest.name] {
                diagnostics.append(
                    Diagnostic(
                        at: SourceLocation(file: plugin.folder + "/" + Self.manifestName, line: 1),
                        "the plugin has the name of a stage that is \(other.origin): \(plugin.manifest.name.quotedForMessage)",
                        expected: "expected another name",
                    )
                )
            } else {
                registry.register(plugin.declaration)
            }
        }
    }

    // MARK: The file system

    private static var reason: String { String(cString: strerror(errno)).lowercased() }

    private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func isWritableByAll(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IWOTH != 0
    }

    private static func names(in folder: String) -> [String]? {
        guard let listing = opendir(folder) else { return nil }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
