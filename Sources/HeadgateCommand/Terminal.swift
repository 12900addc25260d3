import Headgate
import HeadgateDefinitions
import HeadgateTesting

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Standard output and standard error.
enum Terminal {
    /// Colours where standard output is a terminal, unless `NO_COLOR` is set (no-color.org).
    static let isColoured = isatty(1) == 1 && getenv("NO_COLOR") == nil
    static let isErrorColoured = isatty(2) == 1 && getenv("NO_COLOR") == nil
    static let style: TextStyle = isColoured ? .coloured : .plain

    static func error(_ text: String) {
        write(text.last == "\n" ? text : text + "\n", to: 2)
    }

    /// A line on standard output that a reader behind a pipe gets at once.
    static func line(_ text: String) {
        write(text + "\n", to: 1)
    }

    /// A text on standard output as it is.
    static func text(_ text: String) {
        write(text, to: 1)
    }

    /// What was found in files, on standard error; nothing where there is nothing to say.
    static func findings(_ diagnostics: Diagnostics) {
        guard !diagnostics.all.isEmpty else { return }
        var sources = DiagnosticSources()
        for file in Set(diagnostics.all.map(\.location.file)) { sources.add(file: file) }
        error(DiagnosticPrinter(sources: sources, isColoured: isErrorColoured).text(diagnostics.sorted))
    }

    /// Bytes on standard output as they are.
    static func bytes(_ bytes: [UInt8]) {
        write(bytes, to: 1)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8), to: descriptor)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}

/// The process's environment.
enum Environment {
    static var current: [String: String] {
        var values: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return values
    }
}
