import Headgate

/// Reads one file of any kind, YAML or JSON, into nodes with their places: for documents that are no
/// pipeline files, such as OpenAPI definitions and CloudFormation templates.
public enum ConfigurationDocument {
    /// API Gateway takes definitions of up to 6 MB.
    private static let limits = ReadingLimits(bytes: 6 << 20)

    /// The value of a file; nil after a report.
    /// - Parameters:
    ///   - path: absolute, or relative to the working directory.
    ///   - name: how messages name the file; the path by default.
    ///   - environment: puts values in place of `${NAME}` as in pipeline files; nil leaves the text alone.
    public static func read(
        path: String,
        shownAs name: String? = nil,
        tags: YAMLTags = .refused,
        environment: [String: String]? = nil,
        _ diagnostics: Diagnostics,
    ) -> ConfigurationNode? {
        SourceFile.read(path, shownAs: name ?? path, limits: limits, diagnostics)
            .flatMap { value(of: $0, tags: tags, environment: environment, diagnostics) }
    }

    /// The value of a text; nil after a report.
    /// - Parameter name: how messages name it; its ending says whether it is JSON.
    public static func read(
        text: String,
        named name: String,
        tags: YAMLTags = .refused,
        environment: [String: String]? = nil,
        _ diagnostics: Diagnostics,
    ) -> ConfigurationNode? {
        SourceText.checked(file: name, bytes: Array(text.utf8), diagnostics)
            .flatMap { value(of: $0, tags: tags, environment: environment, diagnostics) }
    }

    /// The documents of every pipeline file below a folder, in the order of their names.
    public static func folder(
        _ path: String,
        environment: [String: String],
        _ diagnostics: Diagnostics,
    ) -> [ConfigurationNode] {
        let substitution = EnvironmentSubstitution(environment: environment, diagnostics: diagnostics)
        return FolderScan.scan(path, diagnostics).files.flatMap { file -> [ConfigurationNode] in
            guard let source = SourceFile.read(file, shownAs: file, limits: limits, diagnostics) else { return [] }
            let documents =
                isJSON(source)
                ? JSONReader.documents(in: source, limits: limits, diagnostics)
                : YAMLReader.documents(in: source, limits: limits, diagnostics)
            return documents.map { substitution.apply(to: $0) }
        }
    }

    private static func value(
        of source: SourceText,
        tags: YAMLTags,
        environment: [String: String]?,
        _ diagnostics: Diagnostics,
    ) -> ConfigurationNode? {
        let before = diagnostics.all.count
        let documents =
            isJSON(source)
            ? JSONReader.documents(in: source, limits: limits, diagnostics)
            : YAMLReader.documents(in: source, limits: limits, tags: tags, diagnostics)
        guard diagnostics.all.count == before else { return nil }
        guard let first = documents.first else {
            diagnostics.error(at: source.start, "the file is empty")
            return nil
        }
        if documents.count > 1 {
            diagnostics.error(
                at: documents[1].location,
                "a second document begins",
                expected: "expected one document in the file",
                suggestion: "leave out the line ---, or put the documents into files of their own",
            )
            return nil
        }
        guard let environment else { return first }
        return EnvironmentSubstitution(environment: environment, diagnostics: diagnostics).apply(to: first)
    }

    /// By the file's ending; where that says neither, by the first character.
    private static func isJSON(_ source: SourceText) -> Bool {
        let name = source.file.lowercased()
        if name.hasSuffix(".json") { return true }
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return false }
        let first = source.bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}
