/// Which parts of the API can be used in which phase, for the reference: from the tables that decide it.
enum LuaPhaseTable {
    struct Row: Sendable {
        let name: String
        let readable: [ContextPhase]
        let writable: [ContextPhase]
    }

    /// More specific names first.
    static let rows: [Row] =
        [
            ContextOwner.request, .integrationRequest, .integrationResponse, .response,
        ].map { Row(name: $0.path, readable: $0.readable, writable: $0.writable) } + [
            Row(name: "ctx.identity", readable: ContextPhase.allCases, writable: ContextRoot.identityPhases),
            Row(name: "ctx.vars", readable: ContextPhase.allCases, writable: ContextPhase.allCases),
            Row(name: "ctx.error", readable: ContextRoot.errorPhases, writable: []),
            Row(name: "ctx:respond", readable: ContextRoot.outcomePhases, writable: []),
            Row(name: "ctx:skip", readable: ContextRoot.outcomePhases, writable: []),
            Row(name: "ctx", readable: ContextPhase.allCases, writable: []),
            Row(name: "host", readable: ContextPhase.allCases, writable: []),
        ]

    /// `read`, `read, change` or a dash for each phase.
    static var markdown: String {
        var out = "| | " + ContextPhase.allCases.map { "`\($0.rawValue)`" }.joined(separator: " | ") + " |\n|---|"
        out += String(repeating: "---|", count: ContextPhase.allCases.count) + "\n"
        for row in rows {
            let name =
                row.name == "ctx" ? "everything else of `ctx`" : row.name == "host" ? "all of `host`" : "`\(row.name)`"
            out += "| \(name) |"
            for phase in ContextPhase.allCases {
                let use = row.name.hasPrefix("ctx:") || row.name == "host" ? "use" : "read"
                let words = [row.readable.contains(phase) ? use : nil, row.writable.contains(phase) ? "change" : nil]
                let text = words.compactMap(\.self).joined(separator: ", ")
                out += " \(text.isEmpty ? "–" : text) |"
            }
            out += "\n"
        }
        return out
    }
}
