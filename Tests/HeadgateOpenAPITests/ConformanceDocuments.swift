import Headgate
import OrderedJSON

/// The documents of the conformance cases.
enum ConformanceDocuments {
    struct Document: Sendable, CustomStringConvertible {
        let name: String
        let text: String

        var description: String { name }
    }

    /// Each document once, named after the first case that has it.
    static let all: [Document] = {
        let folder = Folder.checkout + "/Tests/Conformance/dataplane"
        var known: Set<String> = []
        var documents: [Document] = []
        for name in Folder.names(folder) where name.hasSuffix(".jsonl") {
            for line in (Folder.text(folder + "/" + name) ?? "").split(separator: "\n") {
                guard let json = try? JSONValue(parsing: String(line)), let api = json["api"],
                    let id = json["id"]?.string
                else { continue }
                let text = JSONWriter.string(api, style: .pretty)
                if known.insert(text).inserted { documents.append(Document(name: id + ".json", text: text)) }
            }
        }
        return documents
    }()
}
