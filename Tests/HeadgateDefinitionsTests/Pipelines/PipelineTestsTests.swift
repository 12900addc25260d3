import Headgate
import HeadgateDefinitions
import OrderedJSON
import Testing

@Suite("The tests of a pipeline file")
struct PipelineTestsTests {
    private func tests(_ text: String, route: String = "POST /pets/{id}") throws -> [PipelineTest] {
        let loaded = DefinitionsLoader(registry: TestStages.registry).load(
            text: "name: pets\nroute: \(route)\nstages: [mock]\ntests:\n" + text
        )
        #expect(loaded.diagnostics == [])
        return loaded.tests
    }

    @Test("In full")
    func full() throws {
        let text = """
              - name: known pet
                request: {method: put, path: /pets/7?kind=cat, headers: {Accept: text/plain}, json: {n: 7, s: "7", z: no, t: true, u: null, v: 1.50}}
                backend:
                  receives: {method: POST, path: "/?a=1", headers: {X-A: b, X-B: null}, json: {path: "7"}}
                  answers: {status: 201, headers: {X-C: d}, body: done}
                response: {status: 200, headers: {X-D: e}, bodyMatches: 'd.ne'}
            """
        let test = try #require(try tests(text).first)
        #expect(test.pipeline == "pets")
        #expect(test.location.line == 5)
        #expect(test.request.method == "PUT")
        #expect(test.request.target == "/pets/7?kind=cat")
        #expect(test.request.headers.map { "\($0.name): \($0.value)" } == ["Accept: text/plain"])
        guard case .json(let sent)? = test.request.body else {
            Issue.record("no JSON body")
            return
        }
        #expect(JSONWriter.string(sent) == #"{"n":7,"s":"7","z":"no","t":true,"u":null,"v":1.50}"#)
        let received = try #require(test.backend.receives)
        #expect(received.method == "POST")
        #expect(received.target == "/?a=1")
        #expect(received.headers.map { "\($0.name): \($0.value ?? "-")" } == ["X-A: b", "X-B: -"])
        guard case .json(let expected, let place)? = received.body else {
            Issue.record("no JSON expected")
            return
        }
        #expect(expected == ["path": "7"])
        #expect(place.line == 8)
        guard case .response(201, let headers, .text("done")?) = test.backend.answer else {
            Issue.record("another answer: \(test.backend.answer)")
            return
        }
        #expect(headers.map(\.name) == ["X-C"])
        #expect(test.response.status == 200)
        guard case .matching("d.ne", _)? = test.response.body else {
            Issue.record("no pattern")
            return
        }
    }

    @Test("What is left out")
    func defaults() throws {
        let brief = "  - {name: a, request: {path: /pets/1}, response: {}}\n"
        let test = try #require(try tests(brief).first)
        #expect(test.request.method == "POST")
        if test.request.body != nil { Issue.record("a body from nowhere") }
        #expect(test.backend.isCalled)
        if test.backend.receives != nil { Issue.record("an expectation from nowhere") }
        guard case .response(200, _, nil) = test.backend.answer else {
            Issue.record("another answer: \(test.backend.answer)")
            return
        }
        #expect(try tests(brief, route: "ANY /pets/{id}").first?.request.method == "GET")
        #expect(try tests("  - {name: a, response: {}}\n", route: "GET /pets").first?.request.target == "/pets")
    }

    @Test("A backend that fails, and one that must not be called")
    func failures() throws {
        let all = try tests(
            """
              - {name: a, request: {path: /pets/1}, backend: {fails: timeout}, response: {status: 504}}
              - {name: b, request: {path: /pets/1}, backend: {fails: REFUSED}, response: {status: 504}}
              - {name: c, request: {path: /pets/1}, backend: {called: false}, response: {status: 401}}
            """
        )
        guard case .failure(.timeout) = all[0].backend.answer, case .failure(.refused) = all[1].backend.answer else {
            Issue.record("not the failures that were written")
            return
        }
        #expect(!all[2].backend.isCalled)
    }

    @Test("A server may leave them unread")
    func unread() {
        let text = "route: GET /x\nstages: [mock]\ntests: [{nonsense: 1}]\n"
        let loaded = DefinitionsLoader(registry: TestStages.registry, readsTests: false).load(text: text)
        #expect(loaded.diagnostics == [])
        #expect(loaded.pipelines.count == 1)
    }
}
