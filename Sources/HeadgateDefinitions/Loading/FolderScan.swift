import Glibc
import Headgate

/// Finds the pipeline files below a folder: `*.yaml`, `*.yml` and `*.json`, in the order of their
/// names, in folders inside too, but not in hidden ones. Links may not lead out of the folder.
/// `*.schema.json` are models that pipelines refer to.
struct FolderScan {
    private(set) var files: [String] = []
    private(set) var folders: [String] = []
    private let root: String
    private let diagnostics: Diagnostics
    /// Folders that were seen, by their real path: links may form rings.
    private var seen: Set<String> = []

    private static let mostFiles = 10_000
    private static let deepest = 16

    /// - Parameter folder: as the user named it.
    static func scan(_ folder: String, _ diagnostics: Diagnostics) -> FolderScan {
        let place = SourceLocation(file: folder, line: 1)
        guard let root = realPath(folder) else {
            diagnostics.error(at: place, "the folder cannot be opened: \(SourceFile.reason(errno))")
            return FolderScan(root: folder, diagnostics: diagnostics)
        }
        var scan = FolderScan(root: root, diagnostics: diagnostics)
        scan.visit(folder, depth: 0)
        return scan
    }

    private init(root: String, diagnostics: Diagnostics) {
        self.root = root
        self.diagnostics = diagnostics
    }

    private mutating func visit(_ folder: String, depth: Int) {
        let place = SourceLocation(file: folder, line: 1)
        guard depth <= Self.deepest else {
            diagnostics.error(at: place, "folders are nested more than \(Self.deepest) deep")
            return
        }
        guard let real = Self.realPath(folder), seen.insert(real).inserted else { return }
        guard let names = Self.names(in: folder) else {
            diagnostics.error(at: place, "the folder cannot be read: \(SourceFile.reason(errno))")
            return
        }
        folders.append(folder)
        for name in names where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            if Self.isPipelineFile(name) {
                guard files.count < Self.mostFiles else {
                    diagnostics.error(at: place, "there are more than \(Self.mostFiles) pipeline files")
                    return
                }
                if staysInside(path) { files.append(path) }
            } else if Self.isFolder(path), staysInside(path) {
                visit(path, depth: depth + 1)
            }
        }
    }

    static func isPipelineFile(_ name: String) -> Bool {
        let lower = name.lowercased()
        return [".yaml", ".yml", ".json"].contains { lower.hasSuffix($0) } && !lower.hasSuffix(".schema.json")
    }

    /// False, after a report, for a link that leads out of the folder. What cannot be resolved is left to
    /// the reader, who says why.
    private func staysInside(_ path: String) -> Bool {
        guard let real = Self.realPath(path) else { return true }
        guard real == root || real.hasPrefix(root == "/" ? "/" : root + "/") else {
            diagnostics.error(
                at: SourceLocation(file: path, line: 1),
                "this link leads out of the folder",
                expected: "expected a file below the folder of the pipelines",
            )
            return false
        }
        return true
    }

    private static func names(in folder: String) -> [String]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: capacity) { String(cString: $0) }
            }
            names.append(name)
        }
        return names.sorted()
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
