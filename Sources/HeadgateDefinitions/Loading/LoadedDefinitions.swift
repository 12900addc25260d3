import Headgate

/// What a folder of pipeline files, or some files, came to.
public struct LoadedDefinitions: Sendable {
    /// The pipelines without errors, in the order of their files and of the text.
    public var pipelines: [Pipeline] = []
    /// Their tests, in the same order.
    public var tests: [PipelineTest] = []
    /// The functions that run on this machine.
    public var functions: [FunctionDefinition] = []
    /// The links, and the policies of backends without one.
    public var links: [LinkDefinition] = []
    /// Every finding, by file, line and column.
    public var diagnostics: [Diagnostic] = []
    /// Everything that was read or looked for: pipeline files, scripts that stages opened, and the
    /// folders in which new files may appear. A change of one of them is a reason to load again.
    public var watched: [String] = []
    /// The texts of files with findings, for showing their lines.
    public var sources = DiagnosticSources()

    /// Nothing loaded and nothing found.
    public init() {}

    /// Whether anything is wrong. The pipelines that are not may still be used.
    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// Adds findings about other files, which stand in front.
    public mutating func add(_ findings: [Diagnostic]) {
        diagnostics = findings + diagnostics
        for finding in findings { sources.add(file: finding.location.file) }
    }

    /// The pipeline of this name; nil if there is none, or if it has errors.
    public subscript(pipeline name: String) -> Pipeline? {
        pipelines.first { $0.name == name }
    }
}

/// The lines that findings are about.
public struct DiagnosticSources: Sendable {
    private var texts: [String: SourceText] = [:]

    /// No lines: findings are shown by their places alone.
    public init() {}

    mutating func add(_ text: SourceText) {
        texts[text.file] = text
    }

    /// Adds a file that was not a pipeline file: a script with a mistake, for one. Nothing where it cannot be read.
    public mutating func add(file: String) {
        guard texts[file] == nil else { return }
        guard let text = SourceFile.read(file, shownAs: file, limits: ReadingLimits(), Diagnostics()) else { return }
        texts[file] = text
    }

    /// The text of a line without its end, or nil.
    public func line(at location: SourceLocation) -> String? {
        texts[location.file]?.line(location.line).map { String(decoding: $0, as: UTF8.self) }
    }
}
