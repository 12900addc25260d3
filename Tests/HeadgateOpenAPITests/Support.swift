import Glibc
import Headgate
import HeadgateOpenAPI

enum Folder {
    /// The names in a folder, sorted.
    static func names(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func text(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The root of the checkout.
    static let checkout = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
}

enum Finding {
    /// `FILE:LINE:COLUMN: severity: message; expected; suggestion`, the file without its folder.
    static func line(_ finding: Diagnostic) -> String {
        let place = finding.location.description.split(separator: "/").last.map(String.init) ?? ""
        return "\(place): \(finding.severity.rawValue): "
            + [finding.message, finding.expected, finding.suggestion].compactMap { $0 }.joined(separator: "; ")
    }
}
