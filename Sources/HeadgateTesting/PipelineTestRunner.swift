import Headgate
import HeadgateAWS
import HeadgateDefinitions
import HeadgateGateway
import HeadgateLua
import OrderedJSON
import SigV4

/// Runs the `tests:` of pipeline files. The backend is played by the test, so nothing touches a network.
public struct PipelineTestRunner: Sendable {
    private let options: GatewayOptions

    /// - Parameter options: with the stages that the files use.
    public init(options: GatewayOptions = GatewayOptions()) {
        self.options = options
    }

    /// Loads a directory of pipeline files, or one file, and runs their tests in the order of the files.
    /// - Parameter filter: only tests whose pipeline or name contains this.
    /// - Throws: `GatewayLoadError` with every mistake in every file.
    public func run(_ path: String, filter: String? = nil) async throws -> PipelineTestResults {
        let backend = PlayedBackend()
        let host = PlayedHost()
        let cache = LuaCache()
        var options = options
        options.services[(any Dispatcher).self] = backend
        options.services[(any LuaHost).self] = host
        options.services[LuaCache.self] = cache
        // Calls of AWS are signed, and nobody is asked for credentials.
        options.services[AWSRuntime.self] = AWSRuntime(
            environment: [:],
            dispatcher: backend,
            clock: options.clock,
            fixed: Credentials(accessKeyID: "AKIAHEADGATETEST", secretAccessKey: "test"),
        )
        let gateway = try Gateway(pipelines: path, options: options)
        var results: [PipelineTestResult] = []
        for test in gateway.tests where filter.map({ test.pipeline.contains($0) || test.name.contains($0) }) ?? true {
            guard let pipeline = gateway.current.value.pipelines.first(where: { $0.name == test.pipeline }) else {
                continue
            }
            host.secrets = Dictionary(test.secrets.map { ($0.name, $0.value) }) { $1 }
            cache.clear()
            results.append(await run(test, pipeline, gateway, backend))
        }
        await gateway.stop()
        return PipelineTestResults(results)
    }

    private func run(
        _ test: PipelineTest,
        _ pipeline: Pipeline,
        _ gateway: Gateway,
        _ backend: PlayedBackend,
    ) async -> PipelineTestResult {
        backend.play(test)
        let exchange = await gateway.run(Self.request(of: test), through: pipeline, trace: Trace())
        var mismatches = Self.compareCall(test, backend.received)
        mismatches += zip(test.mocks, backend.receivedByMocks).flatMap { Self.compare($0, $1) }
        var response = Comparison("the response")
        let expected = test.response
        response.check(
            "status",
            expected.status.map(String.init),
            String(exchange.response.status),
            at: expected.location,
        )
        response.check(expected.headers, in: exchange.response.headers)
        response.check(expected.body, in: exchange.response.body)
        mismatches += response.mismatches
        return PipelineTestResult(
            test: test,
            mismatches: mismatches,
            trace: TraceReport(exchange),
            failure: exchange.failure,
        )
    }

    private static func compareCall(_ test: PipelineTest, _ received: [IntegrationRequest]) -> [Mismatch] {
        if !test.backend.isCalled {
            return received.map {
                Mismatch(
                    what: "the backend",
                    expected: "(not called)",
                    actual: "\($0.method) \($0.url)",
                    location: test.location,
                )
            }
        }
        guard let expected = test.backend.receives else { return [] }
        return compare(expected, received.last, "the backend")
    }

    private static func compare(_ mock: PipelineTest.Mock, _ received: [IntegrationRequest]) -> [Mismatch] {
        if let calls = mock.calls, calls != received.count {
            return [
                Mismatch(
                    what: mock.url,
                    expected: "(called \(calls) times)",
                    actual: "(called \(received.count) times)",
                    location: mock.location,
                )
            ]
        }
        guard let expected = mock.receives else { return [] }
        return received.isEmpty
            ? compare(expected, nil, mock.url) : received.flatMap { compare(expected, $0, mock.url) }
    }

    private static func compare(
        _ expected: PipelineTest.Received,
        _ request: IntegrationRequest?,
        _ name: String,
    ) -> [Mismatch] {
        guard let request else {
            return [Mismatch(what: name, expected: "(called)", actual: "(not called)", location: expected.location)]
        }
        var comparison = Comparison("\(name)'s request")
        comparison.check("method", expected.method, request.method, at: expected.location)
        comparison.check("path", expected.target, request.target, at: expected.location)
        comparison.check(expected.headers, in: request.headers)
        comparison.check(expected.body, in: request.body)
        return comparison.mismatches
    }

    private static func request(of test: PipelineTest) -> MethodRequest {
        let parts = test.request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var headers = Headers()
        for header in test.request.headers { headers.addUnchecked(header.name, header.value) }
        if !headers.contains("Host") { headers.addUnchecked("Host", "headgate.test") }
        let body = PlayedBackend.body(test.request.body, &headers)
        return MethodRequest(
            method: test.request.method,
            path: String(parts[0]),
            rawQuery: parts.count > 1 ? String(parts[1]) : nil,
            headers: headers,
            body: body,
        )
    }
}
