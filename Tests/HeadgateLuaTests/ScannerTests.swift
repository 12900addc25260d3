import Testing

@testable import HeadgateLua

@Suite("Telling how a script is written")
struct ScannerTests {
    @Test(
        "Modules and statements",
        arguments: [
            ("local M = {}\nfunction M.request(ctx) end\nreturn M", LuaScriptStyle.module),
            ("return { request = function(ctx) return ctx end }", .module),
            ("ctx.response.status = 200", .statements),
            ("local ctx = ...\nreturn ctx:respond{status = 200}", .statements),
            ("local x = 1", .statements),
            ("if true then return end", .statements),
            ("-- return ctx\nlocal t = {}\nreturn t", .module),
            ("local s = [[ctx ...]] local q = 'ctx' return {s, q}", .module),
            (
                "local t = {} for i = 1, 2 do t[i] = i end while false do end repeat local y until true return t",
                .module,
            ),
            ("local t = { a = function() if x then return ctx end end }\nt.ctx = 1\nreturn t", .module),
            ("local r = ctx:respond{} return r", .statements),
            ("return", .statements),
        ],
    )
    func style(text: String, expected: LuaScriptStyle) {
        #expect(LuaScriptStyle(LuaScan(text)) == expected)
    }
}
