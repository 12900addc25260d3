import Headgate
import HeadgateStages

/// What every stage that calls an HTTP backend says about it, with the names of API Gateway's fields.
struct BackendSettings: Sendable {
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
            }),
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

    /// - Parameter most: the largest allowed value.
    static func timeout(upTo most: Int) -> Field<Int> {
        Field(
            "timeoutInMillis",
            FieldType<Int>.integer(50...most, unit: "milliseconds"),
            default: 29_000,
            shown: "29000",
            "Time for the whole call, from connecting to the last byte of the response.",
        )
    }

    /// nil is the client's.
    let method: String?
    let uri: URITemplate
    let timeoutMilliseconds: Int
    let verifiesCertificate: Bool
    let dispatcher: any Dispatcher

    init(_ settings: Settings, timeout: Field<Int>, _ build: StageBuild) throws {
        let word = try settings[Self.method]
        method = word == "ANY" ? nil : word
        uri = try settings[Self.uri]
        timeoutMilliseconds = try settings[timeout]
        verifiesCertificate = try !settings[Self.tls]
        dispatcher = build.services[(any Dispatcher).self] ?? NoDispatcher()
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
        return "\(method ?? "the client's method to") \(uri.text), up to \(time)\(warning)"
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
