import OrderedJSON
import Testing

/// Values that code builds.
@Suite struct ValueTests {
    @Test func literals() throws {
        let value: JSONValue = [
            "name": "Ana", "age": 30, "ratio": 1.5, "ok": true, "none": nil, "list": [1, "two"], "empty": [:],
        ]
        #expect(
            JSONWriter.string(value)
                == #"{"name":"Ana","age":30,"ratio":1.5,"ok":true,"none":null,"list":[1,"two"],"empty":{}}"#
        )
        #expect(value["age"]?.int == 30 && value["ratio"]?.double == 1.5 && value["ok"]?.bool == true)
        #expect(value["list"]?[1]?.string == "two" && value["list"]?[2] == nil && value["none"]?.isNull == true)
        #expect(value.kind == .object && value["list"]?.array?.count == 2)
    }

    @Test func membersAreSetRemovedAndKeepTheirPlace() {
        var value: JSONValue = ["a": 1, "b": 2, "c": 3]
        value["b"] = "x"
        value["d"] = 4
        value["a"] = nil
        #expect(JSONWriter.string(value) == #"{"b":"x","c":3,"d":4}"#)
        var other: JSONValue = 1
        other["k"] = true
        #expect(other == ["k": true])
    }

    @Test func equalityIgnoresTheOrderOfMembersButNotSpelling() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":[2]}"#) == JSONValue(parsing: #"{"b":[2],"a":1}"#))
        #expect(try JSONValue(parsing: "1.0") != JSONValue(parsing: "1"))
        let set: Set<JSONValue> = [["a": 1, "b": 2], ["b": 2, "a": 1]]
        #expect(set.count == 1)
    }

    @Test(arguments: [1, 8, 9, 10, 200])
    func objectsOfAllSizes(_ count: Int) {
        var object = JSONObject()
        for index in 0..<count {
            object["k\(index)"] = .number(JSONNumber(index))
        }
        #expect((0..<count).allSatisfy { object["k\($0)"]?.int == $0 })
        for index in stride(from: 0, to: count, by: 2) {
            #expect(object.removeValue(forKey: "k\(index)")?.int == index)
        }
        #expect(object.count == count / 2)
        #expect(object.keys == (0..<count).filter { $0 % 2 == 1 }.map { "k\($0)" })
        #expect((0..<count).allSatisfy { (object["k\($0)"] != nil) == ($0 % 2 == 1) })
        #expect(object.removeValue(forKey: "k0") == nil)
    }
}
