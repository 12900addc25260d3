import CLua
import OrderedJSON

/// Values on the stack of a coroutine, in Swift's types.
struct LuaStack {
    let L: OpaquePointer

    init(_ L: OpaquePointer) {
        self.L = L
    }

    var count: Int32 { hg_top(L) }

    func type(at index: Int32) -> hg_type { hg_type_of(L, index) }
    func typeName(at index: Int32) -> String { String(cString: hg_type_name(L, index)) }
    func isAbsent(at index: Int32) -> Bool { hg_type_of(L, index).rawValue <= HG_NIL.rawValue }

    // MARK: Reading

    /// Lends the bytes of a string or of a number's text.
    func withBytes<Result>(at index: Int32, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result? {
        var length = 0
        guard let start = hg_string(L, index, &length) else { return nil }
        return try start.withMemoryRebound(to: UInt8.self, capacity: length) { bytes in
            try body(UnsafeBufferPointer(start: bytes, count: length))
        }
    }

    /// A string or a number as text; bytes that are no UTF-8 become U+FFFD.
    func text(at index: Int32) -> String? {
        withBytes(at: index) { String(decoding: $0, as: UTF8.self) }
    }

    func bytes(at index: Int32) -> [UInt8]? {
        withBytes(at: index) { Array($0) }
    }

    func integer(at index: Int32) -> Int? {
        var value: Int64 = 0
        return hg_integer(L, index, &value) ? Int(value) : nil
    }

    func number(at index: Int32) -> Double? {
        var value = 0.0
        return hg_number(L, index, &value) ? value : nil
    }

    /// The value as JSON text.
    func json(at index: Int32) throws(LuaRaise) -> [UInt8] {
        var start: UnsafePointer<CChar>?
        var length = 0
        guard hg_json_encode(L, index, 200, &start, &length), let start else {
            let message = text(at: -1) ?? "cannot encode the value as JSON"
            hg_set_top(L, count - 1)
            throw .message(message)
        }
        return start.withMemoryRebound(to: UInt8.self, capacity: length) {
            Array(UnsafeBufferPointer(start: $0, count: length))
        }
    }

    /// The value of `table[name]`, taken off the stack again.
    func field<Value>(_ name: String, of table: Int32, _ read: (Int32) throws(LuaRaise) -> Value) throws(LuaRaise)
        -> Value
    {
        hg_get_field(L, table, name)
        let top = hg_top(L)
        defer { hg_set_top(L, top - 1) }
        return try read(top)
    }

    // MARK: Pushing

    func push(_ text: String) {
        var text = text
        text.withUTF8 { hg_push_string(L, $0.baseAddress, $0.count) }
    }

    func push(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { hg_push_string(L, $0.baseAddress, $0.count) }
    }

    func push(_ value: Int) { hg_push_integer(L, Int64(value)) }
    func push(_ value: Double) { hg_push_number(L, value) }
    func push(_ value: Bool) { hg_push_boolean(L, value) }
    func pushNil() { hg_push_nil(L) }

    /// Decodes a JSON text and pushes the value.
    func push(json: [UInt8]) throws(LuaRaise) {
        guard hg_json_decode(L, json, json.count, 200) else {
            let message = text(at: -1) ?? "is no JSON"
            hg_set_top(L, count - 1)
            throw .message(message)
        }
    }

    func push(_ value: JSONValue) throws(LuaRaise) {
        switch value {
        case .null: hg_push_null(L)
        case .bool(let value): push(value)
        case .string(let value): push(value)
        case .number, .array, .object:
            var bytes: [UInt8] = []
            JSONWriter.append(value, to: &bytes)
            try push(json: bytes)
        }
    }
}

/// What a function of the host answers instead of results: an error at the script's line.
enum LuaRaise: Error {
    case message(String)
    /// A complaint about an argument, from 1; `calling 'set' …` is Lua's part of the message.
    case argument(Int32, String)
}
