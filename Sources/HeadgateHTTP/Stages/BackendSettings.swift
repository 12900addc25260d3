import Headgate
import HeadgateStages

/// What every stage that calls an HTTP backend says about it, with the names of API Gateway's fields.
package struct BackendSettings: Sendable {
    static let method = Field(
        optional: "method",
        FieldType<String>.method,
        "The backend's method; `ANY`, or none, is the client's.",
    )
    static let uri = Field(
        required: "uri",
        FieldType<URITemplate>.backendURI,
        "Where the backend is, with `{name}` for mapped values and `${stageVariables.name}` for those of the deployment stage.",
    )
    static let tls = Field(
        "tlsConfig",
        FieldType.record(
            Record("tlsConfig", "TLS to the backend.", fields: [insecureSkipVerification]) { settings in
                try settings[insecureSkipVerification]
            }
        ),
        default: false,
        "TLS to the backend.",
    )
    private static let insecureSkipVerification = Field(
        "insecureSkipVerification",
        FieldType.boolean,
        default: false,
        shown: "false",
        "Takes any certificate from anybody: whoever is on the way to the backend can then read and answer in its place.",
    )

    static let link = Field(
        optional: "link",
        FieldType<String>.string,
        "The link that the call goes through, in place of connecting to the URI's host: a name of a `links:` block. "
            + "`${stageVariables.name}` may stand in it.",
    )
    static let integrationTarget = Field(
        optional: "integrationTarget",
        FieldType<String>.string,
        "A load balancer that one of the links has among its `integrationTargets`; goes before `link`.",
    )
    static let policy = Field(
        optional: "policy",
        FieldType.record(PolicyBlock.record),
        "Retries, bounds and a circuit breaker for a backend without a link; a link has its own.",
    )
    /// What every stage that calls an HTTP backend has beside ``call``.
    static let shared: [any AnyField] = [link, integrationTarget, policy]

    /// More than 29 s is what the service allows for streams, and elsewhere where an account's quota was raised.
    package static let timeout = Field(
        "timeoutInMillis",
        FieldType<Int>.integer(50...900_000, unit: "milliseconds"),
        default: 29_000,
        shown: "29000",
        "Time for the whole call, from connecting to the last byte of the response.",
    )

    /// What is called, and how long.
    static let call: [any AnyField] = [method, uri, timeout, tls]

    /// nil is the client's.
    let method: String?
    let uri: URITemplate
    let timeoutMilliseconds: Int
    let verifiesCertificate: Bool
    let dispatcher: any Dispatcher
    private let link: LinkReference?
    /// The name of the link that stands for the backend's own policy.
    private let policyName: String?
    private let policySummary: String?

    init(_ settings: Settings, _ build: StageBuild) throws {
        let word = try settings[Self.method]
        method = word == "ANY" ? nil : word
        uri = try settings[Self.uri]
        timeoutMilliseconds = try settings[Self.timeout]
        verifiesCertificate = try !settings[Self.tls]
        dispatcher = build.services[(any Dispatcher).self] ?? NoDispatcher()
        let declared = build.services[DeclaredLinks.self] ?? DeclaredLinks()
        do {
            link = try LinkReference.resolve(
                id: try settings[Self.link],
                integrationTarget: try settings[Self.integrationTarget],
                declared,
            )
        } catch let problem as InvalidValue {
            throw InvalidValue(
                problem.message,
                expected: problem.expected,
                suggestion: problem.suggestion,
                at: settings.location(of: Self.link) ?? settings.location(of: Self.integrationTarget),
            )
        }
        guard let policy = try settings[Self.policy] else {
            policyName = nil
            policySummary = nil
            return
        }
        if link != nil {
            throw InvalidValue(
                "a call through a link takes the link's policy",
                expected: "expected retries, limits and breaker in the links: block",
                at: settings.location(of: Self.policy),
            )
        }
        let name = build.location.description
        declared.add(
            policy: LinkDefinition(
                name: name,
                targets: [.uri],
                connectTimeoutMilliseconds: 5000,
                ejection: EjectionSettings(failures: nil),
                policy: policy,
            )
        )
        policyName = name
        policySummary = policy.summary
    }

    /// Says how `request` gets to its backend.
    func address(_ request: inout IntegrationRequest, for deployment: Deployment) {
        request.timeoutMilliseconds = timeoutMilliseconds
        request.verifiesCertificate = verifiesCertificate
        if let link { request.link = link.name(for: deployment) } else if let policyName { request.link = policyName }
    }

    /// Whether a request of this method takes a body along.
    static func carriesBody(_ method: String) -> Bool {
        method != "GET" && method != "HEAD" && method != "OPTIONS"
    }

    /// For `explain`: `POST http://127.0.0.1:9000/, up to 29 s`.
    var explanation: String {
        let (seconds, rest) = timeoutMilliseconds.quotientAndRemainder(dividingBy: 1000)
        let time = rest == 0 ? "\(seconds) s" : "\(timeoutMilliseconds) ms"
        let warning = verifiesCertificate ? "" : ", WITHOUT verifying its certificate"
        let way = link.map { ", through the \($0.explanation)" } ?? ""
        return "\(method ?? "the client's method to") \(uri.text)\(way), up to \(time)\(warning)"
    }

    /// For `explain`, below the line.
    var details: [(name: String, text: String)] {
        if let detail = link?.detail { return [detail] }
        return policySummary.map { [("policy", $0)] } ?? []
    }

    /// What is said aloud at start.
    var hazard: String? {
        verifiesCertificate
            ? nil
            : "takes any certificate from \(uri.text), so that whoever is on the way can read and answer (insecureSkipVerification)"
    }
}

/// Stands where the host offers no dispatcher, so that pipelines can be checked without one.
private struct NoDispatcher: Dispatcher {
    func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        completion(.failure(GatewayFailure.internalError("the host offers no dispatcher", reason: "no-dispatcher")))
    }
}
