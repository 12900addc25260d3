import Headgate
import HeadgateDefinitions

/// Reads APIs from a file: an OpenAPI or Swagger document, or a SAM or CloudFormation template with one.
public struct DefinitionImport: Sendable {
    /// What the import is told beside the definition.
    public var options: DefinitionOptions

    /// An import with these options.
    public init(options: DefinitionOptions = DefinitionOptions()) {
        self.options = options
    }

    /// The APIs of a file; none after an error.
    /// - Parameter stageFile: describes the deployment stage; stronger than what the definition says.
    public func apis(inFile path: String, stageFile: String? = nil, _ diagnostics: Diagnostics) -> [RestAPI] {
        guard let node = ConfigurationDocument.read(path: path, tags: .functions, diagnostics) else { return [] }
        return apis(in: node, directory: Self.directory(of: path), stageFile: stageFile, diagnostics)
    }

    /// The APIs of a text.
    /// - Parameter name: how messages name it.
    public func apis(inText text: String, named name: String, _ diagnostics: Diagnostics) -> [RestAPI] {
        guard let node = ConfigurationDocument.read(text: text, named: name, tags: .functions, diagnostics) else {
            return []
        }
        return apis(in: node, directory: nil, stageFile: nil, diagnostics)
    }

    private func apis(
        in node: ConfigurationNode,
        directory: String?,
        stageFile: String?,
        _ diagnostics: Diagnostics,
    ) -> [RestAPI] {
        let found = Diagnostics()
        var apis = TemplateImport(options: options, directory: directory, diagnostics: found).apis(in: node)
        if let stageFile { readStage(stageFile, into: &apis, found) }
        for index in apis.indices { finish(&apis[index]) }
        for api in apis { APIChecks(api: api, diagnostics: found).run() }
        for var finding in found.all {
            if options.isStrict { finding.severity = .error }
            diagnostics.report(finding)
        }
        return diagnostics.hasErrors ? [] : apis
    }

    private func readStage(_ path: String, into apis: inout [RestAPI], _ diagnostics: Diagnostics) {
        guard let node = ConfigurationDocument.read(path: path, diagnostics) else { return }
        let reader = StageReader(members: MemberReader(diagnostics: diagnostics))
        for index in apis.indices {
            apis[index].stage = reader.stage(
                from: node["x-stage"] ?? node,
                defaultName: apis[index].stage?.name ?? options.deploymentStage ?? "local",
            )
        }
    }

    private func finish(_ api: inout RestAPI) {
        if let name = options.deploymentStage {
            if api.stage == nil { api.stage = DeploymentStage(name: name) }
            api.stage?.name = name
        }
    }

    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
