import Headgate

/// Whether stages stand in an order that can work: what each needs must come first.
struct StageOrder {
    let entries: [StageList.Entry]
    let registry: StageRegistry

    /// False after a report.
    /// - Parameter location: of the list, for what is missing altogether.
    func check(at location: SourceLocation, _ diagnostics: Diagnostics) -> Bool {
        let before = diagnostics.all.count
        checkSequence(diagnostics)
        checkOnce(.dispatch, "calls a backend", diagnostics)
        checkOnce(.select, "selects the response", diagnostics)
        checkAnswer(at: location, diagnostics)
        if diagnostics.all.count == before { checkResponse(diagnostics) }
        return diagnostics.all.count == before
    }

    /// Canonical stages stand in canonical order; others anywhere.
    private func checkSequence(_ diagnostics: Diagnostics) {
        var latest: StageList.Entry?
        for entry in entries where entry.phase != .any {
            guard let previous = latest, entry.phase < previous.phase else {
                latest = entry
                continue
            }
            diagnostics.error(
                at: entry.location,
                "\(name(entry)) stands behind \(name(previous))",
                expected: "expected the order "
                    + StagePhase.allCases.filter { $0 != .any }.map(\.rawValue).joined(separator: ", "),
                suggestion: "move it in front of \(name(previous)) in line \(previous.location.line)",
            )
        }
    }

    private func checkOnce(_ phase: StagePhase, _ doing: String, _ diagnostics: Diagnostics) {
        let all = entries.filter { $0.phase == phase }
        guard let first = all.first else { return }
        for entry in all.dropFirst() {
            diagnostics.error(
                at: entry.location,
                "\(name(entry)) is the second stage that \(doing)",
                expected: "expected one: \(name(first)) in line \(first.location.line) is the first",
            )
        }
    }

    /// Something has to answer, and what looks at the answer stands behind it. A script or a plugin may do anything,
    /// so that a list with one is given the benefit of the doubt.
    private func checkAnswer(at location: SourceLocation, _ diagnostics: Diagnostics) {
        let choices =
            "one of: " + registry.declarations.filter { $0.phase == .dispatch }.map(\.kind).joined(separator: ", ")
        guard
            !entries.contains(where: { $0.phase == .dispatch || $0.phase == .any || $0.declaration.origin == "plugin" })
        else {
            return
        }
        guard let needing = entries.first(where: { $0.phase == .select || $0.phase == .response }) else {
            diagnostics.error(at: location, "no stage calls a backend", expected: "expected " + choices)
            return
        }
        diagnostics.error(
            at: needing.location,
            "\(name(needing)) needs a backend's answer, but no stage calls one",
            expected: "expected in front of it " + choices,
        )
    }

    /// Kinds that leave the client's response to a stage behind them; the others make one themselves.
    private static let mapped: Set<String> = ["http", "aws"]

    private func checkResponse(_ diagnostics: Diagnostics) {
        guard let index = entries.firstIndex(where: { Self.mapped.contains($0.kind) }) else { return }
        guard !entries[index...].contains(where: { $0.phase == .response || $0.phase == .any }) else { return }
        diagnostics.error(
            at: entries[index].location,
            "\(name(entries[index])) is followed by no stage that makes the client's response",
            expected: "expected \"response\" behind it, which maps header fields and the body",
            suggestion: "write - response, or call the backend with http-proxy",
        )
    }

    private func name(_ entry: StageList.Entry) -> String {
        entry.isNamed ? "\(entry.label.quotedForMessage) (\(entry.kind))" : "\"\(entry.kind)\""
    }
}
