import CatalogueService
import HTTPTypes
import Headgate
import HeadgateTesting
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Testing

@Suite struct CatalogueServiceTests {
    static var pipelines: String {
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/pipelines"
    }

    /// Sends one request through the service's router, without a socket.
    static func get(_ path: String, from responder: some HTTPResponder<BasicRequestContext>) async throws -> (
        Int, String, HTTPFields
    ) {
        let request = Request(
            head: HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: path),
            body: RequestBody(buffer: ByteBuffer()),
        )
        let context = BasicRequestContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(label: "test"))
        )
        let response = try await responder.respond(to: request, context: context)
        let writer = Collector()
        try await response.body.write(writer)
        return (response.status.code, writer.text, response.headers)
    }

    @Test func pipelinesAnswerWhatTheServicesRoutesDoNot() async throws {
        let catalogue = ScriptedDispatcher { request in
            request.path == "/items/7"
                ? .success(IntegrationResponse(status: 200, body: Body("{\"name\": \"lamp\"}")))
                : .success(IntegrationResponse(status: 404))
        }
        let gateway = try CatalogueService.gateway(pipelines: Self.pipelines, dispatcher: catalogue)
        let responder = CatalogueService.router(gateway).buildResponder()

        let health = try await Self.get("/health", from: responder)
        #expect(health.0 == 200)
        #expect(health.1 == "well\n")

        let item = try await Self.get("/items/7", from: responder)
        #expect(item.0 == 200)
        #expect(item.1 == "{\"id\": \"7\", \"name\": \"lamp\"}")
        #expect(item.2[HTTPField.Name("X-Answered-By")!] == "catalogue")
        #expect(catalogue.received.map(\.url) == ["http://127.0.0.1:8081/items/7"])

        #expect(try await Self.get("/items/8", from: responder).0 == 502)
        #expect(try await Self.get("/nowhere", from: responder).0 == 403)
        await gateway.stop()
    }

    @Test func aStoppedGatewayTakesNoMoreRequests() async throws {
        let gateway = try CatalogueService.gateway(
            pipelines: Self.pipelines,
            dispatcher: ScriptedDispatcher { _ in .failure(.timeout("no answer")) },
        )
        let slow = await gateway.handle(MethodRequest(method: "GET", path: "/items/7"))
        #expect(slow.status == 504)
        await gateway.stop()
        #expect(await gateway.handle(MethodRequest(method: "GET", path: "/items/7")).status == 503)
    }
}
