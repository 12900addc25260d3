import Foundation
import Headgate
import HeadgateGateway
import HeadgateTesting
import Synchronization
import Testing

/// A gateway as a Swift service embeds it: no server, no network.
struct GatewayTests {
    static func pipeline(_ text: String, route: String = "GET /version") -> String {
        """
        route: \(route)
        stages:
          - mock: {status: 200, body: "\(text)"}
        """
    }

    static let lookup = """
        route: GET /{id}
        integration:
          type: HTTP
          httpMethod: POST
          uri: http://backend.test/items
          requestTemplates:
            application/json: '{"id": "$input.params("id")"}'
          integrationResponses:
            - {statusCode: 200, selectionPattern: 2\\d\\d}
            - {statusCode: 404, selectionPattern: "404"}
            - {statusCode: 502}
        """

    @Test(arguments: [(201, 200), (404, 404), (500, 502), (302, 502)])
    func statusesArePicked(_ backend: Int, _ client: Int) async throws {
        let folder = try Folder(["lookup.yaml": Self.lookup])
        let gateway = try Gateway(
            pipelines: folder.path,
            options: .repeatable { request in
                #expect(request.method == "POST")
                #expect(request.body.text == #"{"id": "7"}"#)
                return .success(IntegrationResponse(status: backend, headers: [:], body: Body("{}")))
            },
        )
        let response = await gateway.handle(MethodRequest(method: "GET", path: "/7"))
        #expect(response.status == client)
        await gateway.stop()
    }

    @Test func manyAtOnceAreAllAnswered() async throws {
        let folder = try Folder(["lookup.yaml": Self.lookup])
        var options = GatewayOptions.repeatable { request in
            .success(IntegrationResponse(status: 200, headers: [:], body: request.body))
        }
        options.lanes = 3
        let gateway = try Gateway(pipelines: folder.path, options: options)
        let answers = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<1000 {
                group.addTask {
                    let response = await gateway.handle(MethodRequest(method: "GET", path: "/\(number)"))
                    return response.body.text == #"{"id": "\#(number)"}"#
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answers == 1000)
        await gateway.stop()
    }

    @Test func aFailureOfTheBackendTellsTheClientNothing() async throws {
        let folder = try Folder(["lookup.yaml": Self.lookup])
        let gateway = try Gateway(
            pipelines: folder.path,
            options: .repeatable { _ in
                .failure(.badGateway("10.0.0.7 refused", status: 504, reason: "integration-connect"))
            },
        )
        let exchange = await gateway.run(MethodRequest(method: "GET", path: "/7"))
        #expect(exchange.response.status == 504)
        #expect(!exchange.response.body.text.contains("10.0.0.7"))
        #expect(exchange.failure?.cause == "10.0.0.7 refused")
        await gateway.stop()
    }

    @Test func reloadReplacesEverythingOrNothing() async throws {
        let folder = try Folder(["version.yaml": Self.pipeline("one")])
        let gateway = try Gateway(pipelines: folder.path)
        func version() async -> String {
            await gateway.handle(MethodRequest(method: "GET", path: "/version")).body.text
        }
        #expect(await version() == "one")

        try folder.write("version.yaml", Self.pipeline("two"))
        guard case .replaced(let generation) = gateway.reload() else {
            Issue.record("not replaced")
            return
        }
        #expect(generation.number == 2)
        #expect(await version() == "two")

        try folder.write("version.yaml", Self.pipeline("three"))
        try folder.write("other.yaml", "rote: GET /x\n")
        guard case .kept(let error) = gateway.reload() else {
            Issue.record("replaced by files with mistakes")
            return
        }
        #expect(String(describing: error).contains("did you mean \"route\"?"))
        #expect(await version() == "two")
        await gateway.stop()
    }

    @Test func aChangedFileIsLoadedByItself() async throws {
        let folder = try Folder(["version.yaml": Self.pipeline("one")])
        let gateway = try Gateway(pipelines: folder.path)
        let outcomes = AsyncStream.makeStream(of: ReloadOutcome.self)
        gateway.reloadOnChange(every: 20) { outcomes.continuation.yield($0) }
        try folder.write("version.yaml", Self.pipeline("two, and longer"))
        for await outcome in outcomes.stream {
            guard case .replaced = outcome else { continue }
            break
        }
        let response = await gateway.handle(MethodRequest(method: "GET", path: "/version"))
        #expect(response.body.text == "two, and longer")
        await gateway.stop()
    }

    @Test func afterItsStopRequestsAreRefused() async throws {
        let folder = try Folder(["version.yaml": Self.pipeline("one")])
        let gateway = try Gateway(pipelines: folder.path)
        await gateway.stop()
        let response = await gateway.handle(MethodRequest(method: "GET", path: "/version"))
        #expect(response.status == 503)
    }

    @Test func aCancelledTaskGivesItsRequestUp() async throws {
        let folder = try Folder(["lookup.yaml": Self.lookup])
        let dispatcher = SilentDispatcher()
        var options = GatewayOptions()
        options.services[(any Dispatcher).self] = dispatcher
        let gateway = try Gateway(pipelines: folder.path, options: options)
        let task = Task { await gateway.handle(MethodRequest(method: "GET", path: "/7")) }
        await dispatcher.called()
        task.cancel()
        _ = await task.value
        #expect(dispatcher.cancellations.withLock { $0 } == 1)
        await gateway.stop()
    }

    @Test func payloadsAreLimited() async throws {
        let folder = try Folder(["version.yaml": Self.pipeline("one", route: "POST /version")])
        var options = GatewayOptions()
        options.payloadLimit = 10
        let gateway = try Gateway(pipelines: folder.path, options: options)
        let response = await gateway.handle(
            MethodRequest(method: "POST", path: "/version", body: .bytes(Array(repeating: 0x61, count: 11)))
        )
        #expect(response.status == 413)
        await gateway.stop()
    }

    @Test func everyMistakeIsToldAtOnce() throws {
        let folder = try Folder(["a.yaml": "rote: GET /x\n", "b.yaml": "route: GET /y\nstages: [mocc]\n"])
        do {
            _ = try Gateway(pipelines: folder.path)
            Issue.record("loaded")
        } catch {
            let text = String(describing: error)
            #expect(text.contains("a.yaml:1:1") && text.contains("b.yaml:2:10"))
        }
    }
}

/// A backend that never answers, and knows when it is no longer wanted.
private final class SilentDispatcher: Dispatcher {
    let cancellations = Mutex(0)
    private let calls = AsyncStream.makeStream(of: Void.self)

    func perform(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        streaming: Bool,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) {
        exchange.onCancel {
            self.cancellations.withLock { $0 += 1 }
            completion(.failure(GatewayFailure.timeout("cancelled")))
        }
        calls.continuation.yield()
    }

    func called() async {
        for await _ in calls.stream { return }
    }
}
