import Headgate

/// What a stage changed: the difference of two snapshots, as lines that a person can read.
public struct SnapshotChange: Sendable, Equatable {
    /// How the part differs from what it was before the stage.
    public enum Kind: String, Sendable { case added, changed, removed }

    /// Whether it is new, another, or gone.
    public let kind: Kind
    /// Which view: `integration request`, `integration response`, `selection`, `response`.
    public let view: String
    /// Which part of it: `header Accept`, `body`, `status`.
    public let part: String
    /// The new value; the old one where it was removed.
    public let text: String

    static func all(from before: Trace.Snapshot, to after: Trace.Snapshot) -> [SnapshotChange] {
        var changes = Changes()
        changes.request(before.integrationRequest, after.integrationRequest)
        changes.integrationResponse(before.integrationResponse, after.integrationResponse)
        if let selection = after.selection, selection != before.selection {
            let by = selection.pattern.map { "by the pattern \($0)" } ?? "by default"
            changes.add(.changed, "selection", "status", "\(selection.status) \(by)")
        }
        changes.overrides(before.overrides, after.overrides)
        changes.response(before.response, after.response)
        return changes.all
    }
}

/// Collects the changes of each view.
private struct Changes {
    var all: [SnapshotChange] = []

    mutating func add(_ kind: SnapshotChange.Kind, _ view: String, _ part: String, _ text: String) {
        all.append(SnapshotChange(kind: kind, view: view, part: part, text: text))
    }

    mutating func request(_ before: IntegrationRequest, _ after: IntegrationRequest) {
        let view = "integration request"
        let wasCall = before.endpoint == nil ? "" : before.method + " " + before.url
        let call = after.endpoint == nil ? "" : after.method + " " + after.url
        if wasCall != call { add(wasCall.isEmpty ? .added : .changed, view, "call", call) }
        for parameter in after.pathParameters
        where !before.pathParameters.contains(where: { $0.name == parameter.name && $0.value == parameter.value }) {
            add(.added, view, "path {\(parameter.name)}", parameter.value)
        }
        if after.endpoint == nil {
            for item in after.query.items where !before.query.items.contains(item) {
                add(.added, view, "query \(item.name)", item.value)
            }
        }
        headers(view, before.headers, after.headers)
        body(view, before.body, after.body)
    }

    mutating func integrationResponse(_ before: IntegrationResponse?, _ after: IntegrationResponse?) {
        guard let after else { return }
        let view = "integration response"
        if before?.status != after.status { add(.added, view, "status", String(after.status)) }
        headers(view, before?.headers ?? [:], after.headers)
        body(view, before?.body ?? .empty, after.body)
    }

    mutating func overrides(_ before: Overrides, _ after: Overrides) {
        if let status = after.responseStatus, status != before.responseStatus {
            add(.changed, "override", "response status", String(status))
        }
        for header in after.responseHeaders where !before.responseHeaders.contains(where: { $0.name == header.name }) {
            add(.added, "override", "response header \(header.name)", header.values.joined(separator: ", "))
        }
    }

    mutating func response(_ before: MethodResponse, _ after: MethodResponse) {
        let view = "response"
        if before.status != after.status { add(.changed, view, "status", String(after.status)) }
        headers(view, before.headers, after.headers)
        body(view, before.body, after.body)
    }

    private mutating func headers(_ view: String, _ before: Headers, _ after: Headers) {
        for field in after.fields where !before.fields.contains(field) {
            add(before.contains(field.name) ? .changed : .added, view, "header \(field.name)", field.value)
        }
        for field in before.fields where !after.contains(field.name) {
            add(.removed, view, "header \(field.name)", field.value)
        }
    }

    private mutating func body(_ view: String, _ before: Body, _ after: Body) {
        switch (before.bytes, after.bytes) {
        case (let old?, let new?):
            guard old != new else { return }
            add(old.isEmpty ? .added : new.isEmpty ? .removed : .changed, view, "body", after.text)
        case (_, nil):
            add(.added, view, "body", "(streamed)")
        case (nil, _):
            add(.changed, view, "body", after.text)
        }
    }
}
