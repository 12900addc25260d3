import Headgate
import HeadgateHTTP

/// The body of `/status`.
enum AdminStatus {
    static func json(_ state: AdminState) -> String {
        let generation = state.current.value
        let uptime = (state.clock.monotonicMicroseconds() - state.startedMicroseconds) / 1_000_000
        var out = "{\n"
        out += "  \"ready\": \(state.isReady.load(ordering: .acquiring)),\n"
        out += "  \"uptimeSeconds\": \(uptime),\n"
        out += "  \"generation\": \(generation.number),\n"
        out += "  \"requestsInFlight\": \(state.server.requestsInFlight),\n"
        out += "  \"connectionsOpen\": \(state.server.openConnections),\n"
        out += links(state.metrics.linkStatuses)
        out += "  \"pipelines\": ["
        for (index, pipeline) in generation.pipelines.enumerated() {
            out += index == 0 ? "\n" : ",\n"
            let routes = pipeline.routes.map { quoted($0.description) }.joined(separator: ", ")
            out += "    {\"name\": \(quoted(pipeline.name)), \"routes\": [\(routes)], \"streams\": \(pipeline.streams)}"
        }
        out += generation.pipelines.isEmpty ? "]\n" : "\n  ]\n"
        return out + "}\n"
    }

    private static func links(_ links: [LinkStatus]) -> String {
        if links.isEmpty { return "" }
        let entries = links.map { link in
            let targets = link.targets.map { target in
                "{\"target\": \(quoted(target.name)), \"standing\": \(quoted(target.standing)), "
                    + "\"outstanding\": \(target.outstanding)}"
            }
            let breaker = link.breaker.map { ", \"breaker\": \(quoted($0))" } ?? ""
            return "    {\"name\": \(quoted(link.name)), \"inFlight\": \(link.inFlight)\(breaker), "
                + "\"targets\": [\(targets.joined(separator: ", "))]}"
        }
        return "  \"links\": [\n" + entries.joined(separator: ",\n") + "\n  ],\n"
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20:
                out += "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
