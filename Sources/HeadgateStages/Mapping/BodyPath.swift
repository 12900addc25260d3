import Headgate
import JSONPath
import OrderedJSON

/// A place in a payload as a mapping expression names it: `method.request.body.items[0].sku`.
public struct BodyPath: Sendable {
    /// The whole expression, as it was written.
    public let expression: String
    private let path: JSONPath
    /// What follows `.errorMessage`: a Lambda function's message may be JSON in a string, and is looked
    /// into as if it were not.
    private let pathInErrorMessage: JSONPath?

    /// - Parameters:
    ///   - suffix: what follows `body`, with its dot or bracket.
    ///   - expression: the whole, for the message.
    init(suffix: Substring, expression: String) throws(InvalidMapping) {
        self.expression = expression
        do throws(JSONPathError) {
            path = try JSONPath("$" + suffix)
            let head = ".errorMessage"
            let rest = suffix.dropFirst(head.count)
            pathInErrorMessage =
                suffix.hasPrefix(head) && (rest.first == "." || rest.first == "[") ? try JSONPath("$" + rest) : nil
        } catch {
            throw InvalidMapping(
                "Invalid mapping expression specified: \(expression)",
                expected: "expected a JSONPath after body: \(error.message)",
                suggestion: error.suggestion,
            )
        }
    }

    /// What the path finds, as text: strings without quotes, numbers as they were written, objects and lists as
    /// JSON; nil for null and for nothing.
    func text(in document: JSONDocument) -> String? {
        if let found = text(of: path, in: document.root) { return found }
        guard let pathInErrorMessage, let message = document.root["errorMessage"]?.string,
            let inner = try? JSONDocument(message)
        else { return nil }
        return text(of: pathInErrorMessage, in: inner.root)
    }

    private func text(of path: JSONPath, in root: JSONNode) -> String? {
        // A search that takes too much work finds nothing: the payload is not the operator's.
        guard let value = (try? path.evaluate(root))?.value, !value.isNull else { return nil }
        guard case .node(let node) = value else {
            if case .string(let text) = value { return text }
            return value.text(style: .inputJSON)
        }
        switch node.kind {
        case .string: return node.string
        case .number: return node.number?.spelling
        case .boolean: return node.bool == true ? "true" : "false"
        case .null: return nil
        case .array, .object: return value.text(style: .inputJSON)
        }
    }
}
