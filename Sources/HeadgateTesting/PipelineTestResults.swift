import Headgate
import HeadgateDefinitions
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

    init(_ all: [PipelineTestResult]) {
        self.all = all
    }

    /// Whether every test passed; true where there are none.
    public var allPassed: Bool { all.allSatisfy(\.passed) }

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
                out += LineDifference(expected: mismatch.expected, actual: mismatch.actual).text(style, indent: "      ")
            }
            if let failure = result.failure { out += "    " + style.dim("the pipeline failed: \(failure)") + "\n" }
            if trace { out += result.trace.text(style).split(separator: "\n").map { "    | \($0)\n" }.joined() }
        }
        let failed = all.filter { !$0.passed }.count
        let summary = "\(all.count) \(all.count == 1 ? "test" : "tests"), \(failed == 0 ? "all passed" : "\(failed) failed")"
        return out + (failed == 0 ? style.green(summary) : style.red(summary))
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
                    }),
            ])
        }
        return JSONWriter.string(.array(list), style: .pretty)
    }
}
