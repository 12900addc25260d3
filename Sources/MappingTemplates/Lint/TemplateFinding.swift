/// Something in a template that compiles, but hardly does what its author wants.
public struct TemplateFinding: Sendable, Hashable {
    /// Line of the template's text, from 1.
    public var line: Int
    /// Column of the line in characters, from 1; nil if it cannot be told.
    public var column: Int?
    /// What is wrong, one sentence without a full stop.
    public var message: String
    /// What would be right.
    public var expected: String?
    /// What to write.
    public var suggestion: String?
}

extension MappingTemplate {
    /// Looks for what is likely a mistake: functions that `$util` and `$input` do not have, and, in a template that
    /// should print JSON, `$input.json(…)` in quotes and output that is no JSON.
    /// - Parameters:
    ///   - source: the text that the template was compiled from.
    ///   - printsJSON: whether the template stands for a media type of JSON.
    public func findings(source: String, printsJSON: Bool) -> [TemplateFinding] {
        let lint = TemplateLint(program, Array(source.utf8))
        var findings = lint.unknownMembers()
        // A template that prints XML or a form under the name of JSON means to: only what begins like JSON is held
        // to be some.
        if printsJSON, let sample = SampleRendering(self), sample.beginsLikeJSON {
            findings += lint.quotedJSON()
            if findings.isEmpty, let finding = sample.finding { findings.append(finding) }
        }
        var known: Set<TemplateFinding> = []
        return findings.filter { known.insert($0).inserted }
    }
}
