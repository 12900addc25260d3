import Headgate
import OrderedJSON

/// What a Lambda authorizer returned about a caller.
struct AuthorizerResult: Sendable {
    let principal: String
    let policy: AccessPolicy
    /// Members of `$context.authorizer`, all texts.
    let context: JSONObject
    let usageIdentifierKey: String?

    /// Reads the function's result; throws what is wrong with it, in words for the operator.
    init(_ payload: [UInt8]) throws(InvalidAuthorizerResult) {
        guard let members = (try? JSONValue(parsing: payload))?.object else {
            throw InvalidAuthorizerResult("the result is no JSON object")
        }
        guard let principal = members["principalId"]?.string, !principal.isEmpty else {
            throw InvalidAuthorizerResult("the result has no principalId, a text")
        }
        guard let document = members["policyDocument"] else {
            throw InvalidAuthorizerResult("the result has no policyDocument")
        }
        self.principal = principal
        do throws(InvalidPolicy) {
            policy = try AccessPolicy(document)
        } catch {
            throw InvalidAuthorizerResult("policyDocument: \(error)")
        }
        var context = JSONObject()
        context["principalId"] = .string(principal)
        switch members["context"] {
        case nil, .null: break
        case .object(let given):
            for (name, value) in given where name != "principalId" {
                switch value {
                case .string: context[name] = value
                case .number(let number): context[name] = .string(number.spelling)
                case .bool(let flag): context[name] = .string(flag ? "true" : "false")
                case .null: continue
                case .array, .object:
                    throw InvalidAuthorizerResult("context.\(name.prefix(64)) is no text, number or truth value")
                }
            }
        default: throw InvalidAuthorizerResult("context is no object")
        }
        self.context = context
        usageIdentifierKey = members["usageIdentifierKey"]?.string
    }
}

/// Why the result of an authorizer cannot be used.
struct InvalidAuthorizerResult: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
