import ArgumentParser
import MappingTemplates
import OrderedJSON

/// `headgate template`: renders a mapping template without a gateway, or runs conformance cases.
struct Template: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Renders a mapping template, or runs a file of conformance cases.",
        discussion: """
            The rendered text goes to standard output, what the template did (--trace) and overrides to standard error.

            Examples:
              headgate template request.vtl --body '{"name": "Ada"}'
              headgate template request.vtl --body @order.json --context @context.json --trace
              headgate template request.vtl --body @order.json --repeat 10000
              headgate template --cases Tests/Conformance/vtl/jsonpath.jsonl
            """,
    )

    @Argument(help: "The template; - reads standard input.")
    var file: String?

    @Option(help: ArgumentHelp("The payload; @FILE reads it from a file.", valueName: "text"))
    var body = ""

    @Option(help: ArgumentHelp("What $context holds: a JSON object, or @FILE.", valueName: "json"))
    var context = "{}"

    @Option(help: ArgumentHelp("What $stageVariables holds: a JSON object, or @FILE.", valueName: "json"))
    var stageVariables = "{}"

    @Option(
        help: ArgumentHelp(
            "What $input.params() holds: {\"path\": …, \"querystring\": …, \"header\": …}, or @FILE.",
            valueName: "json",
        )
    )
    var params = "{}"

    @Option(help: "aws: as the service renders; velocity: stock Velocity 1.7.")
    var profile = MappingTemplate.Profile.aws

    @Flag(help: "Show each reference and directive with its line and value, on standard error.")
    var trace = false

    @Option(help: ArgumentHelp("Render so many times and print what one rendering costs instead.", valueName: "times"))
    var `repeat`: Int?

    @Option(
        help: ArgumentHelp("Run conformance cases, a JSON object a line; - reads standard input.", valueName: "file")
    )
    var cases: String?

    func validate() throws {
        if (file == nil) == (cases == nil) {
            throw ValidationError("Name a template, or --cases with a file of cases.")
        }
        if let count = `repeat`, count < 1 || cases != nil || trace {
            throw ValidationError("--repeat takes a number above 0, a template, and neither --cases nor --trace.")
        }
    }

    func run() async throws {
        if let cases { try runCases(cases) } else if let file { try render(file) }
    }

    // MARK: One template

    private func render(_ file: String) throws {
        guard let source = FileBytes.read(file) else {
            Terminal.error("\(file): cannot be read")
            throw ExitCode.machine
        }
        let bindings = try bindings()
        do {
            let template = try MappingTemplate(source: source, name: file == "-" ? "template" : file, profile: profile)
            var output: [UInt8] = []
            var overrides = TemplateOverrides()
            if let count = `repeat` {
                return try Repetition.report(count, "renders", bytes: bindings.payload.count) {
                    output.removeAll(keepingCapacity: true)
                    overrides = TemplateOverrides()
                    try template.render(into: &output, with: bindings, overrides: &overrides)
                }
            }
            try template.render(
                into: &output,
                with: bindings,
                overrides: &overrides,
                trace: trace ? TraceOnStandardError() : nil,
            )
            Terminal.bytes(output)
            if !overrides.isEmpty { Terminal.error("overrides: \(Self.text(overrides))") }
        } catch {
            Terminal.error(String(describing: error))
            throw ExitCode.findings
        }
    }

    private func bindings() throws -> TemplateBindings {
        let params = try object(params, "--params")
        func group(_ name: String) -> [(name: String, value: String)] {
            guard let group = params[name]?.object else { return [] }
            return zip(group.keys, group.values).map { (name: $0, value: $1.string ?? JSONWriter.string($1)) }
        }
        return TemplateBindings(
            payload: try bytes(body, "--body"),
            parameters: TemplateParameterLists(
                path: group("path"),
                querystring: group("querystring"),
                header: group("header"),
            ),
            context: try object(context, "--context"),
            stageVariables: try object(stageVariables, "--stage-variables"),
        )
    }

    /// An option's value, or the file that it names.
    private func bytes(_ value: String, _ option: String) throws -> [UInt8] {
        guard value.hasPrefix("@") else { return Array(value.utf8) }
        let file = String(value.dropFirst())
        guard let bytes = FileBytes.read(file) else {
            Terminal.error("\(option): \(file) cannot be read")
            throw ExitCode.machine
        }
        return bytes
    }

    private func object(_ value: String, _ option: String) throws -> JSONObject {
        let bytes = try bytes(value, option)
        do {
            guard let object = try JSONValue(parsing: bytes).object else {
                throw ValidationError("\(option) takes a JSON object.")
            }
            return object
        } catch let error as JSONParseError {
            throw ValidationError("\(option) takes a JSON object: \(error)")
        }
    }

    private static func text(_ overrides: TemplateOverrides) -> String {
        var set: JSONObject = [:]
        for (name, members) in [
            ("request", overrides.request), ("response", overrides.response), ("context", overrides.context),
        ]
        where !members.isEmpty {
            set[name] = .object(members)
        }
        return JSONWriter.string(.object(set))
    }

    // MARK: Cases

    /// A line in, a line out. Cases that are none are reported and skipped; the exit code tells of them and of
    /// cases whose result is not what their line expects.
    private func runCases(_ file: String) throws {
        guard let bytes = FileBytes.read(file) else {
            Terminal.error("\(file): cannot be read")
            throw ExitCode.machine
        }
        var passed = 0
        var failed: [String] = []
        var unreadable = 0
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            do {
                let value = try JSONValue(parsing: Array(line), limits: JSONLimits(refusesLoneSurrogates: false))
                let result = try TemplateCase(value).run()
                Terminal.line(result.line)
                switch result.meets(value) {
                case true?: passed += 1
                case false?: failed.append(result.id)
                case nil: break
                }
            } catch {
                unreadable += 1
                Terminal.error("\(file):\(number + 1): \(error)")
            }
        }
        if passed + failed.count > 0 {
            Terminal.error("\(passed) of \(passed + failed.count) cases are as expected")
            for id in failed.prefix(20) { Terminal.error("  not as expected: \(id)") }
        }
        if unreadable > 0 || !failed.isEmpty { throw ExitCode.findings }
    }
}

extension MappingTemplate.Profile: ExpressibleByArgument {}

private struct TraceOnStandardError: TemplateTrace {
    func reference(_ text: String, value: String, line: Int) {
        Terminal.error("line \(line): \(text) = \(value)")
    }

    func directive(_ name: String, detail: String, line: Int) {
        Terminal.error("line \(line): \(name)\(detail.isEmpty ? "" : " " + detail)")
    }
}
