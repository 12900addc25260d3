import Headgate
import HeadgateGateway
import Testing

/// How pipelines name links, judged with the real stages.
@Suite("Links in pipelines")
struct LinkReferenceTests {
    private static let links = """
        links:
          - name: orders
            targets: ["127.0.0.1:1"]
            integrationTargets: ["arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/orders/1"]
          - name: billing
            targets: ["127.0.0.1:2", {address: "127.0.0.1:3", weight: 2}]
            health: /health

        """

    private func findings(_ pipeline: String, links: String = Self.links) async throws -> [String] {
        let folder = try Folder(["links.yaml": links.isEmpty ? "pipelines: []" : links, "a.yaml": pipeline])
        let loaded = try await Gateway.check(pipelines: folder.path)
        return loaded.diagnostics.filter { $0.location.file.hasSuffix("a.yaml") }.map {
            [$0.message, $0.expected, $0.suggestion].compactMap { $0 }.joined(separator: " | ")
        }
    }

    private func integration(_ keys: String) -> String {
        "route: GET /a\nintegration:\n  type: HTTP_PROXY\n  httpMethod: GET\n  uri: http://orders.internal/\n" + keys
    }

    @Test("a name, a stage variable and a load balancer")
    func good() async throws {
        for keys in [
            "  connectionType: VPC_LINK\n  connectionId: orders\n",
            "  connectionType: VPC_LINK\n  connectionId: ${stageVariables.link}\n",
            "  connectionType: VPC_LINK\n  connectionId: unknown\n"
                + "  integrationTarget: arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/orders/1\n",
            "  policy: {retries: 2, breaker: 30, limits: {inFlight: 5}, hedgeAfter: 50ms}\n",
        ] {
            #expect(try await findings(integration(keys)) == [])
        }
        #expect(try await findings("route: GET /a\nstages: [{http-proxy: {uri: 'http://x/', link: billing}}]") == [])
    }

    @Test("an unknown link, with what was meant")
    func unknown() async throws {
        let keys = "  connectionType: VPC_LINK\n  connectionId: order\n"
        #expect(
            try await findings(integration(keys)) == [
                #"no link is called "order" | expected one of: orders, billing | did you mean "orders"?"#
            ]
        )
    }

    @Test("without links there is a hint how to declare one")
    func undeclared() async throws {
        let keys = "  connectionType: VPC_LINK\n  connectionId: orders\n"
        let findings = try await findings(integration(keys), links: "")
        #expect(
            findings == [
                #"no link is called "orders" | expected a file with links: [{name: orders, targets: [HOST:PORT]}]"#
            ]
        )
    }

    @Test("a policy beside a link, and a link that is missing")
    func contradictions() async throws {
        let both = "  connectionType: VPC_LINK\n  connectionId: orders\n  policy: {retries: 1}\n"
        #expect(
            try await findings(integration(both)) == [
                "a call through a link takes the link's policy | expected retries, limits and breaker in the links: block"
            ]
        )
        #expect(
            try await findings(integration("  connectionType: VPC_LINK\n")) == [
                #"a VPC link is wanted, and "connectionId" is missing | expected connectionId: LINK"#
            ]
        )
    }

    @Test("explain says which link, and what it does")
    func explanation() async throws {
        let folder = try Folder([
            "links.yaml": Self.links,
            "a.yaml": integration("  connectionType: VPC_LINK\n  connectionId: billing\n"),
        ])
        let gateway = try Gateway(pipelines: folder.path)
        let stage = try #require(gateway.current.value.pipelines.first?.stages.first?.built)
        #expect(stage.explanation == "GET http://orders.internal/, through the link billing, up to 29 s")
        #expect(stage.details.map(\.name) == ["link billing"])
        #expect(
            stage.details.map(\.text) == [
                "127.0.0.1:2, 127.0.0.1:3 ×2; health by GET /health every 5000 ms; up to 3 attempts"
            ]
        )
        await gateway.stop()
    }

    @Test("certificates that nobody checks are said aloud")
    func hazards() async throws {
        let folder = try Folder([
            "links.yaml": "links: [{name: loose, targets: ['a:443'], tls: {insecureSkipVerification: true}}]",
            "a.yaml": "name: a\n" + integration("  tlsConfig: {insecureSkipVerification: true}\n"),
        ])
        let gateway = try Gateway(pipelines: folder.path)
        #expect(gateway.hazards.count == 2)
        #expect(gateway.hazards.allSatisfy { $0.contains("insecureSkipVerification") })
        await gateway.stop()
    }
}
