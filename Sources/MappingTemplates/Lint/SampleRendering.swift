import OrderedJSON

/// Which line of a template printed what.
struct OutputLines {
    private var marks: [(offset: Int, line: Int32)] = []

    mutating func note(_ line: Int32, at offset: Int) { marks.append((offset, line)) }

    /// The line of the template that printed the byte at `offset`: that of the piece it belongs to, and as many
    /// lines further as the piece has before it.
    func line(of offset: Int, in output: [UInt8]) -> Int {
        guard let mark = marks.last(where: { $0.offset <= offset }) else { return 1 }
        return Int(mark.line) + output[mark.offset..<min(offset, output.count)].count { $0 == .newLine }
    }
}

/// A template rendered with `1` for every value that it asks for and does not get, and with an empty payload.
struct SampleRendering {
    private let output: [UInt8]
    private let lines: OutputLines
    private let limits: JSONLimits

    /// Nil if the template cannot be rendered that way: what is not certainly wrong is none of a check's business.
    init?(_ template: MappingTemplate) {
        var limits = template.limits
        limits.work = min(limits.work, 50_000)
        var renderer = Renderer(
            template.program,
            bindings: TemplateBindings(),
            overrides: TemplateOverrides(),
            limits: limits,
            trace: nil,
            absent: .integer(1),
        )
        renderer.lines = OutputLines()
        defer { renderer.unlink() }
        do throws(TemplateRenderError) {
            try renderer.run()
        } catch {
            return nil
        }
        output = renderer.output
        lines = renderer.lines ?? OutputLines()
        self.limits = limits.json
    }

    var beginsLikeJSON: Bool {
        let first = output.first { $0 > 0x20 }
        return first == .leftCurly || first == .leftBracket
    }

    /// What a MOCK integration is given: the service reads it leniently, `{statusCode: 200}` is fine.
    private var isMockRequest: Bool {
        let text = output.drop { $0 <= 0x20 || $0 == .leftCurly || $0 == .quote || $0 == .apostrophe }
        return text.starts(with: "statusCode".utf8)
    }

    /// Where the output is no JSON; nil if it is, or is not meant to be.
    var finding: TemplateFinding? {
        if isMockRequest { return nil }
        do throws(JSONParseError) {
            _ = try JSONDocument(parsing: output, limits: limits)
            return nil
        } catch {
            guard error.reason == .syntax else { return nil }
            // `[$a][$b]` is a list in brackets for the eye.
            let isWhole = error.expected == "the end of the text"
            if isWhole, output.first(where: { $0 > 0x20 }) == .leftBracket { return nil }
            return TemplateFinding(
                line: lines.line(of: error.offset, in: output),
                column: nil,
                message: "with 1 for every value the output is no JSON: found \(error.found)",
                expected: "expected \(error.expected)",
            )
        }
    }
}
