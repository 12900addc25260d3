import Headgate
import HeadgateHTTP
import NIOCore
import Testing

@testable import HeadgateServer

/// What operators and their tools are told.
@Suite struct AdminTests {
    static func administering(
        _ routes: KeyValuePairs<String, any Stage>,
        _ body: (TestServer, AdminServer) async throws -> Void,
    ) async throws {
        let metrics = GatewayMetrics()
        try await TestServer.serving(routes, observer: metrics) { server in
            let current = CurrentGeneration(Generation(number: 7, pipelines: try TestServer.pipelines(routes)))
            let admin = try await AdminServer.start(
                port: 0,
                on: TestServer.group,
                server: server.server,
                current: current,
                metrics: metrics,
            )
            do {
                try await body(server, admin)
            } catch {
                await admin.stop()
                throw error
            }
            await admin.stop()
        }
    }

    static func ask(_ admin: AdminServer, _ target: String, method: String = "GET") async throws -> Wire.Response {
        try await Wire(port: admin.address.port ?? 0).ask(target, method: method)
    }

    @Test func livenessAndReadiness() async throws {
        try await Self.administering(["GET /": Answer("here")]) { _, admin in
            for path in ["/livez", "/live", "/readyz", "/ready"] {
                let response = try await Self.ask(admin, path)
                #expect(response.status == 200, "\(path)")
                #expect(response["cache-control"] == "no-store")
                #expect(try await Self.ask(admin, path, method: "HEAD").status == 200)
            }
            admin.isReady = false
            for (path, status) in [("/livez", 200), ("/live", 200), ("/readyz", 503), ("/ready", 503)] {
                #expect(try await Self.ask(admin, path).status == status, "\(path)")
            }
        }
    }

    @Test func statusIsJSON() async throws {
        try await Self.administering(["GET /pets/{id}": Answer("here")]) { server, admin in
            let client = try server.connect()
            #expect(try await client.ask("/pets/7").status == 200)
            let response = try await Self.ask(admin, "/status")
            #expect(response["content-type"] == "application/json")
            for part in [
                "\"ready\": true", "\"generation\": 7", "\"requestsInFlight\": 0", "\"connectionsOpen\": 1",
                "{\"name\": \"p0\", \"routes\": [\"GET /pets/{id}\"], \"streams\": false}",
            ] { #expect(response.body.contains(part), "\(part)") }
        }
    }

    @Test func otherPathsAndMethodsAreRefused() async throws {
        try await Self.administering(["GET /": Answer("here")]) { _, admin in
            for path in ["/", "/metricsx", "/metrics/x", "/STATUS", "/stat%75s/.env"] {
                #expect(try await Self.ask(admin, path).status == 404, "\(path)")
            }
            for method in ["POST", "DELETE", "PUT"] {
                #expect(try await Self.ask(admin, "/status", method: method).status != 200, "\(method)")
            }
            let wire = try Wire(port: admin.address.port ?? 0)
            #expect(try await wire.ask("/status", method: "POST", body: "x").status == 413)
        }
    }

    @Test func metricsCountWhatWasAnswered() async throws {
        let teapot = Answer { _ in MethodResponse(status: 418, body: Body("short")) }
        try await Self.administering(["POST /echo": Answer.echo, "GET /teapot": teapot]) { server, admin in
            let client = try server.connect()
            for _ in 0..<3 { #expect(try await client.ask("/echo", method: "POST", body: "1234").status == 200) }
            #expect(try await client.ask("/teapot").status == 418)
            for number in 0..<20 { #expect(try await client.ask("/unknown/\(number)").status == 403) }
            _ = await server.records.wait(for: 24)
            let text = try await Self.ask(admin, "/metrics").body
            for line in [
                "# TYPE headgate_requests_total counter",
                "headgate_requests_total{pipeline=\"p0\",status=\"2xx\"} 3",
                "headgate_requests_total{pipeline=\"p1\",status=\"4xx\"} 1",
                "headgate_requests_total{pipeline=\"unrouted\",status=\"4xx\"} 20",
                "headgate_request_bytes_total{pipeline=\"p0\"} 12",
                "headgate_response_bytes_total{pipeline=\"p0\"} 27",
                "headgate_failures_total{pipeline=\"unrouted\",reason=\"no-route\",stage=\"\"} 20",
                "headgate_request_duration_seconds_count{pipeline=\"p0\"} 3",
                "headgate_request_duration_seconds_bucket{pipeline=\"p0\",le=\"+Inf\"} 3",
                "headgate_connections_open 1",
                "headgate_requests_in_flight 0",
                "headgate_generation 7",
                "headgate_pipelines 2",
            ] { #expect(text.split(separator: "\n").contains { $0 == line }, "\(line)\n\(text)") }
            #expect(!text.contains("/unknown"))
        }
    }
}
