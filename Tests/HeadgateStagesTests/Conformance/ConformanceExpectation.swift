import Headgate
import JavaRegex
import OrderedJSON

/// Compares what was seen with what a case expects; gives the differences in words.
struct ConformanceExpectation {
    let expected: JSONValue

    func differences(_ exchange: Exchange, _ backend: ConformanceBackend) -> [String] {
        var out: [String] = []
        let response = exchange.response
        if let status = expected["status"], !matches(status: response.status, status) {
            out.append(
                "status \(response.status), not \(JSONWriter.string(status)) (\(exchange.failure?.cause ?? "no failure"))"
            )
        }
        var headers = response.headers
        headers.setUnchecked("Content-Length", String(response.body.bytes?.count ?? 0))
        out += compare(headers: headers, expected)
        out += compare(body: response.body.bytes ?? [], expected)
        if let calls = expected["backendCalls"]?.int, calls != backend.calls {
            out.append("\(backend.calls) calls, not \(calls)")
        }
        guard let wanted = expected["backendRequest"] else { return out }
        guard let request = backend.received else { return out + ["the backend was not called"] }
        if let method = wanted["method"]?.string, method != request.method { out.append("method \(request.method)") }
        if let path = wanted["path"]?.string, path != request.path { out.append("path \(request.path), not \(path)") }
        if let query = wanted["query"], Self.json(request.query) != query {
            out.append("query \(request.query.encoded), not \(JSONWriter.string(query))")
        }
        for (name, values) in wanted["queryContains"]?.object ?? [:]
        where request.query.all(name) != values.array?.compactMap(\.string) {
            out.append("query \(request.query.encoded) without \(name)")
        }
        out += compare(headers: request.headers, wanted).map { "backend: " + $0 }
        return out + compare(body: request.body.bytes ?? [], wanted).map { "backend: " + $0 }
    }

    private static func json(_ query: Query) -> JSONValue {
        var object = JSONObject()
        for item in query.items { object[item.name] = .array((object[item.name]?.array ?? []) + [.string(item.value)]) }
        return .object(object)
    }

    private func matches(status: Int, _ expected: JSONValue) -> Bool {
        if let number = expected.int { return status == number }
        if let list = expected.array { return list.contains { $0.int == status } }
        return expected.string?.first == String(status).first
    }

    private func compare(headers: Headers, _ wanted: JSONValue) -> [String] {
        var out: [String] = []
        for (name, value) in wanted["headers"]?.object ?? [:] {
            if let list = value.array {
                if headers.all(name).sorted() != list.compactMap(\.string).sorted() { out.append("header \(name)") }
            } else if !matches(headers.last(name).map { .string($0) }, value, exactly: true) {
                out.append("header \(name): \(headers.last(name) ?? "(absent)"), not \(JSONWriter.string(value))")
            }
        }
        for name in wanted["headersAbsent"]?.array ?? [] where headers.contains(name.string ?? "") {
            out.append("header \(name.string ?? "") is there: \(headers.last(name.string ?? "") ?? "")")
        }
        return out
    }

    private func compare(body: [UInt8], _ wanted: JSONValue) -> [String] {
        let text = String(decoding: body, as: UTF8.self)
        if let exact = wanted["body"]?.string, exact != text {
            return ["body \(text.quotedForMessage), not \(exact.quotedForMessage)"]
        }
        if let base64 = wanted["bodyBase64"], ConformanceAPI.bytes(["bodyBase64": base64]) != body {
            return ["body \(text.quotedForMessage), not the bytes expected"]
        }
        if let pattern = wanted["bodyMatches"]?.string, !contains(text, "(?s)" + pattern) {
            return ["body \(text.quotedForMessage) does not match \(pattern)"]
        }
        for (key, exactly) in [("bodyJson", true), ("bodyJsonContains", false)] {
            guard let expected = wanted[key] else { continue }
            guard let json = try? JSONValue(parsing: text) else { return ["body \(text.quotedForMessage) is no JSON"] }
            if !matches(json, expected, exactly: exactly) {
                return ["body \(text.quotedForMessage), not \(JSONWriter.string(expected).quotedForMessage)"]
            }
        }
        return []
    }

    private func matches(_ found: JSONValue?, _ expected: JSONValue, exactly: Bool) -> Bool {
        if let object = expected.object, object.count == 1, object.keys[0].hasPrefix("$") {
            return matches(found, operator: object.keys[0], object.values[0], exactly: exactly)
        }
        switch (found, expected) {
        case (.object(let have), .object(let want)):
            guard !exactly || Set(have.keys) == Set(want.keys) else { return false }
            return want.allSatisfy { matches(have[$0.key], $0.value, exactly: exactly) }
        case (.array(let have), .array(let want)):
            return have.count == want.count && zip(have, want).allSatisfy { matches($0, $1, exactly: exactly) }
        case (.number(let have)?, .number(let want)):
            return have.double == want.double
        case (.string(let have)?, .string(let want)):
            return have == filled(want)
        default:
            return found == expected
        }
    }

    private func contains(_ text: String, _ pattern: String) -> Bool {
        ((try? Pattern(pattern).firstMatch(in: text)) ?? nil) != nil
    }

    private func filled(_ text: String) -> String {
        text.replacing("__BACKEND__", with: "backend.test").replacing("__HOST__", with: ConformanceAPI.host)
            .replacing("__PREFIX__", with: "api")
    }

    private func matches(_ found: JSONValue?, operator name: String, _ operand: JSONValue, exactly: Bool) -> Bool {
        switch name {
        case "$any": return found != nil
        case "$absent": return found == nil
        case "$contains": return matches(found, operand, exactly: false)
        case "$exactly": return matches(found, operand, exactly: true)
        case "$oneOf": return operand.array?.contains { matches(found, $0, exactly: exactly) } ?? false
        case "$keys": return Set(found?.object?.keys ?? []) == Set(operand.array?.compactMap(\.string) ?? [])
        case "$match":
            return found?.string.map { contains($0, operand.string ?? "") } ?? false
        case "$type":
            let kinds = (operand.array ?? [operand]).compactMap(\.string)
            guard let found else { return false }
            let isInteger = found.number?.isInteger ?? false
            return kinds.contains("\(found.kind)") || (isInteger && kinds.contains("integer"))
        default: return false
        }
    }
}
