import OrderedJSON

/// What came of a ``TemplateCase``.
public struct TemplateCaseResult: Sendable, Hashable {
    /// Either the text or the failure; a template that fails prints nothing.
    public enum Outcome: Sendable, Hashable {
        /// What the template printed.
        case output(String)
        /// `parse`, `method`, `jsonpath` or `runtime`, and the message.
        case error(kind: String, message: String)
    }

    /// The name of the case.
    public let id: String
    /// What it printed, or why it failed.
    public let outcome: Outcome
    /// `requestOverride` and `responseOverride` with the groups that hold something; empty where nothing was set.
    public let override: JSONObject

    init(id: String, outcome: Outcome, _ overrides: TemplateOverrides = TemplateOverrides()) {
        self.id = id
        self.outcome = outcome
        var override: JSONObject = [:]
        for (name, groups) in [("requestOverride", overrides.request), ("responseOverride", overrides.response)] {
            let filled = zip(groups.keys, groups.values).filter { $0.1.object?.isEmpty != true }
            if !filled.isEmpty { override[name] = .object(JSONObject(filled)) }
        }
        self.override = override
    }

    /// One line of JSON: `{"id", "output" or "error" and "message", "override"}`.
    public var line: String {
        var object: JSONObject = ["id": .string(id)]
        switch outcome {
        case .output(let text): object["output"] = .string(text)
        case .error(let kind, let message):
            object["error"] = .string(kind)
            object["message"] = .string(message)
        }
        if !override.isEmpty { object["override"] = .object(override) }
        return JSONWriter.string(.object(object))
    }

    /// Whether this is what the case's line expects: the text to the character and the overrides as JSON, or any
    /// failure where one is expected. nil where the line expects nothing.
    public func meets(_ expected: JSONValue) -> Bool? {
        if expected["error"] != nil {
            if case .error = outcome { return true }
            return false
        }
        guard let text = expected["output"]?.string else { return nil }
        return outcome == .output(text) && override == (expected["override"]?.object ?? [:])
    }
}
