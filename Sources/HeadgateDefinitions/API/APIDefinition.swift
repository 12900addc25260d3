import Headgate

/// An API that was not written as pipeline files, in their form: what an importer hands to the loader.
public struct APIDefinition: Sendable {
    /// The file that it comes from, for messages.
    public var file: String
    /// Where files that it names are looked for.
    public var directory: String?
    /// A mapping with `api` and maybe `stage`.
    public var shared: ConfigurationNode
    /// Each as a pipeline file has it.
    public var pipelines: [ConfigurationNode]

    /// An API whose nodes keep the places of the document they come from, so that findings point into it.
    public init(file: String, directory: String?, shared: ConfigurationNode, pipelines: [ConfigurationNode]) {
        self.file = file
        self.directory = directory
        self.shared = shared
        self.pipelines = pipelines
    }
}
