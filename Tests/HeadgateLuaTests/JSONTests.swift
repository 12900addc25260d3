import OrderedJSON
import Testing

@testable import HeadgateLua

/// What comes of JSON that goes through Lua's tables.
@Suite struct JSONTests {
    /// The text that an expression gives.
    private func text(_ expression: String) async throws -> String? {
        try JSONValue(parsing: Array(try await Bench().value(expression).utf8)).string
    }

    @Test(
        "Decoded objects are written in the order in which they came, with what was added behind",
        arguments: [
            (
                #"{"b":1,"a":[{"z":1,"y":{}},{"z":2,"y":[]}],"c":null}"#, "",
                #"{"b":1,"a":[{"z":1,"y":{}},{"z":2,"y":[]}],"c":null}"#,
            ),
            (#"{"b":1,"a":2}"#, "t.z = 3 t.c = 4", #"{"b":1,"a":2,"c":4,"z":3}"#),
            (#"{"b":1,"a":2,"c":3}"#, "t.a = nil", #"{"b":1,"c":3}"#),
            (#"{"b":1,"a":2}"#, "t.b = nil t.b = 5", #"{"b":5,"a":2}"#),
            (#"{"b":1,"a":2}"#, "t.a = nil t.b = nil", "{}"),
            (#"{"b":1,"a":2}"#, "t.a = nil t.b = nil t.x = 1", #"{"x":1}"#),
            (#"{"b":1,"a":2,"b":3}"#, "", #"{"b":3,"a":2}"#),
            (#"{"":1,"a\"b":2,"é":3,"\u0001":4}"#, "", #"{"":1,"a\"b":2,"é":3,"\u0001":4}"#),
            (
                #"{"b":1,"a":2}"#, "t[1] = 1",
                "cannot encode a table with both list elements and named fields, or with holes as JSON (at [1])",
            ),
            (#"{"b":1,"a":2}"#, "t[true] = 1", "cannot encode a key that is no string as JSON (at boolean)"),
            (#"{"b":{"c":1}}"#, "t.b.d = print", "cannot encode a function as JSON (at b.d)"),
            ("[1,2]", "t[4] = 1", "cannot encode a hole in a list (use host.json.null) as JSON (at [3])"),
            (
                "{}", "t[1] = 1",
                "cannot encode a table with both list elements and named fields, or with holes as JSON (at [1])",
            ),
            ("[]", "t[1] = 'x'", #"["x"]"#),
        ],
    )
    func order(json: String, change: String, expected: String) async throws {
        let text = try await text(
            """
            (function()
              local t = host.json.decode([==[\(json)]==])
              \(change)
              local fine, text = pcall(host.json.encode, t)
              return (text:gsub("^[^ ]*:%d+: ", ""))
            end)()
            """
        )
        #expect(text == expected)
    }

    @Test("Keys of any length and number keep their order")
    func manyKeys() async throws {
        let text = try await text(
            """
            (function()
              for _, count in ipairs{1, 23, 24, 25, 48, 63, 64, 65, 200} do
                local parts = {}
                for i = 1, count do
                  -- From 41 bytes on a string of Lua may be there twice.
                  parts[i] = ('"%s%d":%d'):format(("k"):rep(i % 50), (i * 37) % 1000, i)
                end
                local json = "{" .. table.concat(parts, ",") .. "}"
                local table = host.json.decode(json)
                local out = host.json.encode(table)
                if count <= 64 and out ~= json then return count .. ": " .. out end
                local again = host.json.decode(out)
                for key, value in pairs(table) do if again[key] ~= value then return key end end
              end
              return "fine"
            end)()
            """
        )
        #expect(text == "fine")
    }

    @Test("Objects keep their order when more shapes have come than are kept")
    func manyShapes() async throws {
        let text = try await text(
            """
            (function()
              local old = host.json.decode('{"z":1,"y":2,"x":3}')
              for i = 1, 6000 do host.json.decode('{"a' .. i % 15 .. '":{"b' .. i .. '":1,"c":2}}') end
              return host.json.encode(old) .. host.json.encode(host.json.decode('{"z":1,"y":2,"x":3}'))
            end)()
            """
        )
        #expect(text == #"{"z":1,"y":2,"x":3}{"z":1,"y":2,"x":3}"#)
    }

    @Test(
        "Strings of every length and what has to be escaped in them",
        arguments: [0, 1, 6, 7, 8, 9, 15, 16, 17, 40, 41, 100],
    )
    func strings(length: Int) async throws {
        let text = try await text(
            """
            (function()
              for _, odd in ipairs{"", '"', "\\\\", "\\n", "\\1", "é", "😀", "\\127"} do
                for place = 0, \(length) do
                  local text = ("a"):rep(place) .. odd .. ("b"):rep(\(length) - place)
                  local json = host.json.encode{ text = text }
                  if host.json.decode(json).text ~= text then return json end
                  if host.json.encode(host.json.decode(json)) ~= json then return "again: " .. json end
                end
              end
              return host.json.encode("a\\xFFb" .. ("c"):rep(\(length)))
            end)()
            """
        )
        #expect(text == "\"a\u{FFFD}b" + String(repeating: "c", count: length) + "\"")
    }
}
