import Headgate
import HeadgateDefinitions
import HeadgateLua
import OrderedJSON

/// What became of one test.
public struct PipelineTestResult: Sendable {
    /// The test, as it stands in its file.
    public let test: PipelineTest
    /// Empty when the test passed.
    public let mismatches: [Mismatch]
    /// What each stage received and gave.
    public let trace: TraceReport
    /// Why the pipeline ended early, if it did.
    public let failure: GatewayFailure?

    /// Whether everything came as the test expects.
    public var passed: Bool { mismatches.isEmpty }
}

/// What became of all tests, for people and for programs.
public struct PipelineTestResults: Sendable {
    /// In the order of the files.
    public let all: [PipelineTestResult]
    /// Unit tests of a plugin, where there are any.
    public internal(set) var units: [PluginUnitTests.Result] = []

    init(_ all: [PipelineTestResult]) {
        self.all = all
    }

    /// Whether every test passed; true where there are none.
    public var allPassed: Bool { all.allSatisfy(\.passed) && units.allSatisfy { $0.failure == nil } }

    /// - Parameter trace: adds what each stage received and gave to tests that fail.
    public func text(_ style: TextStyle, trace: Bool = false) -> String {
        var out = ""
        for result in all {
            let name = "\(result.test.pipeline): \(result.test.name)"
            guard !result.passed else {
                out += style.green("✓") + " \(name)\n"
                continue
            }
            out += style.red("✗") + " \(style.bold(name))  " + style.dim(result.test.location.description) + "\n"
            for mismatch in result.mismatches {
                out += "    \(mismatch.what)  " + style.dim(mismatch.location.description) + "\n"
                out += LineDifference(expected: mismatch.expected, actual: mismatch.actual).text(
                    style,
                    indent: "      ",
                )
            }
            if let failure = result.failure { out += "    " + style.dim("the pipeline failed: \(failure)") + "\n" }
            if trace { out += result.trace.text(style).split(separator: "\n").map { "    | \($0)\n" }.joined() }
        }
        for unit in units { out += Self.text(unit, style) }
        let failed = all.count { !$0.passed } + units.count { $0.failure != nil }
        let count = all.count + units.count
        let summary = "\(count) \(count == 1 ? "test" : "tests"), \(failed == 0 ? "all passed" : "\(failed) failed")"
        return out + (failed == 0 ? style.green(summary) : style.red(summary))
    }

    private static func text(_ unit: PluginUnitTests.Result, _ style: TextStyle) -> String {
        let name = "\(unit.location.file.split(separator: "/").last ?? ""): \(unit.name)"
        guard let failure = unit.failure else { return style.green("✓") + " \(name)\n" }
        return style.red("✗") + " \(style.bold(name))  " + style.dim(unit.location.description) + "\n"
            + failure.split(separator: "\n").map { "    \($0)\n" }.joined()
    }

    /// One finding for each test that failed.
    public var findings: [Diagnostic] {
        all.filter { !$0.passed }.map { result in
            let first = result.mismatches.first
            return Diagnostic(
                at: result.test.location,
                "the test \"\(result.test.pipeline): \(result.test.name)\" fails",
                expected: first.map { "\($0.what): expected \($0.expected), got \($0.actual)" },
            )
        }
            + units.compactMap { unit in
                unit.failure.map { failure in
                    Diagnostic(
                        at: unit.location,
                        "the test \"\(unit.name)\" fails: \(failure.split(separator: "\n").first ?? "")",
                    )
                }
            }
    }

    /// A list with `pipeline`, `name`, `location`, `passed` and `mismatches` of each test.
    public var json: String {
        let list = all.map { result -> JSONValue in
            .object([
                "pipeline": .string(result.test.pipeline),
                "name": .string(result.test.name),
                "location": .string(result.test.location.description),
                "passed": .bool(result.passed),
                "mismatches": .array(
                    result.mismatches.map {
                        .object([
                            "what": .string($0.what),
                            "expected": .string($0.expected),
                            "actual": .string($0.actual),
                            "location": .string($0.location.description),
                        ])
                    }
                ),
            ])
        }
        let units = units.map { unit -> JSONValue in
            .object([
                "pipeline": .null,
                "name": .string(unit.name),
                "location": .string(unit.location.description),
                "passed": .bool(unit.failure == nil),
                "mismatches": .array([]),
                "failure": unit.failure.map { .string($0) } ?? .null,
            ])
        }
        return JSONWriter.string(.array(list + units), style: .pretty)
    }
}
