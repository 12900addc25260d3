import Headgate
import OrderedJSON
import Testing

/// The public data-plane cases, answered by the stages alone: no document loader, no socket.
@Suite struct ConformanceTests {
    @Test(
        arguments: ConformanceCase.load([
            "mock", "http", "http_proxy", "parameters", "overrides", "templates", "vtl", "passthrough",
            "content_handling",
            "header_remapping", "stage_variables", "cors",
        ])
    )
    func dataPlane(test: ConformanceCase) async throws {
        let backend = ConformanceBackend(test.json["backend"])
        let exchange = try await ConformanceAPI(test).run(backend)
        let differences = ConformanceExpectation(expected: test.json["expect"] ?? .null).differences(exchange, backend)
        #expect(differences.isEmpty, "\(test.id): \(differences.joined(separator: "; "))")
    }

    @Test func thereAreCases() {
        #expect(ConformanceCase.load(["mock", "parameters", "overrides", "passthrough"]).count > 80)
        #expect(ConformanceCase.load(["content_handling"]).count > 30)
        #expect(ConformanceCase.load(["header_remapping"]).count > 8)
    }
}
