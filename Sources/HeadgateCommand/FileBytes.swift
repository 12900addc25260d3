#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whole files, for commands that read or write a few of them.
enum FileBytes {
    /// The contents of a file, standard input for `-`; nil when it cannot be read.
    static func read(_ path: String) -> [UInt8]? {
        guard let file = path == "-" ? fdopen(dup(0), "r") : fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return ferror(file) == 0 ? bytes : nil }
            bytes += chunk[..<count]
        }
    }

    /// Whether the file was written. One that exists is only overwritten when `replacing`.
    static func write(_ text: String, to path: String, replacing: Bool) -> Bool {
        guard let file = fopen(path, replacing ? "w" : "wx") else { return false }
        let bytes = Array(text.utf8)
        let written = fwrite(bytes, 1, bytes.count, file)
        return fclose(file) == 0 && written == bytes.count
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes a directory and those above it; true when it is there afterwards.
    static func makeDirectory(_ path: String) -> Bool {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            made += (made.isEmpty && path.first != "/" ? "" : "/") + part
            mkdir(made, 0o777)
        }
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
