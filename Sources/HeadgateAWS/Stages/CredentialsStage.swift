import Headgate
import SigV4

/// Says whose credentials sign the calls of AWS services behind it: API Gateway's `credentials`.
public struct CredentialsStage: SuspendingStage {
    private static let role = Field(
        optional: "role",
        FieldType<RoleTemplate>.scalar(
            .text(format: "role ARN"),
            expectation: "the ARN of a role, or arn:aws:iam::*:user/*",
        ) { scalar, _ throws(InvalidValue) in try RoleTemplate(parsing: scalar.text) },
        "The role to assume; `arn:aws:iam::*:user/*` signs with the credentials of the caller, which a signed request "
            + "has proved. `${stageVariables.NAME}` may stand in it.",
    )
    private static let sessionName = Field(
        "sessionName",
        sessionNameType,
        default: SecurityTokenService.Session().name,
        shown: SecurityTokenService.Session().name,
        "The session's name, which the service's own log shows.",
    )
    private static let externalID = Field(
        optional: "externalId",
        FieldType<String>.string,
        "What the role's trust policy may ask for.",
    )
    private static let duration = Field(
        optional: "durationSeconds",
        FieldType<Int>.integer(900...43_200, unit: "seconds"),
        "How long the session lasts; an hour by default. It is renewed in time.",
    )
    private static let tags = Field(
        "tags",
        FieldType<[MapEntry<String>]>.map(keys: "tag", of: .string),
        default: [],
        "Session tags, which policies may look at; at most 50.",
    )
    private static let profile = Field(
        optional: "profile",
        FieldType<String>.string,
        "A profile of the shared configuration, in place of the gateway's own credentials.",
    )
    private static let accessKeyID = Field(
        optional: "accessKeyId",
        FieldType<String>.string,
        "An access key; better left to the environment or a profile.",
    )
    private static let secretAccessKey = Field(
        optional: "secretAccessKey",
        FieldType<String>.string,
        "The secret of the access key: `${NAME}` takes it from the environment.",
    )
    private static let sessionToken = Field(
        optional: "sessionToken",
        FieldType<String>.string,
        "The token of temporary credentials.",
    )

    /// `credentials`: a role, a profile or the caller, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "credentials",
        phase: .credentials,
        summary: "Says whose credentials sign calls of AWS: a role's, a profile's, or the caller's.",
        documentation: """
            Without this stage the gateway signs with credentials of its own: those of the environment \
            (`AWS_ACCESS_KEY_ID`, …), of the shared configuration's profile (`AWS_PROFILE`), of a web identity, of the \
            container or of the instance, the first that is set up. A role is assumed once and kept: it is renewed before \
            it expires, by one call for all requests, and while that fails the former credentials serve until they expire.

            A role that cannot be assumed answers requests with a 500; the log and the trace say why.
            """,
        example: """
            credentials:
              role: arn:aws:iam::123456789012:role/orders-writer
              sessionName: orders
            """,
        fields: [role, sessionName, externalID, duration, tags, profile, accessKeyID, secretAccessKey, sessionToken],
        shorthand: "role",
    ) { settings, build in
        var session = SecurityTokenService.Session(name: try settings[sessionName])
        session.externalID = try settings[externalID]
        session.durationSeconds = try settings[duration]
        session.tags = try settings[tags].map { .init(key: $0.key, value: $0.value) }
        guard session.tags.count <= 50 else {
            throw InvalidValue("there are \(session.tags.count) session tags", expected: "expected at most 50")
        }
        let stage = CredentialsStage(
            role: try settings[role],
            session: session,
            profile: try settings[profile],
            keys: try keys(settings),
            runtime: build.services[AWSRuntime.self],
        )
        guard stage.role != nil || stage.profile != nil || stage.keys != nil else {
            throw InvalidValue(
                "the stage names no credentials",
                expected: "expected role, profile, or accessKeyId and secretAccessKey",
            )
        }
        return BuiltStage(stage, explanation: stage.explanation)
    }

    private static let sessionNameType = FieldType<String>.scalar(
        .text(format: "session name"),
        expectation: "2 to 64 letters, digits or _+=,.@-",
    ) { scalar, _ throws(InvalidValue) in
        let isAllowed = scalar.text.utf8.allSatisfy { byte in
            byte >= 0x30 && byte <= 0x39 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
                || "_+=,.@-".utf8.contains(byte)
        }
        guard isAllowed, (2...64).contains(scalar.text.utf8.count) else { throw InvalidValue() }
        return scalar.text
    }

    private static func keys(_ settings: Settings) throws -> Credentials? {
        guard let id = try settings[accessKeyID] else {
            guard try settings[secretAccessKey] == nil else {
                throw InvalidValue(
                    "secretAccessKey stands without accessKeyId",
                    at: settings.location(of: secretAccessKey),
                )
            }
            return nil
        }
        guard let secret = try settings[secretAccessKey] else {
            throw InvalidValue("accessKeyId stands without secretAccessKey", at: settings.location(of: accessKeyID))
        }
        guard !id.isEmpty, HeaderSyntax.isFieldValue(id) else {
            throw InvalidValue("accessKeyId is no access key", at: settings.location(of: accessKeyID))
        }
        return Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: try settings[sessionToken])
    }

    let role: RoleTemplate?
    private let session: SecurityTokenService.Session
    private let profile: String?
    private let keys: Credentials?
    private let runtime: AWSRuntime?

    init(
        role: RoleTemplate?,
        session: SecurityTokenService.Session,
        profile: String?,
        keys: Credentials?,
        runtime: AWSRuntime?,
    ) {
        self.role = role
        self.session = session
        self.profile = profile
        self.keys = keys
        self.runtime = runtime
    }

    /// False: who signs does not depend on what is signed.
    public var readsPayload: Bool { false }

    /// Takes credentials that are kept and fresh, or waits for new ones.
    /// - Throws: a 500 where there are none; why stands in the log only.
    public func start(_ exchange: Exchange, _ resumption: Resumption) throws -> StageOutcome? {
        guard let runtime else {
            throw GatewayFailure.internalError("the host offers no AWS credentials", reason: "credentials")
        }
        guard let role = try role?.resolve(exchange.deployment) else {
            exchange.credentialsSource = keys.map { .fixed($0) } ?? .cached(runtime.credentials(ofProfile: profile))
            return .proceed
        }
        if role == RoleTemplate.caller {
            guard let caller = exchange.callerCredentials else {
                throw GatewayFailure.internalError(
                    "Execution failed due to configuration error: AWS_IAM Auth type is required for AWS integrations with "
                        + "identity forwarding specified",
                    reason: "credentials",
                )
            }
            exchange.credentialsSource = .fixed(caller)
            exchange.trace?.note("credentials", "the caller's, \(caller.accessKeyID)")
            return .proceed
        }
        let region = runtime.stsRegion(for: role, exchange.deployment)
        let cached = runtime.credentials(
            of: .init(arn: role, region: region, session: session, profile: profile),
            assumedBy: keys,
        )
        exchange.credentialsSource = .cached(cached)
        do throws(CredentialsProblem) {
            let fresh = try cached.get { result in
                switch result {
                case .success: resumption.resume(.success(.proceed))
                case .failure(let problem):
                    resumption.resume(.failure(GatewayFailure.credentials(problem, role: role)))
                }
            }
            exchange.trace?.note("credentials", fresh.map { "\($0.accessKeyID) of \(role)" } ?? "waiting for \(role)")
            return fresh == nil ? nil : .proceed
        } catch {
            throw GatewayFailure.credentials(error, role: role)
        }
    }

    private var explanation: String {
        if let role { return role.isCaller ? "signs as the caller" : "assumes \(role.text)" }
        return keys.map { "signs with \($0.accessKeyID)" } ?? "signs as the profile \(profile ?? "")"
    }
}
