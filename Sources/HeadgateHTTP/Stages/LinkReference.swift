import Headgate

/// Which link a stage calls its backend through: a name, in which stage variables may stand, or the load
/// balancer that one of the links has.
struct LinkReference: Sendable {
    private enum Form: Sendable {
        case name(String)
        /// Known once the deployment stage is.
        case variables(id: [Part], target: [Part])
    }

    fileprivate enum Part: Sendable {
        case text(String)
        case variable(String)
    }

    private let form: Form
    private let declared: DeclaredLinks

    /// - Returns: nil where the backend is to be called directly.
    /// - Throws: ``InvalidValue`` for a link that nobody declares.
    static func resolve(
        id: String?,
        integrationTarget: String?,
        _ declared: DeclaredLinks,
    ) throws(InvalidValue) -> LinkReference? {
        guard id != nil || integrationTarget != nil else { return nil }
        let parts = try Self.parts(id ?? "")
        let target = try Self.parts(integrationTarget ?? "")
        guard parts.allSatisfy(\.isText), target.allSatisfy(\.isText) else {
            if declared.takesAll { return nil }
            return LinkReference(form: .variables(id: parts, target: target), declared: declared)
        }
        let name: String?
        if let id {
            name = try declared.name(of: id, integrationTarget: integrationTarget)
        } else {
            name = declared.name(ofIntegrationTarget: integrationTarget)
        }
        if let name { return LinkReference(form: .name(name), declared: declared) }
        if declared.takesAll { return nil }
        throw InvalidValue(
            "no link has the integration target \((integrationTarget ?? "").quotedForMessage)",
            expected: "expected a link with integrationTargets: [\(integrationTarget ?? "")]",
        )
    }

    /// The link's name for an exchange.
    func name(for deployment: Deployment) -> String {
        switch form {
        case .name(let name):
            return name
        case .variables(let id, let target):
            let integrationTarget = Self.text(target, deployment)
            return declared.name(ofIntegrationTarget: integrationTarget) ?? Self.text(id, deployment)
        }
    }

    /// For `explain`.
    var explanation: String {
        switch form {
        case .name(let name):
            return "link \(name)"
        case .variables(let id, let target):
            let parts = id.isEmpty ? target : id
            return "link " + parts.map(\.written).joined()
        }
    }

    /// For `explain`: what the link does.
    var detail: (name: String, text: String)? {
        guard case .name(let name) = form, let summary = declared.summary(of: name) else { return nil }
        return ("link \(name)", summary)
    }

    private static func text(_ parts: [Part], _ deployment: Deployment) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let piece): text += piece
            case .variable(let name): text += deployment.variable(name) ?? ""
            }
        }
    }

    private static func parts(_ text: String) throws(InvalidValue) -> [Part] {
        var parts: [Part] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "${stageVariables.") {
            if start.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<start.lowerBound]))) }
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw InvalidValue("\"${\" is not closed", expected: "expected ${stageVariables.NAME}")
            }
            parts.append(.variable(String(rest[start.upperBound..<end])))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        return parts
    }
}

extension LinkReference.Part {
    fileprivate var isText: Bool {
        if case .text = self { true } else { false }
    }

    fileprivate var written: String {
        switch self {
        case .text(let text): text
        case .variable(let name): "${stageVariables.\(name)}"
        }
    }
}
