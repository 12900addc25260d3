import Headgate

/// The pipeline files of an API: `api.yaml`, and one file a resource.
public struct PipelineFiles {
    /// A file of the folder.
    public struct File: Sendable {
        /// Without folder.
        public var name: String
        /// YAML, with a line break at its end.
        public var text: String
    }

    let api: RestAPI

    /// The files for one API; nothing is written here.
    public init(_ api: RestAPI) {
        self.api = api
    }

    /// `api.yaml` first, then one file for each resource, by the path; names are unique in the folder.
    public var files: [File] {
        let nodes = PipelineNodes(api)
        let names = nodes.names()
        var resources: [(path: String, pipelines: [ConfigurationNode])] = []
        for (method, name) in zip(api.methods, names) {
            let pipeline = nodes.pipeline(of: method, named: name)
            if let index = resources.firstIndex(where: { $0.path == method.path }) {
                resources[index].pipelines.append(pipeline)
            } else {
                resources.append((method.path, [pipeline]))
            }
        }
        var taken: Set<String> = ["api"]
        let files = resources.map { resource in
            let base = PipelineNodes.slug(of: resource.path)
            var name = base
            var count = 2
            while !taken.insert(name.lowercased()).inserted {
                name = "\(base)-\(count)"
                count += 1
            }
            let text =
                resource.pipelines.count == 1
                ? emit(resource.pipelines[0])
                : "pipelines:\n" + resource.pipelines.map { emit([$0]) }.joined(separator: "\n")
            return File(name: name + ".yaml", text: "# \(resource.path)\n" + text)
        }
        return [
            File(
                name: "api.yaml",
                text: "# What the pipelines of \(Self.oneLine(api.name)) share.\n" + emit(nodes.shared),
            )
        ] + files
    }

    private func emit(_ node: ConfigurationNode) -> String {
        YAMLEmitter.text(node, escapesEnvironment: true)
    }

    /// A list, indented as under a key.
    private func emit(_ nodes: [ConfigurationNode]) -> String {
        YAMLEmitter.list(nodes, indentation: 2, escapesEnvironment: true)
    }

    private static func oneLine(_ text: String) -> String {
        String(text.prefix(80).map { $0.isNewline ? " " : $0 })
    }
}
