import Headgate
import Synchronization

/// The text of a script and its place: a file of its own, or lines of a pipeline file.
public struct LuaSource: Sendable {
    /// The bytes of the text.
    public let text: String
    /// The file as the user named it, for locations.
    public let file: String
    /// The line of `file` in which the text starts, from 1.
    public let firstLine: Int
    /// In messages of Lua, which cuts names after 59 bytes: the end of `file` where it is longer.
    let chunkName: String
    /// Whether the lines of the text are lines of the file.
    let hasLines: Bool
    /// How much further right the text stands in the file.
    let indentation: Int

    /// A script that is a file.
    public init(text: String, file: String) {
        self.init(text: text, file: file, firstLine: 1, hasLines: true, indentation: 0)
    }

    /// A script that stands in a pipeline file: `script: |`.
    public init(inline scalar: ConfigurationNode.Scalar) {
        self.init(
            text: scalar.text,
            file: scalar.contentLocation.file,
            firstLine: scalar.contentLocation.line,
            hasLines: scalar.blockColumn != nil || !scalar.text.utf8.contains(UInt8(ascii: "\n")),
            indentation: (scalar.blockColumn ?? scalar.contentLocation.column ?? 1) - 1,
        )
    }

    private init(text: String, file: String, firstLine: Int, hasLines: Bool, indentation: Int) {
        self.indentation = indentation
        self.text = text
        self.file = file
        self.firstLine = max(1, firstLine)
        self.hasLines = hasLines
        let bytes = Array(file.utf8)
        chunkName = bytes.count <= 56 ? file : "..." + String(decoding: bytes.suffix(53), as: UTF8.self)
    }

    /// A place that Lua named. A folded YAML text has no lines of its own: all of it is where it starts.
    func location(line: Int, column: Int? = nil) -> SourceLocation {
        SourceLocation(
            file: file,
            line: hasLines ? line : firstLine,
            column: hasLines ? column.map { $0 + indentation } : nil,
        )
    }

    /// The text of a line that Lua named, without its end; nil outside of the script.
    func line(_ number: Int) -> Substring? {
        let index = number - firstLine
        guard index >= 0 else { return nil }
        let lines = text.split(separator: "\n", maxSplits: index + 1, omittingEmptySubsequences: false)
        return index < lines.count ? lines[index] : nil
    }
}

/// A script as a stage runs it: the same for all lanes, each of which compiles it once.
final class LuaScript: Sendable {
    /// Never used again, so that a lane cannot take one script for another.
    let identifier: Int
    /// Whose part of the cache it uses: the plugin's name, or the file's.
    let name: String
    let source: LuaSource
    /// What `require` finds, by name.
    let modules: [String: LuaSource]
    let permissions: LuaPermissions
    let style: LuaScriptStyle
    /// The `config:` of the stage as JSON; nil where there is none.
    let config: [UInt8]?
    let limits: LuaLimits
    /// The lanes that have compiled this script, to be told when it is gone. A lane may be gone before.
    private let lanes = Mutex<[WeakLane]>([])

    private struct WeakLane: Sendable {
        weak let lane: Lane?
    }

    private static let identifiers = Atomic<Int>(0)

    init(
        name: String? = nil,
        source: LuaSource,
        modules: [String: LuaSource] = [:],
        style: LuaScriptStyle,
        config: [UInt8]?,
        limits: LuaLimits,
        permissions: LuaPermissions = LuaPermissions(),
    ) {
        identifier = Self.identifiers.wrappingAdd(1, ordering: .relaxed).newValue
        self.name = name ?? source.file
        self.source = source
        self.modules = modules
        self.permissions = permissions
        self.style = style
        self.config = config
        self.limits = limits
    }

    deinit {
        for compiled in lanes.withLock({ $0 }) {
            if let lane = compiled.lane { LuaLane.forget(identifier, on: lane) }
        }
    }

    /// The text that Lua calls by this name in its messages.
    func source(ofChunk name: some StringProtocol) -> LuaSource? {
        if source.chunkName == name { return source }
        return modules.values.first { $0.chunkName == name }
    }

    func source(inFile file: String) -> LuaSource? {
        source.file == file ? source : modules.values.first { $0.file == file }
    }

    func wasCompiled(on lane: Lane) {
        lanes.withLock { lanes in
            lanes.removeAll { $0.lane == nil || $0.lane === lane }
            lanes.append(WeakLane(lane: lane))
        }
    }
}

/// What one execution of a script may use.
public struct LuaLimits: Sendable, Equatable {
    /// CPU time in microseconds, waits left out.
    public var cpuMicroseconds: Int
    /// Bytes allocated, whether they are freed again or not.
    public var memory: Int
    /// Instructions of Lua's virtual machine; library functions count by their work.
    public var instructions: Int
    /// Time from start to end, waits included, in milliseconds. Waits end there with an error.
    public var milliseconds: Int

    /// The longest stretch without giving other requests a turn, in microseconds.
    static let sliceMicroseconds = 2_000

    /// Limits of one run; what is left out takes the defaults of the file format.
    public init(
        cpuMicroseconds: Int = 50_000,
        memory: Int = 64 << 20,
        instructions: Int = 100_000_000,
        milliseconds: Int = 29_000,
    ) {
        self.cpuMicroseconds = cpuMicroseconds
        self.memory = memory
        self.instructions = instructions
        self.milliseconds = milliseconds
    }
}
