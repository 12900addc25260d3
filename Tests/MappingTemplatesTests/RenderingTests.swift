import MappingTemplates
import OrderedJSON
import Synchronization
import Testing

/// How rendering fails, what it tells a trace, and that one template serves many threads.
struct RenderingTests {
    /// The messages quote the template and its input; they are for authors and logs.
    @Test(arguments: [
        ("a\n$input.path('$.s').substring(9)", TemplateRenderError.Reason.method, 2),
        ("a\n\n$input.path('$.s').charAt(-1)", .method, 3),
        ("$input.path('$[')", .jsonPath, 1),
        ("#set($x = 1)\n\n\n$input.json('$..[?(')", .jsonPath, 4),
        ("#foreach($i in [1..3])\n$util.parseJson('{')\n#end", .payload, 2),
        (
            "#set($context.requestOverride.header.a = 'b')\n#set($context.requestOverride.header.a = 'c')",
            .override, 2,
        ),
        ("\n#foreach($i in [1..1000])#foreach($j in [1..1000])#foreach($k in [1..1000])#end#end#end", .limit, 2),
        ("#set($s = 'aaaaaaaaaaaaaaaa')\n#foreach($i in [1..60])\n#set($s = \"$s$s\")\n#end", .limit, 3),
    ])
    func failuresNameReasonAndLine(_ source: String, _ reason: TemplateRenderError.Reason, _ line: Int) throws {
        let template = try MappingTemplate(source: source, name: "orders.vtl")
        var output = Array("kept".utf8)
        var overrides = TemplateOverrides()
        let error = #expect(throws: TemplateRenderError.self) {
            try template.render(
                into: &output,
                with: TemplateBindings(payload: Array(#"{"s": "abc"}"#.utf8)),
                overrides: &overrides,
            )
        }
        #expect(error?.reason == reason, "\(error?.description ?? "no error")")
        #expect(error?.line == line, "\(error?.description ?? "no error")")
        #expect(error?.name == "orders.vtl")
        #expect(output == Array("kept".utf8), "what was there stays as it was")
        #expect(overrides.isEmpty, "nothing is half-applied")
    }

    @Test func aPayloadThatIsNoJSONFailsWhereItIsRead() throws {
        let template = try MappingTemplate(source: "first\n$input.path('$.a')")
        let error = #expect(throws: TemplateRenderError.self) {
            _ = try template.render(with: TemplateBindings(payload: Array("{\"a\": ".utf8)))
        }
        #expect(error?.reason == .payload)
        #expect(error?.line == 2)
    }

    private final class Recording: TemplateTrace, Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func reference(_ text: String, value: String, line: Int) {
            lines.withLock { $0.append("\(line) \(text) = \(value)") }
        }
        func directive(_ name: String, detail: String, line: Int) {
            lines.withLock { $0.append("\(line) \(name) \(detail)") }
        }
    }

    @Test func aTraceIsToldOfEveryReferenceAndDirective() throws {
        let template = try MappingTemplate(
            source: """
                #set($n = $input.path('$.n'))
                #foreach($i in $n)
                #if($i > 1)$i#else-#end
                #end
                $nope
                """
        )
        let trace = Recording()
        var output: [UInt8] = []
        var overrides = TemplateOverrides()
        try template.render(
            into: &output,
            with: TemplateBindings(payload: Array(#"{"n": [1, 2]}"#.utf8)),
            overrides: &overrides,
            trace: trace,
        )
        #expect(String(decoding: output, as: UTF8.self) == "-2")
        let expected = [
            "1 #set $n = [1,2]",
            "2 #foreach over 2 elements",
            "3 #if not taken",
            "3 #else taken",
            "3 #if taken",
            "3 $i = 2",
            "5 $nope = ",
        ]
        #expect(trace.all == expected)
    }

    /// A template is compiled once and has no state: any number of threads may render it at the same time.
    @Test func oneTemplateServesManyThreads() async throws {
        let template = try MappingTemplate(
            source: "#set($t = 0)#foreach($i in $input.path('$.n'))#set($t = $t + $i)#end$t $input.json('$.who')"
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 1...8 {
                group.addTask {
                    for round in 1...50 {
                        let payload = Array(#"{"n": [\#(worker), \#(round), 1], "who": "w\#(worker)"}"#.utf8)
                        let output = try template.render(with: TemplateBindings(payload: payload))
                        #expect(output == "\(worker + round + 1) \"w\(worker)\"")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private final class Members: TemplateMembers {
        var memberNames: [String] { ["a", "inner"] }
        func member(_ name: String) -> TemplateMember? {
            switch name {
            case "a": .string("x")
            case "inner": .members(Members())
            default: nil
            }
        }
    }

    /// What holds itself would never be given back, with everything it holds.
    @Test(arguments: [
        "#set($l = [$context])#set($x = $l.add($l))",
        "#set($l = [$context])#set($m = [$l])#set($x = $l.add(0, $m))",
        "#set($l = [1, $context])#set($x = $l.set(0, $l))",
        "#set($l = [1, $context])#set($l[0] = $l)",
        "#set($l = [$context])#set($x = $l.addAll([$l, 1]))",
        "#set($m = {'c': $context})#set($m.self = $m)",
        "#set($m = {'c': $context})#set($x = $m.put($m, 1))",
        "#set($m = {'c': $context, 'l': []})#set($x = $m.l.add($m))",
        "#set($m = {'c': $context})#foreach($e in $m.entrySet())#set($x = $e.setValue($e))#end",
        "#foreach($i in [1])#set($foreach.self = [$foreach, $context])#end",
        "#set($l = [$context])#set($x = $l.subList(0, 1))#set($y = $l.add($x))",
        "#macro(m)#set($c = $context)#define($b)$c#end#set($d = $b)#end#m()",
        "#set($context.requestOverride.header.a = $context)",
    ])
    func whatHoldsItselfIsLetGo(_ source: String) throws {
        for profile in MappingTemplate.Profile.allCases {
            let template = try MappingTemplate(source: source + "$context.a", profile: profile)
            weak var held: Members?
            try {
                let members = Members()
                held = members
                _ = try? template.render(with: TemplateBindings(context: members))
            }()
            #expect(held == nil, "\(profile)")
        }
    }
}
