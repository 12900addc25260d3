import OrderedJSON
import Synchronization

/// A resource policy compiled for the APIs that serve it: its short resources mean different ARNs in each. Usually one.
final class PolicyByAPI: Sendable {
    private let policies = Mutex<[String: AccessPolicy]>([:])

    func policy(_ json: JSONValue, _ arn: String) -> AccessPolicy? {
        policies.withLock { policies in
            if let known = policies[arn] { return known }
            guard let policy = try? AccessPolicy(json, .resource, arnPrefix: arn) else { return nil }
            if policies.count < 64 { policies[arn] = policy }
            return policy
        }
    }
}
