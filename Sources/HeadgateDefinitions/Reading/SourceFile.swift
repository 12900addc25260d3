import Glibc
import Headgate

/// Reads a file that a user named, whatever stands in its place: folders, pipes, devices and files too
/// large to be meant are each one finding, and none of them blocks or fills the memory.
enum SourceFile {
    /// The text of `path`; nil after a report.
    /// - Parameter shownAs: how messages name it.
    static func read(
        _ path: String,
        shownAs name: String,
        limits: ReadingLimits,
        _ diagnostics: Diagnostics,
    ) -> SourceText? {
        let place = SourceLocation(file: name, line: 1)
        // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            diagnostics.error(at: place, "the file cannot be opened: \(reason(errno))")
            return nil
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            diagnostics.error(at: place, "the file cannot be read: \(reason(errno))")
            return nil
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR:
            diagnostics.error(at: place, "this is a folder", expected: "expected a file")
            return nil
        default:
            diagnostics.error(at: place, "this is a pipe, a socket or a device", expected: "expected a regular file")
            return nil
        }
        if status.st_size > limits.bytes {
            tooLarge(place, limits, diagnostics)
            return nil
        }
        guard let bytes = bytes(of: descriptor, expecting: Int(status.st_size), atMost: limits.bytes + 1) else {
            diagnostics.error(at: place, "the file cannot be read: \(reason(errno))")
            return nil
        }
        if bytes.count > limits.bytes {
            tooLarge(place, limits, diagnostics)
            return nil
        }
        return SourceText.checked(file: name, bytes: bytes, diagnostics)
    }

    private static func tooLarge(_ place: SourceLocation, _ limits: ReadingLimits, _ diagnostics: Diagnostics) {
        diagnostics.error(
            at: place,
            "the file is larger than \(limits.bytes >> 20) MiB",
            expected: "expected a smaller file",
        )
    }

    /// Everything up to `limit` bytes: the size may have changed since it was looked at.
    private static func bytes(of descriptor: Int32, expecting size: Int, atMost limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let wanted = min(max(size + 1 - bytes.count, 16 << 10), limit - bytes.count)
            var failed = false
            let chunk = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                let got = Glibc.read(descriptor, buffer.baseAddress, wanted)
                failed = got < 0
                count = max(got, 0)
            }
            if failed { return nil }
            if chunk.isEmpty { break }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
        }
        return bytes
    }

    /// The operating system's words for an error number.
    static func reason(_ number: Int32) -> String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text).lowercased()
    }
}
