import Headgate
import HeadgateDefinitions

/// The pipelines could not be loaded; holds every mistake in every file.
public struct GatewayLoadError: Error, Sendable, CustomStringConvertible {
    /// Every finding by file, line and column; at least one is an error.
    public let diagnostics: [Diagnostic]
    /// The lines that the findings are about.
    public let sources: DiagnosticSources

    init(_ definitions: LoadedDefinitions) {
        diagnostics = definitions.diagnostics
        sources = definitions.sources
    }

    /// An error about the options themselves, or of a host's own checks; the lines are read from the files anew.
    public init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
        var sources = DiagnosticSources()
        for diagnostic in diagnostics { sources.add(file: diagnostic.location.file) }
        self.sources = sources
    }

    /// The findings as `headgate check` prints them.
    public var description: String {
        DiagnosticPrinter(sources: sources).text(diagnostics)
    }
}
