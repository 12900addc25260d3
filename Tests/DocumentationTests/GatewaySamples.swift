import Foundation
import Headgate
import HeadgateGateway
import HeadgateTesting
import Testing

/// The samples of `HeadgateGateway` and `HeadgateTesting`. Those that call backends are compiled, and not run.
struct GatewaySamples {
    private func overview() async throws {
        let gateway = try Gateway(pipelines: "pipelines")
        let response = await gateway.handle(
            MethodRequest(
                method: "GET",
                path: "/teapot",
                rawQuery: "query=kitchen",
                headers: ["Accept": "application/json"],
            )
        )
        print(response.status, response.body.text)
        await gateway.stop()
    }

    private func readme() async throws {
        let gateway = try Gateway(pipelines: "pipelines")
        let response = await gateway.handle(MethodRequest(method: "GET", path: "/teapot", rawQuery: "query=kitchen"))
        print(response.status, response.body.text)
        await gateway.stop()
    }

    private func short() async throws {
        let gateway = try Gateway(pipelines: "pipelines")
        let response = await gateway.handle(MethodRequest(method: "GET", path: "/pets/7"))
        await gateway.stop()

        print(response.status)
    }

    private func tracing(_ gateway: Gateway, _ request: MethodRequest) async {
        let exchange = await gateway.run(request, trace: Trace())
        print(TraceReport(exchange).text(.plain))
    }

    private func standingIn() async throws {
        var options = GatewayOptions()
        options.stages = [QuotaStage.declaration]

        let catalogue = ScriptedDispatcher { request in
            .success(IntegrationResponse(status: 200, body: Body("{\"name\": \"lamp\"}")))
        }
        options.services[(any Dispatcher).self] = catalogue
        let gateway = try Gateway(pipelines: "pipelines", options: options)
        _ = await gateway.handle(MethodRequest(method: "GET", path: "/items/7"))
        #expect(catalogue.received.map(\.url) == ["http://127.0.0.1:8081/items/7"])
    }
}

/// The test that a service has for its pipelines, run on this project's own where they are at hand.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "pipelines/lookup.yaml")))
struct PipelineFileSamples {
    @Test func pipelinesPassTheirOwnTests() async throws {
        var options = GatewayOptions()
        options.stages = [QuotaStage.declaration]
        let results = try await PipelineTestRunner(options: options).run("pipelines")
        #expect(results.allPassed, "\(results.text(.plain, trace: true))")
    }
}
