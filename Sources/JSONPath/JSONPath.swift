import OrderedJSON

/// A JSONPath expression in the dialect of Jayway's `json-path`, compiled once and evaluated often.
///
/// ```swift
/// let path = try JSONPath("$.shop.items[?(@.price < 20)].sku")
/// let result = try path.evaluate(document.root)   // .list of strings
/// ```
public struct JSONPath: Sendable, CustomStringConvertible {
    /// The expression as it was given.
    public let expression: String

    private let path: CompiledPath

    /// Compiles an expression. One without `$` in front is understood as if `$.` stood there.
    /// - Throws: what is malformed and where, or which limit the expression exceeds.
    public init(_ expression: String) throws(JSONPathError) {
        self.expression = expression
        do throws(PathSyntaxError) {
            let bytes = Array(expression.utf8)
            guard bytes.count <= JSONPathLimits.expressionBytes else {
                throw PathSyntaxError(
                    offset: 0,
                    message: "the expression has more than \(JSONPathLimits.expressionBytes) bytes",
                    reason: .limit,
                )
            }
            path = try PathParser.parse(bytes, base: 0, nesting: 0)
        } catch {
            throw error.describing(expression)
        }
    }

    /// Whether the path has at most one result: no `..`, `*`, filter, slice, or list of indices.
    public var isDefinite: Bool { path.isDefinite }

    /// The expression as it was given, so that messages can quote it.
    public var description: String { expression }

    /// Evaluates the path with `node` as the root.
    /// - Throws: only if the limit of steps is reached, or a regular expression takes too long.
    public func evaluate(
        _ node: JSONNode,
        limits: JSONPathLimits = .default,
    ) throws(JSONPathError) -> JSONPathResult {
        var used = 0
        return try evaluate(node, limits: limits, stepsUsed: &used)
    }

    /// Evaluates the path, and adds to `stepsUsed` what that took of the limit.
    public func evaluate(
        _ node: JSONNode,
        limits: JSONPathLimits = .default,
        stepsUsed: inout Int,
    ) throws(JSONPathError) -> JSONPathResult {
        do throws(Interruption) {
            return try node.document.withTape { tape throws(Interruption) in
                if path.isPlain { return plainResult(node, tape) }
                let evaluation = Evaluation(tape, node, steps: limits.steps)
                defer { stepsUsed += limits.steps - evaluation.stepsLeft }
                return try evaluation.result(of: path)
            }
        } catch {
            throw JSONPathError(
                reason: .limit,
                expression: expression,
                offset: 0,
                message: error == .pattern
                    ? "a regular expression of the filter takes too long"
                    : "the path takes more than \(limits.steps) steps on this document",
                suggestion: nil,
            )
        }
    }

    /// The position of what a plain path (`$`, `$.a.b`, `$['a']`, `$.a[0]`) finds below the value at `position`;
    /// nil if it finds nothing or the path is not plain. Allocates nothing.
    public func position(in tape: JSONTape, from position: Int) -> Int? {
        guard path.isPlain else { return nil }
        return Self.walk(path.steps, tape, position)
    }

    /// Whether ``position(in:from:)`` can evaluate the path.
    public var isPlain: Bool { path.isPlain }

    private func plainResult(_ node: JSONNode, _ tape: JSONTape) -> JSONPathResult {
        guard tape.kind(node.position) != .null, let found = Self.walk(path.steps, tape, node.position) else {
            return .missing
        }
        return .value(.node(JSONNode(document: node.document, position: found)))
    }

    static func walk(_ steps: [Step], _ tape: JSONTape, _ start: Int) -> Int? {
        var position = start
        for step in steps {
            let next: Int?
            switch step {
            case .property(let key): next = key.withUnsafeBufferPointer { tape.value(forKey: $0, of: position) }
            case .index(let index):
                next = tape.element(index < 0 ? index + tape.count(position) : index, of: position)
            default: return nil
            }
            guard let next else { return nil }
            position = next
        }
        return position
    }
}
