import Foundation
import Headgate
import HeadgateDefinitions
import Testing

@Suite("Loading folders and files")
struct LoadingFilesTests {
    private let folder: TemporaryFolder
    private let loader = DefinitionsLoader(registry: TestStages.registry)

    init() throws {
        folder = try TemporaryFolder()
    }

    private func pipeline(_ route: String) -> String { "route: \(route)\nstages: [mock]\n" }

    /// The findings, with file names below the folder.
    private func findings(_ loaded: LoadedDefinitions) -> [String] {
        loaded.diagnostics.map {
            "\($0.location): \($0.message)".replacingOccurrences(of: folder.path + "/", with: "")
        }
    }

    @Test("Files are taken in the order of their names, in folders too, hidden ones are not")
    func order() throws {
        try folder.write(pipeline("GET /b"), to: "b.yaml")
        try folder.write(pipeline("GET /a"), to: "a.yml")
        try folder.write("{\"route\": \"GET /c\", \"stages\": [\"mock\"]}", to: "c.json")
        try folder.write(pipeline("GET /d"), to: "shop/d.yaml")
        try folder.write("not: read", to: ".hidden.yaml")
        try folder.write("not: read", to: ".git/x.yaml")
        try folder.write("not read", to: "readme.md")
        let loaded = loader.load(directory: folder.path)
        #expect(findings(loaded) == [])
        #expect(loaded.pipelines.map(\.name) == ["a", "b", "c", "shop/d"])
        #expect(
            loaded.pipelines.map { $0.routes.map(\.description) } == [["GET /a"], ["GET /b"], ["GET /c"], ["GET /d"]]
        )
        #expect(
            loaded.watched.map { $0.replacingOccurrences(of: folder.path, with: "") }
                == ["/a.yml", "/b.yaml", "/c.json", "/shop/d.yaml", "", "/shop"]
        )
    }

    @Test("A file may have several pipelines")
    func several() throws {
        try folder.write(
            "pipelines:\n  - {route: GET /a, stages: [mock]}\n  - {name: second, route: GET /b, stages: [mock]}\n",
            to: "x.yaml",
        )
        try folder.write(pipeline("GET /c") + "---\n" + pipeline("GET /d") + "---\n", to: "y.yaml")
        let loaded = loader.load(directory: folder.path + "/")
        #expect(findings(loaded) == [])
        #expect(loaded.pipelines.map(\.name) == ["x GET /a", "second", "y GET /c", "y GET /d"])
    }

    @Test("Whatever stands in a file's place is one finding, and the others load")
    func oddFiles() throws {
        try folder.write(pipeline("GET /good"), to: "good.yaml")
        try folder.write("", to: "empty.yaml")
        try folder.write("# nothing yet\n---\n", to: "comments.yaml")
        try folder.write("x", to: "folder.yaml/inner.txt")
        try folder.write(pipeline("GET /outside"), to: "../outside-\(ObjectIdentifier(folder).hashValue).yaml")
        #expect(mkfifo(folder.path + "/pipe.yaml", 0o600) == 0)
        try folder.link("broken.yaml", to: "nowhere.yaml")
        try folder.link("escape.yaml", to: "../outside-\(ObjectIdentifier(folder).hashValue).yaml")
        try folder.link("ring", to: ".")
        try folder.link("device.yaml", to: "/dev/zero")
        try Data().write(to: URL(fileURLWithPath: folder.path + "/huge.yaml"))
        try #require(truncate(folder.path + "/huge.yaml", 100 << 20) == 0)
        try Data([0x61, 0x3A, 0x20, 0xE9, 0x0A]).write(to: URL(fileURLWithPath: folder.path + "/latin.yaml"))
        try Data([0xFF, 0xFE, 0x61, 0x00]).write(to: URL(fileURLWithPath: folder.path + "/utf16.yaml"))
        try Data([0x61, 0x3A, 0x20, 0x00, 0x0A]).write(to: URL(fileURLWithPath: folder.path + "/zero.yaml"))
        let loaded = loader.load(directory: folder.path)
        #expect(
            findings(loaded) == [
                "broken.yaml:1: the file cannot be opened: no such file or directory",
                "comments.yaml:1: the file holds no pipeline",
                "device.yaml:1: this link leads out of the folder",
                "empty.yaml:1: the file is empty",
                "escape.yaml:1: this link leads out of the folder",
                "folder.yaml:1: this is a folder",
                "huge.yaml:1: the file is larger than 4 MiB",
                "latin.yaml:1:4: the byte 0xE9 is not UTF-8",
                "pipe.yaml:1: this is a pipe, a socket or a device",
                "utf16.yaml:1:1: the file is UTF-16",
                "zero.yaml:1:4: the control character 0x0 stands in the file",
            ]
        )
        #expect(loaded.pipelines.map(\.name) == ["good"])
        try? FileManager.default.removeItem(
            atPath: folder.path + "/../outside-\(ObjectIdentifier(folder).hashValue).yaml"
        )
    }

    @Test("Links inside of the folder are followed, as mounted configuration has them")
    func links() throws {
        try folder.write(pipeline("GET /a"), to: "..2026/a.yaml")
        try folder.link("..data", to: "..2026")
        try folder.link("a.yaml", to: "..data/a.yaml")
        let loaded = loader.load(directory: folder.path)
        #expect(findings(loaded) == [])
        #expect(loaded.pipelines.map(\.name) == ["a"])
    }

    @Test("A folder that is not there, or holds nothing")
    func missing() throws {
        let loaded = loader.load(directory: folder.path + "/none")
        #expect(findings(loaded) == ["none:1: the folder cannot be opened: no such file or directory"])
        #expect(loaded.hasErrors)
        let empty = loader.load(directory: folder.path)
        #expect(empty.diagnostics.map(\.message) == ["the folder holds no pipeline files"])
        #expect(!empty.hasErrors)
        try folder.write("x", to: "file.txt")
        #expect(
            loader.load(directory: folder.path + "/file.txt").diagnostics.map(\.message) == [
                "the folder cannot be read: not a directory"
            ]
        )
    }

    @Test("Single files")
    func files() throws {
        try folder.write(pipeline("GET /a"), to: "a.yaml")
        let loaded = loader.load(files: [folder.path + "/a.yaml", folder.path + "/b.yaml"])
        #expect(loaded.pipelines.map(\.name) == ["a"])
        #expect(findings(loaded) == ["b.yaml:1: the file cannot be opened: no such file or directory"])
        #expect(loaded.watched == [folder.path + "/a.yaml", folder.path + "/b.yaml"])
    }

    @Test("Files that stages open are watched")
    func consulted() throws {
        var registry = TestStages.registry
        registry.register(
            StageDeclaration(kind: "mock", phase: .dispatch, summary: "Opens a file.", example: "- mock", fields: []) {
                _,
                build in
                build.services[ConsultedFiles.self]?.add((build.directory ?? "") + "/script.lua")
                return BuiltStage(TestStages.Recorded(text: ""), explanation: "")
            }
        )
        try folder.write(pipeline("GET /a"), to: "a.yaml")
        let loaded = DefinitionsLoader(registry: registry).load(directory: folder.path)
        #expect(loaded.watched == [folder.path + "/a.yaml", folder.path + "/script.lua", folder.path])
    }

    @Test("Hundreds of pipelines load, and a broken one does not keep the others")
    func many() throws {
        for index in 0..<300 {
            try folder.write(index == 150 ? "route: GET" : pipeline("GET /p\(index)/{id}"), to: "p\(index).yaml")
        }
        let loaded = loader.load(directory: folder.path)
        #expect(loaded.pipelines.count == 299)
        #expect(Set(loaded.diagnostics.map(\.location.file)) == [folder.path + "/p150.yaml"])
    }
}
