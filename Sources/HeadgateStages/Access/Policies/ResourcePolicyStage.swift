import Headgate
import OrderedJSON

/// Asks an API's resource policy whether a request may be served.
public struct ResourcePolicyStage: SynchronousStage {
    /// How the method's callers are authenticated, which decides what the policy's silence means.
    public enum Authorization: String, Sendable, CaseIterable {
        /// Not at all: the policy alone decides, and silence denies.
        case none = "NONE"
        /// By signature: policy and caller's policies decide together.
        case iam = "AWS_IAM"
        /// By a Lambda function: silence leaves the decision to it.
        case custom = "CUSTOM"
        /// By a user pool's token: both must allow, and silence denies.
        case cognito = "COGNITO_USER_POOLS"
    }

    private static let policy = Field(
        required: "policy",
        FieldType<PolicySource>(.any, expectation: "an IAM policy document") { node, context in
            guard let json = ModelText.json(node) else {
                context.mismatch(node, expected: "an IAM policy document, as a mapping or as JSON")
                return nil
            }
            return PolicySource(json: json, node: node)
        },
        "The policy, an IAM document with `Principal`. `execute-api:/STAGE/VERB/PATH` as a resource is this API's.",
    )
    private static let authorizationType = Field(
        "authorizationType",
        FieldType<String>.oneOf(Authorization.allCases.map(\.rawValue)).map { Authorization(rawValue: $0) ?? .none },
        default: .none,
        shown: Authorization.none.rawValue,
        "How the method authenticates its callers. With `NONE` and `COGNITO_USER_POOLS` the policy must allow a request; with "
            + "`CUSTOM` and `AWS_IAM` it may leave that to the authorizer, which stands behind this stage.",
    )

    /// `resource-policy`: the policy document, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "resource-policy",
        phase: .authorize,
        summary: "Asks the API's resource policy whether a request may be served.",
        documentation: """
            A statement that denies is final: 403 with `User: … is not authorized to perform: execute-api:Invoke on \
            resource: … with an explicit deny`. Behind a JWT authorizer (`COGNITO_USER_POOLS`) or alone, some statement \
            must allow the request. In front of a Lambda or IAM authorizer it is enough that one of the two allows it.

            Condition keys: `aws:SourceIp`, `aws:UserAgent`, `aws:Referer`, `aws:SecureTransport`, `aws:CurrentTime`, \
            `aws:EpochTime`, and those of an authenticated caller: `aws:PrincipalArn`, `aws:PrincipalAccount`.
            """,
        example: """
            resource-policy:
              policy:
                Version: '2012-10-17'
                Statement:
                  - {Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*'}
                  - Effect: Deny
                    Principal: '*'
                    Action: execute-api:Invoke
                    Resource: execute-api:/*
                    Condition: {NotIpAddress: {aws:SourceIp: [192.0.2.0/24, 127.0.0.1]}}
            """,
        fields: [policy, authorizationType],
    ) { settings, _ in
        let source = try settings[policy]
        // The API's own ARN is known when a request comes; here only the form is judged.
        do throws(InvalidPolicy) {
            _ = try AccessPolicy(source.json, .resource)
        } catch {
            throw InvalidValue(
                "the policy has \(error.found) at \(error.pointer.isEmpty ? "its top" : error.pointer)",
                expected: "expected \(error.expected)",
                at: ModelText.location(of: error.pointer, in: source.node),
            )
        }
        let authorization = try settings[authorizationType]
        let stage = ResourcePolicyStage(source.json, authorization)
        return BuiltStage(stage, explanation: "the API's policy, callers by \(authorization.rawValue)")
    }

    /// A policy with the place where it is written.
    struct PolicySource: Sendable {
        var json: JSONValue
        var node: ConfigurationNode
    }

    private let json: JSONValue
    private let authorization: Authorization
    private let cache = PolicyByAPI()

    init(_ json: JSONValue, _ authorization: Authorization) {
        self.json = json
        self.authorization = authorization
    }

    /// False: policies speak of callers, methods and addresses.
    public var readsPayload: Bool { false }

    /// Decides by the policy, or leaves that to the authorizer behind: to `AWS_IAM` always, since only it knows the
    /// caller, and to a Lambda authorizer where the policy says nothing.
    /// - Throws: 403 where the policy denies, or says nothing and no such authorizer follows.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        try exchange.checkMethodARN()
        guard let policy = cache.policy(json, exchange.deployment.apiARN) else {
            throw GatewayFailure.internalError("the resource policy cannot be read", reason: "resource-policy")
        }
        if authorization == .iam {
            // It names callers, whom only the authorizer behind this stage knows.
            exchange.resourcePolicy = policy
            return .proceed
        }
        switch policy.decision(on: exchange.policyRequest()) {
        case .allow:
            exchange.isAllowedByResourcePolicy = true
        case .explicitDeny:
            throw GatewayFailure.denied(nil, to: exchange, isExplicit: true)
        case .implicitDeny:
            if authorization != .custom { throw GatewayFailure.denied(nil, to: exchange, isExplicit: false) }
        }
        return .proceed
    }
}

/// What a resource policy leaves to the authorizer behind it.
private struct ResourcePolicyNote: Sendable {
    var isAllowed = false
    var policy: AccessPolicy?
}

extension Exchange {
    private var resourcePolicyNote: ResourcePolicyNote {
        get { storage[ObjectIdentifier(ResourcePolicyNote.self)] as? ResourcePolicyNote ?? ResourcePolicyNote() }
        set { storage[ObjectIdentifier(ResourcePolicyNote.self)] = newValue }
    }

    /// A resource policy in front has allowed the request, so that an authorizer may be silent.
    var isAllowedByResourcePolicy: Bool {
        get { resourcePolicyNote.isAllowed }
        set { resourcePolicyNote.isAllowed = newValue }
    }

    /// A resource policy in front that has still to be asked, by who knows the caller.
    var resourcePolicy: AccessPolicy? {
        get { resourcePolicyNote.policy }
        set { resourcePolicyNote.policy = newValue }
    }
}
