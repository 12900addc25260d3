#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Tells whether the code in a folder has changed, by names, sizes and times of its files.
enum CodeStamp {
    private static let mostFiles = 5000

    static func of(_ folder: String) -> UInt64 {
        var stamp: UInt64 = 0xCBF2_9CE4_8422_2325
        var left = mostFiles
        look(folder, depth: 0, &stamp, &left)
        return stamp
    }

    private static func look(_ folder: String, depth: Int, _ stamp: inout UInt64, _ left: inout Int) {
        guard depth < 16, let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        while left > 0, let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") || name == "__pycache__" || name == "node_modules" { continue }
            left -= 1
            let path = folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            var mark: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in path.utf8 { mark = (mark ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            if status.st_mode & S_IFMT == S_IFDIR {
                look(path, depth: depth + 1, &stamp, &left)
            } else {
                mark ^= UInt64(truncatingIfNeeded: status.st_mtim.tv_sec) &* 31
                mark ^= UInt64(truncatingIfNeeded: status.st_mtim.tv_nsec) &* 131
                mark ^= UInt64(truncatingIfNeeded: status.st_size) &* 8191
            }
            // The order in which a folder gives its entries does not count.
            stamp = stamp &+ mark &* 0x9E37_79B9_7F4A_7C15
        }
    }
}
