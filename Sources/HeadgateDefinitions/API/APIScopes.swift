import Headgate

/// Which `api:` governs which files: those of its folder and of the folders in it, the nearest one first.
struct APIScopes: Sendable {
    private var scopes: [(folder: String, api: SharedAPI)] = []

    /// - Parameter read: makes what a document says usable; nil after a report.
    init(_ files: [PipelineFile], _ read: (ConfigurationNode, _ directory: String?) -> SharedAPI?) {
        for file in files {
            for node in file.shared {
                if let api = read(node, file.directory) { scopes.append((Self.folder(of: file), api)) }
            }
        }
        // The deepest first.
        scopes.sort { $0.folder.utf8.count > $1.folder.utf8.count }
    }

    func api(of file: PipelineFile) -> SharedAPI? {
        let folder = Self.folder(of: file)
        return scopes.first { folder.hasPrefix($0.folder) }?.api
    }

    /// With a slash at the end; empty for texts that are no files.
    private static func folder(of file: PipelineFile) -> String {
        guard let directory = file.directory else { return "" }
        return directory.hasSuffix("/") ? directory : directory + "/"
    }
}
