import Headgate

/// The ARN of a role, in which stage variables may stand: `arn:aws:iam::${stageVariables.account}:role/gw`.
struct RoleTemplate: Sendable, Equatable {
    /// `arn:aws:iam::*:user/*`: whoever calls.
    static let caller = "arn:aws:iam::*:user/*"

    let text: String
    private let variables: [String]

    var isCaller: Bool { text == Self.caller }

    init(parsing text: String) throws(InvalidValue) {
        self.text = text
        var variables: [String] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "${stageVariables.") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw InvalidValue("\"${\" is not closed", expected: "expected ${stageVariables.NAME}")
            }
            variables.append(String(rest[start.upperBound..<end]))
            rest = rest[rest.index(after: end)...]
        }
        self.variables = variables
        guard variables.isEmpty, !isCaller, !Self.isRole(text) else { return }
        throw InvalidValue(
            "\(text.quotedForMessage) is no ARN of a role",
            expected: "expected arn:aws:iam::ACCOUNT:role/NAME, or \(Self.caller) for the caller's own credentials",
        )
    }

    /// The ARN for one deployment stage.
    func resolve(_ deployment: Deployment) throws(GatewayFailure) -> String {
        if variables.isEmpty { return text }
        var role = text
        for name in variables {
            role = role.replacing("${stageVariables.\(name)}", with: deployment.variable(name) ?? "")
        }
        guard Self.isRole(role) || role == Self.caller else {
            throw .internalError(
                "Execution failed due to configuration error: the credentials \(role.quotedForMessage) are no ARN of a role",
                reason: "credentials",
            )
        }
        return role
    }

    /// Twelve digits, or the twelve letters that people put there before they publish a document: STS refuses those.
    private static func isAccount(_ text: Substring) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x41 && $0 <= 0x5A) }
    }

    private static func isRole(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" && AWSPartition.named(parts[1]) != nil && parts[2] == "iam"
            && parts[3].isEmpty && isAccount(parts[4])
            && parts[5].hasPrefix("role/") && parts[5].utf8.count > 5 && text.utf8.count <= 2048
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
