import Headgate
import OrderedJSON

/// A test as its file has it, before the route fills in what it leaves out.
struct PipelineTestDraft: Sendable {
    var name: String
    var location: SourceLocation
    var request: RequestDraft
    var backend: PipelineTest.Backend
    var response: PipelineTest.Response
    var mocks: [PipelineTest.Mock]
    var secrets: [PipelineTest.Header]

    struct RequestDraft: Sendable {
        var method: String?
        var target: String?
        var headers: [PipelineTest.Header]
        var body: PipelineTest.Payload?
    }

    private static let nameField = Field(
        required: "name",
        FieldType<String>.label,
        "What is tested; shown by `headgate test`.",
    )
    private static let requestField = Field(
        "request",
        FieldType.record(requestRecord),
        default: RequestDraft(headers: []),
        "What the client sends.",
    )
    private static let backendField = Field(
        "backend",
        FieldType.record(TestBackendRecords.backend),
        default: PipelineTest.Backend(isCalled: true, answer: TestBackendRecords.emptyAnswer),
        "What the backend must receive, and what it does.",
    )
    private static let responseField = Field(
        required: "response",
        FieldType.record(TestBackendRecords.response),
        "What the client must get.",
    )

    private static let mocksField = Field(
        "mocks",
        FieldType<[PipelineTest.Mock]>.list(of: .record(TestBackendRecords.mock)),
        default: [],
        "Services beside the backend that scripts call, as the test plays them.",
    )
    private static let secretsField = Field(
        "secrets",
        FieldType<[MapEntry<String>]>.map(keys: "secret", of: .string).map { entries in
            entries.map { PipelineTest.Header(name: $0.key, value: $0.value) }
        },
        default: [],
        "The secrets that scripts find in this test, by name.",
    )

    static let record = Record<PipelineTestDraft>(
        "test",
        "One request, what must reach the backend, what it answers, and what the client must get.",
        fields: [nameField, requestField, backendField, mocksField, secretsField, responseField],
    ) { settings in
        PipelineTestDraft(
            name: try settings[nameField],
            location: settings.location,
            request: try settings[requestField],
            backend: try settings[backendField],
            response: try settings[responseField],
            mocks: try settings[mocksField],
            secrets: try settings[secretsField],
        )
    }

    // MARK: The request

    private static let method = Field(
        optional: "method",
        FieldType<String>.method,
        "The default is the route's method; GET where that is `ANY`.",
    )
    private static let path = Field(
        optional: "path",
        FieldType<String>.target,
        "Path and query as they go over the wire. The default is the route's path, if it has no variables.",
    )
    private static let headers = Field(
        "headers",
        FieldType<[PipelineTest.Header]>.headers,
        default: [],
        "Headers to send.",
    )
    private static let body = Field(
        optional: "body",
        FieldType<String>.string,
        "The body, as text. Either this or `json`.",
    )
    private static let json = Field(
        "json",
        FieldType<JSONValue>.json.map(Optional.some),
        default: nil,
        "The body, as JSON.",
    )

    private static let requestRecord = Record<RequestDraft>(
        "request",
        "What the client sends.",
        fields: [method, path, headers, json, body],
    ) { settings in
        RequestDraft(
            method: try settings[method],
            target: try settings[path],
            headers: try settings[headers],
            body: try TestBackendRecords.payload(settings, json: json, text: body),
        )
    }

    /// The test of a pipeline with these routes.
    /// - Throws: ``InvalidValue`` when the request's path is left to a route that does not say it.
    func completed(pipeline: String, routes: [Route]) throws(InvalidValue) -> PipelineTest {
        let route = routes.first
        var target = request.target
        if target == nil, let route, !route.path.contains("{") { target = route.path }
        guard let target else {
            throw InvalidValue(
                "the test's request has no path, and the route has variables",
                expected: "expected request: {path: …}, with values in place of the variables",
                at: location,
            )
        }
        return PipelineTest(
            name: name,
            location: location,
            pipeline: pipeline,
            request: .init(
                method: request.method ?? route.map { $0.method == "ANY" ? "GET" : $0.method } ?? "GET",
                target: target,
                headers: request.headers,
                body: request.body,
            ),
            backend: backend,
            response: response,
            mocks: mocks,
            secrets: secrets,
        )
    }
}
