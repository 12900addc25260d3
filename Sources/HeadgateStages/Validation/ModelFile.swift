import Headgate
import OrderedJSON

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads JSON files with schemas beside a pipeline file.
enum ModelFile {
    /// API Gateway's limit for the models of one API is 400 KB.
    private static let largest = 4 << 20

    /// Reads `path` below `directory`. The file must be an ordinary one, and must not lead out of the folder.
    static func read(_ path: String, in directory: String?) throws(InvalidValue) -> JSONValue {
        guard let directory else {
            throw InvalidValue(
                "\(path.quotedForMessage) cannot be found: the pipeline is no file, so nothing is beside it",
                suggestion: "write the schema inline",
            )
        }
        guard !path.isEmpty, !path.hasPrefix("/"), !path.utf8.contains(0), !path.split(separator: "/").contains("..")
        else {
            throw InvalidValue(
                "\(path.quotedForMessage) leads out of the folder of the pipeline file",
                expected: "expected a path below it, such as models/pet.schema.json",
            )
        }
        let shown = directory.isEmpty || directory == "." ? path : directory + "/" + path
        guard let real = realPath(shown), let folder = realPath(directory.isEmpty ? "." : directory) else {
            throw InvalidValue("the model \(shown.quotedForMessage) does not exist")
        }
        guard folder == "/" || real.hasPrefix(folder + "/") else {
            throw InvalidValue("\(path.quotedForMessage) is a link that leads out of the folder of the pipeline file")
        }
        let bytes = try contents(of: real, shown)
        do throws(JSONParseError) {
            return try JSONValue(parsing: bytes)
        } catch {
            let place = SourceLocation(file: shown, line: error.line, column: error.column)
            throw InvalidValue("found \(error.found)", expected: "expected \(error.expected)", at: place)
        }
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func contents(of path: String, _ shown: String) throws(InvalidValue) -> [UInt8] {
        // Not blocking: a FIFO must not hold the loader.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw InvalidValue(
                "the model \(shown.quotedForMessage) cannot be opened: \(String(cString: strerror(errno)))"
            )
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw InvalidValue("\(shown.quotedForMessage) is no ordinary file")
        }
        guard status.st_size <= largest else {
            throw InvalidValue("the model \(shown.quotedForMessage) is larger than \(largest >> 20) MiB")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= largest {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw InvalidValue(
                    "the model \(shown.quotedForMessage) cannot be read: \(String(cString: strerror(errno)))"
                )
            }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    private static func read(_ descriptor: Int32, _ base: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, base, count)
        #else
        Musl.read(descriptor, base, count)
        #endif
    }
}
