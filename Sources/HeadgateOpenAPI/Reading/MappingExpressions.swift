import Headgate

/// The syntax of parameter mappings, checked when a definition is read; their values are the stages'.
struct MappingExpressions {
    let diagnostics: Diagnostics

    /// A mapping to one of these fails every request with a 500 (recorded on the service).
    private static let illegal = ["content-length", "transfer-encoding", "x-amzn-trace-id", "x-amzn-apigateway-api-id"]
    private static let illegalForAWS = ["authorization", "connection", "expect", "proxy-authenticate", "te"]

    func checkRequest(_ parameter: Named<LocatedText>, isAWS: Bool) {
        let targets = ["integration.request.path.", "integration.request.querystring.", "integration.request.header."]
        guard let target = targets.first(where: { parameter.name.hasPrefix($0) }),
            isName(parameter.name.dropFirst(target.utf8.count))
        else {
            refuseTarget(
                parameter,
                expected: "expected integration.request.header.NAME, ….querystring.NAME or ….path.NAME",
            )
            return
        }
        let sources = [
            "method.request.path.", "method.request.querystring.", "method.request.multivaluequerystring.",
            "method.request.header.", "method.request.multivalueheader.", "context.", "stageVariables.",
        ]
        check(parameter.value, sources: sources, body: "method.request.body")
        let name = parameter.name.dropFirst(target.utf8.count).lowercased()
        guard target.hasSuffix("header."), Self.illegal.contains(name) || isAWS && Self.illegalForAWS.contains(name)
        else { return }
        diagnostics.warning(
            at: parameter.place.location,
            "the header \(name) belongs to the gateway: every request of this method fails with 500",
            suggestion: "leave it out",
        )
    }

    func checkResponse(_ parameter: Named<LocatedText>) {
        let target = "method.response.header."
        guard parameter.name.hasPrefix(target), isName(parameter.name.dropFirst(target.utf8.count)) else {
            refuseTarget(parameter, expected: "expected method.response.header.NAME")
            return
        }
        check(
            parameter.value,
            sources: [
                "integration.response.header.", "integration.response.multivalueheader.", "context.", "stageVariables.",
            ],
            body: "integration.response.body",
        )
    }

    /// `gatewayresponse.header.NAME` from a constant, the request, the context or a stage variable.
    func checkGatewayResponse(_ parameter: Named<LocatedText>) {
        let targets = ["gatewayresponse.header.", "gatewayresponse.path.", "gatewayresponse.querystring."]
        guard
            targets.contains(where: { parameter.name.hasPrefix($0) && isName(parameter.name.dropFirst($0.utf8.count)) })
        else {
            refuseTarget(parameter, expected: "expected gatewayresponse.header.NAME")
            return
        }
        let sources = [
            "method.request.path.", "method.request.querystring.", "method.request.header.", "context.",
            "stageVariables.",
        ]
        check(parameter.value, sources: sources, body: nil)
    }

    private func check(_ value: LocatedText, sources: [String], body: String?) {
        let text = value.text
        if text.first == "'", text.last == "'", text.utf8.count >= 2 { return }
        if let body, text == body || text.hasPrefix(body + ".") || text.hasPrefix(body + "[") { return }
        if sources.contains(where: { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }) { return }
        diagnostics.error(
            at: value.location,
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                + "[Invalid mapping expression specified: \(text)]",
            expected: "expected a text in single quotes, or one of: "
                + (sources + (body.map { [$0] } ?? [])).joined(separator: ", "),
            suggestion: suggestion(for: text, sources),
        )
    }

    private func suggestion(for text: String, _ sources: [String]) -> String? {
        guard let dot = text.lastIndex(of: ".") else { return "write '\(text)' in single quotes" }
        let start = String(text[...dot])
        return Suggestion.nearest(to: start, among: sources).map {
            "did you mean \"\($0)\(text[text.index(after: dot)...])\"?"
        }
    }

    private func refuseTarget(_ parameter: Named<LocatedText>, expected: String) {
        diagnostics.error(
            at: parameter.place.location,
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                + "[Invalid mapping expression parameter specified: \(parameter.name)]",
            expected: expected,
        )
    }

    /// `^[a-zA-Z0-9._$-]+$`
    private func isName(_ name: Substring) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x30 && byte <= 0x39
                    || [0x2E, 0x5F, 0x24, 0x2D].contains(byte)
            }
    }
}
