import Headgate

/// The shape of a `stages:` list: each entry is a kind alone, or a mapping with one kind and maybe a name.
enum StageListShape {
    /// The record that stands for an entry; the schema generator knows it by this name.
    static let entryName = "stage"

    static let nameDocumentation = "What traces and metrics call the stage; the default is its kind."

    /// Whether this is the shape of an entry.
    static func isEntry(_ shape: ConfigurationShape) -> Bool {
        guard case .either(let shapes) = shape, case .record(let record)? = shapes.last else { return false }
        return record.name == entryName
    }

    static func shape(_ registry: StageRegistry) -> ConfigurationShape {
        .list(of: .either([.oneOf(registry.kinds, ignoringCase: false), .record(entry(registry))]))
    }

    static func entry(_ registry: StageRegistry) -> RecordShape {
        RecordShape(name: entryName, documentation: "One stage: its kind with its settings, and maybe a name.") {
            registry.declarations.map { declaration in
                FieldShape(
                    name: declaration.kind,
                    documentation: declaration.summary,
                    shape: .record(declaration.shape),
                    isRequired: false,
                    defaultText: nil,
                )
            } + [
                FieldShape(
                    name: "name",
                    documentation: nameDocumentation,
                    shape: .text(format: "name"),
                    isRequired: false,
                    defaultText: nil,
                )
            ]
        }
    }
}
