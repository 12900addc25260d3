import Foundation
import OrderedJSON
import Testing

/// Random documents and random damage. The seed is fixed; `HEADGATE_FUZZ_SECONDS` lets it run longer, with
/// another seed each round.
@Suite struct FuzzTests {
    private func rounds(_ body: (inout SeededGenerator) throws -> Void) rethrows {
        let seconds = ProcessInfo.processInfo.environment["HEADGATE_FUZZ_SECONDS"].flatMap(Double.init) ?? 1
        let end = ContinuousClock.now + .seconds(seconds)
        var seed: UInt64 = 1
        repeat {
            var generator = SeededGenerator(seed: seed)
            try body(&generator)
            seed += 1
        } while ContinuousClock.now < end
    }

    /// A random value, as a value and as a text with blanks and needless escapes.
    private func value(_ generator: inout SeededGenerator, depth: Int) -> (JSONValue, String) {
        let blank = [" ", "", "", "\n", "\t  "].randomElement(using: &generator) ?? ""
        switch Int.random(in: 0..<(depth > 5 ? 5 : 7), using: &generator) {
        case 0: return (nil, "null" + blank)
        case 1: return (true, blank + "true")
        case 2:
            let numbers = [
                "0", "-0", "12", "1.50", "1e5", "-7.25E-3", "123456789012345678901", "0.1234567890123456789",
            ]
            let spelling = numbers.randomElement(using: &generator) ?? "0"
            return (JSONNumber(spelling).map { .number($0) } ?? nil, spelling + blank)
        case 3, 4:
            let (text, source) = string(&generator)
            return (.string(text), source)
        case 5:
            let parts = (0..<Int.random(in: 0..<5, using: &generator)).map { _ in value(&generator, depth: depth + 1) }
            return (.array(parts.map(\.0)), "[" + blank + parts.map(\.1).joined(separator: ",") + "]")
        default:
            var object = JSONObject()
            var members: [String] = []
            for _ in 0..<Int.random(in: 0..<16, using: &generator) {
                let (key, source) = string(&generator)
                let (member, text) = value(&generator, depth: depth + 2)
                object[key] = member
                members.append(source + blank + ":" + text)
            }
            return (.object(object), "{" + members.joined(separator: ",") + blank + "}")
        }
    }

    private func string(_ generator: inout SeededGenerator) -> (String, String) {
        let pieces = [
            ("a", "a"), ("key", "key"), ("é", "é"), ("é", "\\u00e9"), ("\n", "\\n"), ("/", "\\/"), ("/", "/"),
            ("😀", "\\ud83d\\ude00"), ("\"", "\\\""), ("\u{2028}", "\u{2028}"), ("\u{1}", "\\u0001"),
            ("\u{7F}", "\u{7F}"),
        ]
        var (text, source) = ("", "\"")
        for _ in 0..<Int.random(in: 0..<5, using: &generator) {
            let piece = pieces.randomElement(using: &generator) ?? ("", "")
            text += piece.0
            source += piece.1
        }
        return (text, source + "\"")
    }

    @Test func parsingAndWritingAreInverse() throws {
        try rounds { generator in
            for _ in 0..<200 {
                let (value, text) = value(&generator, depth: 0)
                let document = try JSONDocument(text)
                #expect(JSONValue(document.root) == value, "\(text)")
                let compact = JSONWriter.string(document.root)
                #expect(compact == JSONWriter.string(value), "\(text)")
                #expect(JSONWriter.string(try JSONDocument(compact).root) == compact)
                let pretty = JSONWriter.string(document.root, style: .pretty)
                #expect(pretty == JSONWriter.string(value, style: .pretty))
                #expect(JSONWriter.string(try JSONDocument(pretty).root) == compact)
                for style in [JSONStyle.inputJSON, .javaList] {
                    #expect(JSONWriter.string(document.root, style: style) == JSONWriter.string(value, style: style))
                }
            }
        }
    }

    /// Inputs that are worth keeping.
    private static func corpus() throws -> [[UInt8]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzz/json")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
    }

    @Test func theCorpusIsHarmless() throws {
        let corpus = try Self.corpus()
        #expect(corpus.count >= 30)
        for bytes in corpus {
            for end in stride(from: bytes.count, through: 0, by: -max(1, bytes.count / 100)) {
                walk(try? JSONDocument(parsing: bytes[..<end]))
                walk(try? JSONDocument(permissive: Array(bytes[..<end])))
            }
        }
    }

    @Test func damageIsReportedOrHarmless() throws {
        let corpus = try Self.corpus()
        rounds { generator in
            for _ in 0..<300 {
                let isKept = Int.random(in: 0..<4, using: &generator) == 0
                let kept = isKept ? corpus.randomElement(using: &generator) : nil
                var bytes = kept ?? Array(value(&generator, depth: 0).1.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[place] = .random(in: .min ... .max, using: &generator)
                    case 1: bytes.remove(at: place)
                    case 2: bytes.insert(Array("{}[]\",:\\'0-".utf8).randomElement(using: &generator) ?? 0, at: place)
                    default: bytes.removeSubrange(place...)
                    }
                }
                walk(try? JSONDocument(parsing: bytes))
                walk(try? JSONDocument(permissive: bytes))
            }
        }
    }

    /// Reads and writes everything, so that a wrong index would show.
    private func walk(_ document: JSONDocument?) {
        guard let document else { return }
        let value = JSONValue(document.root)
        for style in [JSONStyle.compact, .pretty, .inputJSON, .javaList] {
            #expect(JSONWriter.string(document.root, style: style) == JSONWriter.string(value, style: style))
        }
    }
}
