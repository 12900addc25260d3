import Headgate

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads script files beside a pipeline file.
enum LuaFile {
    private static let largest = 1 << 20

    /// Reads `path` below `directory`. The file must be an ordinary one, and must not lead out of the folder,
    /// be it by `..` or by a link.
    static func read(_ path: String, in directory: String?) throws(InvalidValue) -> LuaSource {
        guard let directory else {
            throw InvalidValue(
                "\(path.quotedForMessage) cannot be found: the pipeline is no file, so nothing is beside it",
                suggestion: "write the script inline, with script: |",
            )
        }
        guard !path.isEmpty, !path.hasPrefix("/"), !path.utf8.contains(0),
            !path.split(separator: "/").contains("..")
        else {
            throw InvalidValue(
                "\(path.quotedForMessage) leads out of the folder of the pipeline file",
                expected: "expected a path below it, such as orders/enrich.lua",
            )
        }
        let shown = directory.isEmpty || directory == "." ? path : directory + "/" + path
        guard let real = realPath(shown), let folder = realPath(directory.isEmpty ? "." : directory) else {
            throw InvalidValue(
                "the script \(shown.quotedForMessage) does not exist",
                suggestion: nearest(to: path, in: directory),
            )
        }
        guard folder == "/" || real.hasPrefix(folder + "/") else {
            throw InvalidValue("\(path.quotedForMessage) is a link that leads out of the folder of the pipeline file")
        }
        return LuaSource(text: try contents(of: real, shown), file: shown)
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func contents(of path: String, _ shown: String) throws(InvalidValue) -> String {
        // Not blocking: a FIFO must not hold the loader.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw InvalidValue(
                "the script \(shown.quotedForMessage) cannot be opened: \(String(cString: strerror(errno)))"
            )
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw InvalidValue("\(shown.quotedForMessage) is no ordinary file")
        }
        guard status.st_size <= largest else {
            throw InvalidValue("the script \(shown.quotedForMessage) is larger than \(largest) bytes")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= largest {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw InvalidValue(
                    "the script \(shown.quotedForMessage) cannot be read: \(String(cString: strerror(errno)))"
                )
            }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InvalidValue("the script \(shown.quotedForMessage) is not UTF-8")
        }
        return text
    }

    /// The Lua file of the folder whose name is most like `path`.
    private static func nearest(to path: String, in directory: String) -> String? {
        let parts = path.split(separator: "/")
        let folder = parts.dropLast().joined(separator: "/")
        guard let name = parts.last, let listing = opendir(directory + "/" + folder) else { return nil }
        defer { closedir(listing) }
        var names: [String] = []
        while names.count < 1000, let entry = readdir(listing) {
            let found = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if found.hasSuffix(".lua") { names.append(found) }
        }
        guard let nearest = Suggestion.nearest(to: String(name), among: names.sorted()) else { return nil }
        return "did you mean \"\(folder.isEmpty ? nearest : folder + "/" + nearest)\"?"
    }
}
