import Foundation
import Headgate
import HeadgateGateway
import HeadgateTesting
import OrderedJSON
import Testing

/// What people read of an exchange and of pipelines, held as golden files.
struct TraceTests {
    /// The samples of this project.
    static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../pipelines").standardizedFileURL.path

    private func trace(_ request: MethodRequest, answer: Result<IntegrationResponse, GatewayFailure>) async throws
        -> TraceReport
    {
        let gateway = try Gateway(pipelines: Self.samples, options: .repeatable { _ in answer })
        let exchange = await gateway.run(request, trace: Trace())
        await gateway.stop()
        return TraceReport(exchange)
    }

    /// Where the checkout is does not matter.
    private func check(_ text: String, against name: String) throws {
        let root = URL(fileURLWithPath: Self.samples).deletingLastPathComponent().path + "/"
        let text = text.replacingOccurrences(of: root, with: "")
        try Golden.check(text, against: name)
    }

    @Test func theSeedCase() async throws {
        let request = MethodRequest(
            method: "GET",
            path: "/teapot",
            rawQuery: "query=kitchen",
            headers: ["Host": "api.test"],
            clientAddress: "192.0.2.1",
        )
        let answer = IntegrationResponse(
            status: 201,
            headers: ["X-Item-Id": "17"],
            body: Body(#"{"path": "teapot", "type": "kitchen", "price": 9.50}"#),
        )
        let report = try await trace(request, answer: .success(answer))
        try check(report.text(.plain), against: "lookup.txt")
        try check(JSONWriter.string(report.json, style: .pretty), against: "lookup.json")
    }

    @Test func aBackendThatFails() async throws {
        let request = MethodRequest(
            method: "GET",
            path: "/teapot",
            headers: ["Host": "api.test"],
            clientAddress: "192.0.2.1",
        )
        let failure = GatewayFailure.badGateway(
            "backend.test cannot be reached",
            status: 504,
            reason: "integration-connect",
        )
        try check(try await trace(request, answer: .failure(failure)).text(.plain), against: "lookup-failed.txt")
    }

    @Test func theSamplesExplained() throws {
        let gateway = try Gateway(pipelines: Self.samples, options: .repeatable { _ in .failure(.noRoute) })
        let explanation = Explanation(gateway.current.value.pipelines)
        try check(explanation.text(.plain), against: "samples-explained.txt")
        #expect(throws: Never.self) { try JSONValue(parsing: explanation.json) }
    }

    @Test func theSamplesPassTheirTests() async throws {
        let results = try await PipelineTestRunner().run(Self.samples)
        #expect(results.allPassed, "\(results.text(.plain))")
        #expect(results.all.count >= 13)
    }

    @Test func aTestThatFailsSaysWhatItGot() async throws {
        let folder = try Folder([
            "greet.yaml": """
            route: GET /greet
            stages:
              - mock: {status: 200, headers: {X-Kind: plain}, body: '{"hello": "world", "n": 1}'}
            tests:
              - name: politeness
                request: {path: /greet}
                response:
                  status: 201
                  headers: {X-Kind: polite}
                  json: {hello: World, n: 1.0}
            """
        ])
        let results = try await PipelineTestRunner().run(folder.path)
        #expect(!results.allPassed)
        try Golden.check(
            results.text(.plain).replacingOccurrences(of: folder.path, with: "."),
            against: "failed-test.txt",
        )
    }
}
