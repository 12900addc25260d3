/// What scripts can use, for people and editors: the reference page and the LuaCATS stubs are made from here. A
/// test compares it with what a state has, and runs every example.
public enum LuaReference {
    struct Entry: Sendable {
        /// `host.json.decode`, `ctx.request.method`, `headers:get`.
        let name: String
        /// `text: string, options?: table`; nil for a value.
        let parameters: String?
        /// The type of a value, or what a function returns, with commas between.
        let type: String
        let text: String
        /// Statements that show it; nil where the one before shows it too.
        let example: String?

        /// A function, or a method with `:` in its name.
        static func function(
            _ name: String,
            _ parameters: String,
            returns: String = "",
            _ text: String,
            example: String? = nil,
        ) -> Entry {
            Entry(name: name, parameters: parameters, type: returns, text: text, example: example)
        }

        static func value(_ name: String, _ type: String, _ text: String, example: String? = nil) -> Entry {
            Entry(name: name, parameters: nil, type: type, text: text, example: example)
        }

        /// Parameters as pairs of name (with `?` where it may be left out) and type.
        var parameterList: [(name: String, type: String)] {
            LuaReference.split(parameters ?? "").map { part in
                let pieces = part.split(separator: ":", maxSplits: 1)
                return (String(pieces[0]), pieces.count > 1 ? String(pieces[1].drop { $0 == " " }) : "any")
            }
        }
    }

    struct Section: Sendable {
        let title: String
        let text: String
        let entries: [Entry]
    }

    static let sections: [Section] = contextSections + hostSections + libraryHostSections

    /// Splits at commas that stand outside of brackets.
    static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var depth = 0
        for character in text {
            switch character {
            case "(", "{", "[", "<": depth += 1
            case ")", "}", "]", ">": depth -= 1
            case "," where depth == 0:
                parts.append(String(part.drop { $0 == " " }))
                part = ""
                continue
            default: break
            }
            part.append(character)
        }
        if !part.isEmpty { parts.append(String(part.drop { $0 == " " })) }
        return parts
    }

    // MARK: The page

    /// The reference of the Lua API, Markdown. Its examples are run by the tests.
    public static var page: String {
        var out = """
            # Lua

            What scripts and plugins can use: `ctx`, the exchange; `host`, everything else; and a part of Lua's own
            library. This page is generated, and its examples are run by the tests.

            A script is a list of statements that run for each request, or a module that returns a table of functions
            named as the phases (`authenticate` and `request` in front of the backend call, `response` behind it, `run`
            for both, `error` and `log` after the pipeline), which get `ctx`, `config` and what `init(config)` returned. It ends by returning nothing (go on),
            `ctx:respond{…}` (answer the client), `ctx:skip()` (leave out the stages up to the backend call), or `nil` and
            an error: a text, or a table `{code, status, message, details}` of which the client sees status and message.

            Functions that can fail for reasons outside of the script return `nil` and a text. Wrong arguments raise an
            error with the line that passed them. Globals are frozen, and nothing is kept from one request to the next but
            what `host.cache` holds. Scripts that wait (`host.http`, `host.time.sleep`, `host.cache.fetch`) let others
            run meanwhile.


            """
        out += """
            ## Phases

            `error` runs after any stage of the pipeline has failed, whichever it was and wherever the script stands: it sees
            why in `ctx.error`, and may change the response or make another. `log` runs when the response is settled and on
            its way (in `headgate invoke` and in tests just before). A failure in one of them is logged and changes nothing.


            """
        out += LuaPhaseTable.markdown + "\nEverything else is refused with a message that names the phases.\n\n"
        for section in sections {
            out += "## \(section.title)\n\n\(section.text)\n\n"
            for entry in section.entries { out += markdown(entry) }
        }
        return String(out.dropLast())
    }

    private static func markdown(_ entry: Entry) -> String {
        let signature = entry.parameters.map { "\(entry.name)(\($0))" } ?? entry.name
        let arrow = entry.type.isEmpty ? "" : entry.parameters == nil ? ": \(entry.type)" : " → \(entry.type)"
        var out = "### `\(signature)\(arrow)`\n\n\(entry.text)\n\n"
        if let example = entry.example { out += "```lua\n\(example)\n```\n\n" }
        return out
    }

    // MARK: Stubs

    /// Definitions in the language of LuaCATS annotations, from which editors complete and check scripts.
    public static var stubs: String {
        var out = """
            ---@meta
            -- Generated by `headgate docs`: what Headgate gives to scripts. Add this file to the workspace library of
            -- your editor's Lua language server.


            """
        for name in classNames {
            out += "---@class headgate.\(name)\n"
            for entry in sections.flatMap(\.entries) where entry.parameters == nil && owner(entry.name) == name {
                out += "---@field \(member(entry.name)) \(entry.type) \(firstSentence(entry.text))\n"
            }
            out += "local \(local(name)) = {}\n\n"
        }
        out +=
            "---@type headgate.ctx\nctx = {}\n---The settings of the stage, read-only.\n---@type table\nconfig = {}\n"
        out += "---What `init` returned, read-only.\n---@type table\nstate = {}\n\n---@class headgate.host\nhost = {}\n"
        for group in Set(
            hostNames.compactMap { $0.split(separator: ".").count > 2 ? $0.split(separator: ".")[1] : nil }
        ).sorted() {
            out += "host.\(group) = {}\n"
        }
        for entry in sections.flatMap(\.entries) { out += stub(entry) }
        return out
    }

    private static let classNames = [
        "ctx", "ctx.request", "ctx.integration", "ctx.integration.request", "ctx.integration.response", "ctx.response",
        "headers", "query", "body", "secret",
    ]

    private static func stub(_ entry: Entry) -> String {
        let isHost = entry.name.hasPrefix("host.") || !entry.name.contains(".") && !entry.name.contains(":")
        if entry.parameters == nil, !isHost { return "" }
        var out = "\n" + entry.text.split(separator: "\n").map { "---\($0)\n" }.joined()
        guard entry.parameters != nil else { return out + "---@type \(entry.type)\n\(entry.name) = nil\n" }
        for parameter in entry.parameterList { out += "---@param \(parameter.name) \(parameter.type)\n" }
        for type in split(entry.type) { out += "---@return \(type)\n" }
        let names = entry.parameterList.map { $0.name.hasSuffix("?") ? String($0.name.dropLast()) : $0.name }
        var name = entry.name
        if let colon = name.firstIndex(of: ":") { name = local(String(name[..<colon])) + name[colon...] }
        return out + "function \(name)(\(names.joined(separator: ", "))) end\n"
    }

    private static var hostNames: [String] {
        sections.flatMap(\.entries).map(\.name).filter { $0.hasPrefix("host.") }
    }

    private static func local(_ name: String) -> String { name.split(separator: ".").joined(separator: "_") + "_" }

    private static func owner(_ name: String) -> String {
        guard let end = name.lastIndex(where: { $0 == "." || $0 == ":" }) else { return "" }
        return String(name[..<end])
    }

    private static func member(_ name: String) -> String {
        name.lastIndex { $0 == "." || $0 == ":" }.map { String(name[name.index(after: $0)...]) } ?? name
    }

    private static func firstSentence(_ text: String) -> String {
        text.split(separator: "\n").joined(separator: " ")
    }
}
