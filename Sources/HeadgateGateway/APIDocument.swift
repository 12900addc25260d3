import Headgate
import HeadgateDefinitions
import HeadgateOpenAPI

/// An API that is served from its definition: an OpenAPI or Swagger document, or a SAM or CloudFormation
/// template with one.
public struct APIDocument: Sendable {
    /// The document's file; files that it includes are looked for beside it.
    public var path: String
    /// Describes the deployment stage, in the form of `x-stage`; nil where the definition says enough.
    public var stageFile: String?
    /// How the definition is read.
    public var options: DefinitionOptions

    /// A document with nothing said beside it unless told otherwise.
    public init(path: String, stageFile: String? = nil, options: DefinitionOptions = DefinitionOptions()) {
        self.path = path
        self.stageFile = stageFile
        self.options = options
    }

    /// The APIs in the form of pipeline files.
    /// - Parameter isAlone: nothing else is served, so that the names of pipelines need not name their API.
    func definitions(isAlone: Bool, _ consulted: ConsultedFiles, _ diagnostics: Diagnostics) -> [APIDefinition] {
        consulted.add(path)
        if let stageFile { consulted.add(stageFile) }
        var options = options
        options.consulted = consulted
        let apis = DefinitionImport(options: options).apis(inFile: path, stageFile: stageFile, diagnostics)
        let slash = path.lastIndex(of: "/")
        return apis.map { api in
            let nodes = PipelineNodes(api)
            let prefix = isAlone && apis.count == 1 ? "" : PipelineNodes.slug(of: api.name) + "."
            return APIDefinition(
                file: path,
                directory: slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ".",
                shared: nodes.shared,
                pipelines: zip(api.methods, nodes.names()).filter { $0.0.integration != nil }.map { method, name in
                    nodes.pipeline(of: method, named: prefix + name)
                },
            )
        }
    }
}
