import OrderedJSON
import Testing

/// Reading values out of documents.
@Suite struct DocumentTests {
    @Test func membersKeepTheirOrderAndNumbersTheirSpelling() throws {
        let root = try JSONDocument(#"{"z": 1.50, "a": [1e2, -0], "m": {"k": true}}"#).root
        #expect(root.members.map { $0.key.string } == ["z", "a", "m"])
        #expect(root["z"]?.number?.spelling == "1.50")
        #expect(root["a"]?.elements.compactMap { $0.number?.spelling } == ["1e2", "-0"])
        #expect(root["m"]?["k"]?.bool == true)
        #expect(root["m"]?.withSource { String(decoding: $0, as: UTF8.self) } == #"{"k": true}"#)
        #expect(root.count == 3)
        #expect(root["nope"] == nil && root[0] == nil && root["z"]?["x"] == nil)
    }

    @Test func aRepeatedKeyHasItsLastValueAtItsFirstPlace() throws {
        let root = try JSONDocument(#"{"a": [1, 2], "b": 2, "a": {"x": 3}, "c": 4, "a": 5, "b": 6}"#).root
        #expect(root.count == 3)
        #expect(root.members.map { $0.key.string } == ["a", "b", "c"])
        #expect(root["a"]?.number?.int64 == 5)
        #expect(root.members.compactMap { $0.value.number?.int64 } == [5, 6, 4])
        #expect(JSONWriter.string(root) == #"{"a":5,"b":6,"c":4}"#)
        #expect(JSONWriter.string(JSONValue(root)) == #"{"a":5,"b":6,"c":4}"#)
    }

    @Test func keysAreComparedUnescaped() throws {
        let root = try JSONDocument(#"{"a\u0062": 1, "ab": 2, "\u00e9": 3, "é": 4, "x\ny": 5}"#).root
        #expect(root.count == 3)
        #expect(root["ab"]?.number?.int64 == 2)
        #expect(root["é"]?.number?.int64 == 4)
        #expect(root["x\ny"]?.number?.int64 == 5)
        #expect(root.members.compactMap { $0.key.string } == ["ab", "é", "x\ny"])
    }

    /// Objects on both sides of the size from which keys are hashed, with repeats.
    @Test(arguments: [2, 11, 12, 13, 14, 40, 300, 5_000])
    func lookUpInObjectsOfAllSizes(_ count: Int) throws {
        var keys = (0..<count).map { "key number \($0 % max(2, count - count / 3))" }
        keys[count - 1] = "key number 0"
        let members = keys.enumerated().map { "\"\($1)\": \($0)" }
        let root = try JSONDocument("{" + members.joined(separator: ", ") + "}").root
        var last: [String: Int] = [:]
        var order: [String] = []
        for (index, key) in keys.enumerated() {
            if last.updateValue(index, forKey: key) == nil { order.append(key) }
        }
        #expect(root.count == order.count)
        #expect(root.members.compactMap { $0.key.string } == order)
        for key in order {
            #expect(root[key]?.number?.int64 == last[key].map(Int64.init))
        }
    }

    @Test func elementsByIndex() throws {
        let root = try JSONDocument("[[10, 11, 12], [[1], 2, {\"a\": 3}, 4], []]").root
        #expect((0..<3).compactMap { root[0]?[$0]?.number?.int64 } == [10, 11, 12])
        #expect(root[1]?[2]?["a"]?.number?.int64 == 3)
        #expect(root[1]?[3]?.number?.int64 == 4)
        #expect(root[1]?[4] == nil && root[1]?[-1] == nil && root[2]?[0] == nil && root[3] == nil)
    }

    @Test func kinds() throws {
        let root = try JSONDocument(#"[null, true, false, 1, "s", [], {}]"#).root
        #expect(root.elements.map(\.kind) == [.null, .boolean, .boolean, .number, .string, .array, .object])
        #expect(root[0]?.isNull == true)
        #expect(root.elements.compactMap(\.bool) == [true, false])
        #expect(root[4]?.string == "s" && root[3]?.string == nil && root[4]?.number == nil)
        #expect(root[4]?.withText { Array($0) } == Array("s".utf8))
        #expect(root[3]?.withText { $0.count } == 0)
    }

    /// A document may be read from several threads at once.
    @Test func manyReaders() async throws {
        let document = try JSONDocument("[" + (0..<1_000).map { "{\"n\": \($0)}" }.joined(separator: ",") + "]")
        await withTaskGroup(of: Int64.self) { group in
            for _ in 0..<8 {
                group.addTask { document.root.elements.reduce(0) { $0 + ($1["n"]?.number?.int64 ?? 0) } }
            }
            for await sum in group {
                #expect(sum == 499_500)
            }
        }
    }
}
