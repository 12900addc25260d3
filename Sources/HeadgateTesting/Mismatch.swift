import Headgate
import HeadgateDefinitions
import JavaRegex
import OrderedJSON

/// One thing that a test expected and did not get.
public struct Mismatch: Sendable {
    /// `status of the response`, `body at the backend`.
    public let what: String
    /// What the test says, as text.
    public let expected: String
    /// What came, as text; JSON is indented, as ``expected`` is.
    public let actual: String
    /// Where the expectation stands.
    public let location: SourceLocation
}

/// Compares what came with what a test expects.
struct Comparison {
    /// `the response` or `the backend's request`.
    let subject: String
    private(set) var mismatches: [Mismatch] = []

    init(_ subject: String) {
        self.subject = subject
    }

    mutating func check(_ part: String, _ expected: String?, _ actual: String, at location: SourceLocation) {
        guard let expected, expected != actual else { return }
        add(part, expected, actual, location)
    }

    mutating func check(_ expected: [PipelineTest.ExpectedHeader], in headers: Headers) {
        for header in expected {
            let values = headers.all(header.name)
            if let value = header.value {
                if !values.contains(value) {
                    add(
                        "header \(header.name)",
                        value,
                        values.isEmpty ? "(absent)" : values.joined(separator: ", "),
                        header.location,
                    )
                }
            } else if !values.isEmpty {
                add("header \(header.name)", "(absent)", values.joined(separator: ", "), header.location)
            }
        }
    }

    mutating func check(_ expected: PipelineTest.ExpectedBody?, in body: Body) {
        switch expected {
        case nil:
            return
        case .text(let text, let location):
            check("body", text, body.text, at: location)
        case .matching(let pattern, let location):
            let isFound = (try? Pattern(pattern).firstMatch(in: body.text)) ?? nil
            if isFound == nil { add("body", "something that \(pattern) finds", body.text, location) }
        case .json(let value, let location):
            guard let actual = try? JSONValue(parsing: body.bytes ?? []) else {
                add("body", Self.pretty(value), body.text.isEmpty ? "(empty)" : body.text, location)
                return
            }
            if !Self.areEqual(value, actual) { add("body", Self.pretty(value), Self.pretty(actual), location) }
        }
    }

    private mutating func add(_ part: String, _ expected: String, _ actual: String, _ location: SourceLocation) {
        mismatches.append(
            Mismatch(what: "\(part) of \(subject)", expected: expected, actual: actual, location: location)
        )
    }

    private static func pretty(_ value: JSONValue) -> String {
        JSONWriter.string(value, style: .pretty)
    }

    /// Equal as JSON: numbers by value, members in any order.
    static func areEqual(_ a: JSONValue, _ b: JSONValue) -> Bool {
        switch (a, b) {
        case (.number(let x), .number(let y)):
            if let i = x.int64, let j = y.int64 { return i == j }
            return x == y || x.double == y.double
        case (.array(let x), .array(let y)):
            return x.count == y.count && zip(x, y).allSatisfy(areEqual)
        case (.object(let x), .object(let y)):
            return x.count == y.count
                && x.allSatisfy { key, value in y[key].map { areEqual(value, $0) } ?? false }
        default:
            return a == b
        }
    }
}
