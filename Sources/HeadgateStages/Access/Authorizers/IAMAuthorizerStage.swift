import Headgate
import OrderedJSON
import SigV4

/// Lets only requests through that a known caller has signed: API Gateway's `AWS_IAM` (Signature Version 4).
public struct IAMAuthorizerStage: SynchronousStage {
    typealias Caller = IAMCaller

    private static let callers = Field(
        optional: "callers",
        FieldType<[Caller]>.list(of: .record(Caller.record)),
        "Whose signatures are accepted; by default the `callers` of the API's deployment stage.",
    )

    /// `iam-authorizer`: callers with their keys and policies, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "iam-authorizer",
        phase: .authorize,
        summary: "Lets only requests through that a known caller has signed with Signature Version 4.",
        documentation: """
            The signature, in `Authorization` or in the query, is for the service `execute-api` in the API's region and \
            covers the body. Then the caller's policy and the API's resource policy, which a `resource-policy` stage with \
            `authorizationType: AWS_IAM` in front brings, are asked about `execute-api:Invoke` on the method: a denial by \
            either is final; within one account one of the two must allow it, across accounts both.

            An unsigned request gets 403 `Missing Authentication Token`, one with a bad signature 403 and what is wrong \
            with it. The backend does not see the signature; `credentials: arn:aws:iam::*:user/*` of an AWS integration \
            signs its call with the caller's own keys. `$context.identity` has `accountId`, `caller`, `user`, \
            `userArn` and `accessKey`.
            """,
        example: """
            iam-authorizer:
              callers:
                - accessKeyId: AKIDEXAMPLE
                  secretAccessKey: wJalrXUtnFEMI/K7MDENG
                  userArn: arn:aws:iam::123456789012:user/ana
                  policy: {Statement: {Effect: Allow, Action: execute-api:Invoke, Resource: '*'}}
            """,
        fields: [callers],
    ) { settings, build in
        let all = try settings[callers] ?? build.services[IAMCallers.self]?.all ?? []
        return BuiltStage(
            IAMAuthorizerStage(all),
            explanation: "signed by " + (all.isEmpty ? "nobody" : all.map(\.userARN).joined(separator: ", ")),
        )
    }

    private let callers: [String: Caller]
    private let keys = SigningKeyCache()

    init(_ callers: [Caller]) {
        self.callers = Dictionary(callers.map { ($0.credentials.accessKeyID, $0) }) { $1 }
    }

    /// Verifies the signature and asks the caller's policies, then those of the API.
    /// - Throws: 403, with the service's message for what is wrong with the signature.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        try exchange.checkMethodARN()
        let caller = try authenticate(exchange)
        exchange.setIdentity([
            "accountId": .string(String(caller.accountID)), "caller": .string(caller.userID),
            "user": .string(caller.userID),
            "userArn": .string(caller.userARN), "accessKey": .string(caller.credentials.accessKeyID),
        ])
        exchange.request.headers.remove("Authorization")
        exchange.callerCredentials = caller.credentials
        exchange.trace?.note("caller", caller.userARN)
        try authorize(caller, exchange)
        return .proceed
    }

    private func authenticate(_ exchange: Exchange) throws(GatewayFailure) -> Caller {
        // The client signed the path that it sent: with the deployment stage in front, or without.
        let paths = ["/" + exchange.deployment.name + exchange.request.path, exchange.request.path]
        var problem = SignatureProblem.invalid("")
        for path in paths {
            let request = SignableRequest(
                method: exchange.request.method,
                path: path,
                query: exchange.request.rawQuery,
                headers: exchange.request.headers.fields.map { ($0.name, $0.value) },
            )
            do throws(SignatureProblem) {
                guard let claim = try SignedRequest(request) else { throw Self.missing }
                guard let caller = callers[claim.accessKeyID] else { throw Self.unknown }
                let verifier = RequestVerifier(service: "execute-api", region: exchange.deployment.region, keys: keys)
                try verifier.verify(
                    claim,
                    of: request,
                    payload: .bytes(exchange.request.body.bytes ?? []),
                    caller.credentials,
                    at: SigningTime(epochSeconds: exchange.receivedAtMilliseconds / 1000),
                )
                return caller
            } catch {
                problem = error
            }
        }
        if problem == Self.missing {
            throw GatewayFailure(
                .missingAuthenticationToken,
                message: "Missing Authentication Token",
                cause: "the request is not signed",
                reason: "signature",
            )
        }
        let type: GatewayResponseType
        switch problem {
        case Self.unknown: type = .unrecognizedClient
        case .incomplete: type = .incompleteSignature
        default: type = .invalidSignature
        }
        throw GatewayFailure(
            type,
            message: problem.message,
            cause: "the signature is refused: \(problem.message)",
            reason: "signature",
        )
    }

    private static let missing = SignatureProblem.incomplete("Missing Authentication Token")
    private static let unknown = SignatureProblem.invalid("The security token included in the request is invalid.")

    /// The service's table: a denial is final; in one account either must allow, across accounts both.
    private func authorize(_ caller: Caller, _ exchange: Exchange) throws(GatewayFailure) {
        let request = exchange.policyRequest(principal: caller.userARN)
        let own = caller.policy?.decision(on: request) ?? .implicitDeny
        let resource = exchange.resourcePolicy?.decision(on: request) ?? .implicitDeny
        if own == .explicitDeny || resource == .explicitDeny {
            throw .denied(caller.userARN, to: exchange, isExplicit: true)
        }
        let isSameAccount = caller.accountID == exchange.deployment.accountID
        let isAllowed = isSameAccount ? own == .allow || resource == .allow : own == .allow && resource == .allow
        if !isAllowed { throw .denied(caller.userARN, to: exchange, isExplicit: false) }
    }
}
