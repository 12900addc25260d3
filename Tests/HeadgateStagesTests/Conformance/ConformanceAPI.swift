import Headgate
import JavaRegex
import OrderedJSON

@testable import HeadgateStages

/// The method of a case's API document that its request meets, and the stages that it means.
struct ConformanceAPI {
    let test: ConformanceCase
    private var found: (route: Route, parameters: [(name: String, value: String)], integration: JSONValue)?

    init(_ test: ConformanceCase) {
        self.test = test
        found = find()
    }

    var integration: JSONValue? { found?.integration }

    private var request: JSONValue { test.json["request"] ?? .null }
    private var method: String { request["method"]?.string ?? "GET" }

    private var target: (path: String, query: String?) {
        let parts = (request["path"]?.string ?? "/").split(
            separator: "?",
            maxSplits: 1,
            omittingEmptySubsequences: false,
        )
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
    }

    private func find() -> (Route, [(name: String, value: String)], JSONValue)? {
        var pipelines: [Pipeline] = []
        var integrations: [String: JSONValue] = [:]
        for (path, item) in test.json["api"]?["paths"]?.object ?? [:] {
            for (verb, operation) in item.object ?? [:] {
                guard let integration = operation["x-amazon-apigateway-integration"] else { continue }
                let name = verb == "x-amazon-apigateway-any-method" ? "ANY" : verb.uppercased()
                guard let route = try? Route(method: name, path: path) else { continue }
                pipelines.append(Pipeline(name: route.description, routes: [route], stages: []))
                integrations[route.description] = integration
            }
        }
        guard let match = Router(pipelines).match(method: method, path: target.path),
            let integration = integrations[match.pipeline.name]
        else { return nil }
        return (match.pipeline.routes[0], match.pathParameters, integration)
    }

    // MARK: The exchange

    static let host = "api.example.test:8080"

    /// Runs the case; the exchange ends with a response, and the backend remembers what it got.
    func run(_ backend: ConformanceBackend) async throws -> Exchange {
        guard let found else { throw GatewayFailure.noRoute }
        let stages = try self.stages(found.integration, backend)
        let pipeline = Pipeline(
            name: "case",
            routes: [found.route],
            stages: stages.map { kind, phase, stage in
                PipelineStage(label: kind, kind: kind, phase: phase, built: BuiltStage(stage, explanation: kind))
            },
        )
        let variables = (test.json["api"]?["x-stage"]?["variables"]?.object ?? [:]).map {
            (name: $0.key, value: $0.value.string ?? "")
        }
        let deployment = Deployment(
            apiID: "abc123",
            name: test.json["api"]?["x-stage"]?["name"]?.string ?? "test",
            variables: variables,
        )
        let body = Self.bytes(request) ?? []
        var headers = Headers(parsed: [.init("Host", Self.host), .init("Connection", "close")])
        if !body.isEmpty { headers.addUnchecked("Content-Length", String(body.count)) }
        for (name, value) in request["headers"]?.object ?? [:] {
            for line in value.array ?? [value] { headers.addUnchecked(name, line.string ?? "") }
        }
        let message = MethodRequest(
            method: method,
            path: target.path,
            rawQuery: target.query,
            headers: headers,
            body: .bytes(body),
        )
        return await withCheckedContinuation { continuation in
            let exchange = Exchange(
                pipeline: pipeline,
                request: message,
                pathParameters: found.parameters,
                deployment: deployment,
                lane: Lane(name: "case", random: RandomSource(seed: 1)),
                receivedAtMilliseconds: 1_700_000_000_000,
                random: RandomSource(seed: 2),
                completion: { continuation.resume(returning: $0) },
            )
            Executor.start(exchange)
        }
    }

    static func bytes(_ json: JSONValue) -> [UInt8]? {
        if let text = json["body"]?.string { return Array(text.utf8) }
        if let text = json["bodyBase64"]?.string { return Base64.decode(Array(text.utf8)) }
        if let value = json["bodyJson"] { return Array(JSONWriter.string(value).utf8) }
        return nil
    }

    // MARK: Stages

    private func stages(
        _ integration: JSONValue,
        _ backend: ConformanceBackend,
    ) throws -> [(String, StagePhase, any Stage)] {
        let type = integration["type"]?.string?.lowercased() ?? ""
        let binary = test.json["api"]?["x-amazon-apigateway-binary-media-types"]?.array?.compactMap(\.string) ?? []
        let api = APISettings(binaryMediaTypes: BinaryMediaTypes(binary))
        let kind = BackendKind(rawValue: type) ?? .http
        let parameters = try mappings(integration["requestParameters"], .request)
        let method = integration["httpMethod"]?.string ?? "ANY"
        let uri = (integration["uri"]?.string ?? "http://backend.test/")
            .replacing("arn:aws:apigateway:__REGION__:s3:path/", with: "http://s3.test/")
        if type == "http_proxy" {
            let call = ConformanceCall(
                backend: backend,
                uri: try URITemplate(parsing: uri),
                method: method,
                parameters: RequestParameters(parameters, backend: .httpProxy),
            )
            return [("http-proxy", .dispatch, call)]
        }
        let request = RequestStage(
            parameters: parameters,
            templates: try templates(integration["requestTemplates"]),
            passthroughBehavior: PassthroughBehavior(
                rawValue: integration["passthroughBehavior"]?.string?.uppercased() ?? ""
            ) ?? .whenNoMatch,
            contentHandling: integration["contentHandling"]?.string.flatMap(ContentHandling.init(rawValue:)),
            backend: kind,
            api: api,
        )
        var rules: [SelectionRule] = []
        var byStatus: [(status: Int, mapping: ResponseStage.Mapping)] = []
        for (pattern, response) in integration["responses"]?.object ?? [:] {
            let status = Int(response["statusCode"]?.string ?? "") ?? 200
            rules.append(SelectionRule(pattern: pattern == "default" ? nil : try Pattern(pattern), status: status))
            byStatus.append(
                (
                    status,
                    ResponseStage.Mapping(
                        parameters: try mappings(response["responseParameters"], .response),
                        templates: try templates(response["responseTemplates"]),
                        contentHandling: response["contentHandling"]?.string.flatMap(ContentHandling.init(rawValue:)),
                    ),
                )
            )
        }
        let call: any Stage =
            type == "mock"
            ? MockStage()
            : ConformanceCall(backend: backend, uri: try URITemplate(parsing: uri), method: method, parameters: nil)
        return [
            ("request", .request, request), ("call", .dispatch, call),
            ("select", .select, SelectStage(rules.sorted { $0.status < $1.status })),
            ("response", .response, ResponseStage(byStatus, api: api)),
        ]
    }

    private func mappings(_ json: JSONValue?, _ side: ParameterSource.Side) throws -> [ParameterMapping] {
        try (json?.object ?? [:]).map { key, value in
            ParameterMapping(
                try ParameterTarget(parsing: key, for: side),
                try ParameterSource(parsing: value.string ?? "", for: side),
            )
        }
    }

    private func templates(_ json: JSONValue?) throws -> TemplateTable {
        TemplateTable(
            try (json?.object ?? [:]).map { key, value in
                (key, try value.string.flatMap { $0.isEmpty ? nil : try LocatedTemplate($0) })
            }
        )
    }
}
