import Headgate
import HeadgateHTTP
import NIOCore
import Testing

@testable import HeadgateServer

/// One connection, many requests: what stays open, what closes, and in which order answers come.
@Suite struct ConnectionTests {
    @Test func oneConnectionServesManyRequests() async throws {
        try await TestServer.serving(["ANY /echo": Answer.echo]) { server in
            let wire = try server.connect()
            for number in 0..<30 {
                let response = try await wire.ask("/echo", method: "POST", body: "\(number)")
                #expect(response.status == 200)
                #expect(response.body == "POST \(number)")
                #expect(response["connection"] == "keep-alive")
            }
            #expect(server.server.openConnections == 1)
        }
    }

    @Test func answersKeepTheOrderOfRequests() async throws {
        let slow = Gate("slow")
        try await TestServer.serving(["GET /slow": slow, "GET /fast": Answer("fast")]) { server in
            let wire = try server.connect()
            let fast = "GET /fast HTTP/1.1\r\nHost: x\r\n\r\n"
            try await wire.send(fast + "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + fast + fast)
            #expect(try await wire.response().body == "fast")
            await eventually { slow.arrived == 1 }
            slow.open()
            #expect(try await wire.response().body == "slow")
            #expect(try await wire.response().body == "fast")
            #expect(try await wire.response().body == "fast")
        }
    }

    @Test func requestsAfterAMalformedOneAreNeverRun() async throws {
        let gate = Gate("slow")
        gate.open()
        try await TestServer.serving(["GET /a": gate]) { server in
            let wire = try server.connect()
            let good = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
            try await wire.send(good + good + "GET /a HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n" + good)
            #expect(try await wire.response().body == "slow")
            #expect(try await wire.response().body == "slow")
            let refused = try await wire.response()
            #expect(refused.status == 400)
            #expect(refused["connection"] == "close")
            #expect(try await wire.rest() == "")
            #expect(gate.arrived == 2)
        }
    }

    @Test func moreRequestsThanMayRunWaitTheirTurn() async throws {
        let gate = Gate("done")
        var configuration = TestServer.configuration
        configuration.pipelinedRequests = 4
        try await TestServer.serving(["GET /a": gate], configuration) { server in
            let wire = try server.connect()
            try await wire.send(String(repeating: "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", count: 12))
            await eventually { gate.arrived >= 4 }
            #expect(server.server.requestsInFlight == 4)
            #expect(gate.arrived == 4)
            gate.open()
            for _ in 0..<12 { #expect(try await wire.response().body == "done") }
        }
    }

    @Test func manyRequestsThatAreRefusedAtOnceAreAllAnswered() async throws {
        try await TestServer.serving(["GET /": Answer("here")]) { server in
            let wire = try server.connect()
            try await wire.send(String(repeating: "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", count: 500))
            for _ in 0..<500 { #expect(try await wire.response().status == 403) }
            #expect(try await wire.ask("/").body == "here")
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, X, close\r\n\r\n", true),
        ("GET / HTTP/1.0\r\n\r\n", true),
        ("GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", false),
    ])
    func persistenceIsTheClientsChoice(_ request: String, _ closes: Bool) async throws {
        try await TestServer.serving(["GET /": Answer("root")]) { server in
            let wire = try server.connect()
            try await wire.send(request)
            let response = try await wire.response()
            #expect(response.body == "root")
            #expect(response["connection"] == (closes ? "close" : "keep-alive"))
            if closes {
                #expect(try await wire.rest() == "")
            } else {
                #expect(try await wire.ask("/").body == "root")
            }
        }
    }

    @Test func responsesWithoutABodyHaveNone() async throws {
        let empty = Answer { exchange in
            MethodResponse(status: Int(exchange.pathParameter("status") ?? "") ?? 500, body: Body("never seen"))
        }
        try await TestServer.serving(["ANY /{status}": empty]) { server in
            let wire = try server.connect()
            let head = try await wire.ask("/200", method: "HEAD")
            #expect(head["content-length"] == "10")
            for status in [204, 304] {
                let response = try await wire.ask("/\(status)")
                #expect(response.status == status)
                #expect(response["content-length"] == nil)
                #expect(response["transfer-encoding"] == nil)
            }
            // Bytes of a body would stand in front of this.
            #expect(try await wire.ask("/201").body == "never seen")
        }
    }

    @Test func aClientThatOnlyStopsSendingIsAnswered() async throws {
        let gate = Gate("late")
        try await TestServer.serving(["GET /": gate]) { server in
            let wire = try server.connect()
            try await wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            wire.finishSending()
            await eventually { gate.arrived == 1 }
            gate.open()
            #expect(try await wire.response().body == "late")
            #expect(try await wire.rest() == "")
        }
    }

    @Test func aClientThatIsGoneCancelsWhatRunsForIt() async throws {
        let gate = Gate("never")
        try await TestServer.serving(["GET /": gate]) { server in
            let wire = try server.connect()
            try await wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await eventually { gate.arrived == 2 }
            wire.reset()
            await eventually { gate.cancelled == 2 }
            #expect(gate.cancelled == 2)
            let records = await server.records.wait(for: 2)
            #expect(records.map(\.status) == [0, 0])
            await eventually { server.server.requestsInFlight == 0 }
            #expect(server.server.requestsInFlight == 0)
        }
    }

    @Test func aHalfClosedClientIsGivenUpInTime() async throws {
        let gate = Gate("never")
        var configuration = TestServer.configuration
        configuration.halfCloseGrace = .milliseconds(100)
        try await TestServer.serving(["GET /": gate], configuration) { server in
            let wire = try server.connect()
            try await wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            wire.finishSending()
            #expect(try await wire.rest() == "")
            await eventually { gate.cancelled == 1 }
            #expect(gate.cancelled == 1)
        }
    }

    @Test func whatNoResponseMayHoldIsA500() async throws {
        let splitting = Answer { _ in
            var headers = Headers()
            headers.setUnchecked("X-A", "a\r\nSet-Cookie: stolen=1")
            return MethodResponse(headers: headers, body: Body("secret"))
        }
        try await TestServer.serving(["GET /": splitting]) { server in
            let response = try await server.ask("/")
            #expect(response.status == 500)
            #expect(response["set-cookie"] == nil)
            #expect(response.body == "{\"message\": \"Internal server error\"}")
        }
    }

    @Test func framingIsTheServersAlone() async throws {
        let meddling = Answer { _ in
            var headers = Headers()
            for (name, value) in [
                ("Content-Length", "3"), ("Transfer-Encoding", "gzip"), ("Connection", "upgrade"), ("Date", "never"),
            ] { headers.setUnchecked(name, value) }
            return MethodResponse(headers: headers, body: Body("whole body"))
        }
        try await TestServer.serving(["GET /": meddling]) { server in
            let response = try await server.ask("/")
            #expect(response.body == "whole body")
            #expect(response["transfer-encoding"] == nil)
            #expect(response["connection"] == "keep-alive")
            #expect(response["date"]?.hasSuffix(" GMT") == true)
        }
    }
}
