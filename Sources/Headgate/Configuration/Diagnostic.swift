/// One finding about something that a user wrote: where, what was found, what was expected, and what
/// to write instead.
public struct Diagnostic: Sendable, Hashable {
    /// An error keeps pipelines from being built; a warning does not, unless `--strict` makes it one.
    public enum Severity: String, Sendable { case error, warning }

    /// Whether it stops the build.
    public var severity: Severity
    /// Where the text stands that it is about.
    public var location: SourceLocation
    /// What is wrong, one sentence without a full stop, e.g. `unknown key "reponse"`.
    public var message: String
    /// What would be right, e.g. `expected one of: request, response`.
    public var expected: String?
    /// What to write, e.g. `did you mean "response"?`.
    public var suggestion: String?

    /// A finding; an error unless told otherwise.
    public init(
        _ severity: Severity = .error,
        at location: SourceLocation,
        _ message: String,
        expected: String? = nil,
        suggestion: String? = nil,
    ) {
        self.severity = severity
        self.location = location
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
    }
}

/// Collects findings, so that one run reports all of them.
public final class Diagnostics {
    /// The findings in the order in which they were made.
    public private(set) var all: [Diagnostic] = []
    private var known: Set<Diagnostic> = []

    /// No findings.
    public init() {}

    /// Whether one of the findings is an error.
    public var hasErrors: Bool { all.contains { $0.severity == .error } }

    /// Adds a finding; one that was made before, at a place that aliases share, counts once.
    public func report(_ diagnostic: Diagnostic) {
        if known.insert(diagnostic).inserted { all.append(diagnostic) }
    }

    /// Reports an error; the parts are those of ``Diagnostic``.
    public func error(
        at location: SourceLocation,
        _ message: String,
        expected: String? = nil,
        suggestion: String? = nil,
    ) {
        report(Diagnostic(.error, at: location, message, expected: expected, suggestion: suggestion))
    }

    /// Reports a warning; the parts are those of ``Diagnostic``.
    public func warning(
        at location: SourceLocation,
        _ message: String,
        expected: String? = nil,
        suggestion: String? = nil,
    ) {
        report(Diagnostic(.warning, at: location, message, expected: expected, suggestion: suggestion))
    }

    /// The findings by file, line and column.
    public var sorted: [Diagnostic] {
        all.sorted { $0.location < $1.location }
    }
}
