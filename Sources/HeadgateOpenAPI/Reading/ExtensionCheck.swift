import Headgate

/// Says which `x-amazon-…` keys of a document mean nothing, and which stand where they have no effect.
struct ExtensionCheck {
    let diagnostics: Diagnostics

    private enum Site: String {
        case root = "the document"
        case server = "a server"
        case pathItem = "a path"
        case operation = "an operation"
        case scheme = "a security scheme"
        case tag = "a tag"
        case components = "components"
        case other = "this place"
    }

    private static let prefix = "x-amazon-apigateway-"
    private static let sites: [String: Set<Site>] = [
        "any-method": [.pathItem],
        "api-key-source": [.root],
        "auth": [.operation],
        "authorizer": [.scheme],
        "authtype": [.scheme],
        "binary-media-types": [.root],
        "documentation": [.root],
        "endpoint-configuration": [.root, .server],
        "endpoint-access-mode": [.root],
        "gateway-responses": [.root],
        "integration": [.operation],
        "integrations": [.components],
        "minimum-compression-size": [.root],
        "policy": [.root],
        "request-validator": [.root, .operation],
        "request-validators": [.root],
        "security-policy": [.root],
    ]
    private static let otherAPIs = ["cors", "importexport-version", "tag-value"]

    func run(_ root: ConfigurationNode) {
        for entry in root.entries {
            check(entry, at: .root)
            switch entry.key {
            case "paths": entry.value.entries.forEach { pathItem($0.value) }
            case "servers": entry.value.elements.forEach { level($0, .server) }
            case "tags": entry.value.elements.forEach { level($0, .tag) }
            case "securityDefinitions": entry.value.entries.forEach { level($0.value, .scheme) }
            case "components":
                level(entry.value, .components)
                entry.value["securitySchemes"]?.entries.forEach { level($0.value, .scheme) }
            case "info": level(entry.value, .other)
            default: break
            }
        }
    }

    private func pathItem(_ node: ConfigurationNode) {
        for entry in node.entries {
            check(entry, at: .pathItem)
            if OpenAPIReader.verbs[entry.key.lowercased()] != nil { level(entry.value, .operation) }
        }
    }

    private func level(_ node: ConfigurationNode, _ site: Site) {
        for entry in node.entries { check(entry, at: site) }
    }

    private func check(_ entry: ConfigurationNode.Entry, at site: Site) {
        guard entry.key.hasPrefix("x-amazon-") else { return }
        let name = entry.key.hasPrefix(Self.prefix) ? String(entry.key.dropFirst(Self.prefix.utf8.count)) : ""
        if Self.otherAPIs.contains(name) {
            diagnostics.warning(
                at: entry.keyLocation,
                "\(entry.key) belongs to HTTP APIs and has no effect",
                suggestion: name == "cors"
                    ? "a REST API answers a browser's preflight by an OPTIONS method of type mock" : nil,
            )
            return
        }
        guard let sites = Self.sites[name] else {
            let names = Self.sites.keys.sorted().map { Self.prefix + $0 }
            diagnostics.warning(
                at: entry.keyLocation,
                "\(entry.key) is not known and has no effect",
                suggestion: Suggestion.didYouMean(entry.key, among: names),
            )
            return
        }
        guard !sites.contains(site) else { return }
        diagnostics.warning(
            at: entry.keyLocation,
            "\(entry.key) has no effect in \(site.rawValue)",
            expected: "expected it in " + sites.map(\.rawValue).sorted().joined(separator: " or "),
        )
    }
}
