import Headgate
import OrderedJSON

/// The backend that the samples call: a few routes that answer predictably, so that a newcomer needs
/// nothing else running. Served by Headgate's own server, from stages written in Swift.
enum DemoBackend {
    /// - `POST /` looks up `path`: `missing` is a 404, `broken` a 500, anything else is found.
    /// - `GET /orders/{id}` gives an order, 404 for ids that are no numbers.
    /// - `ANY /status/{code}` answers with that status.
    /// - `ANY /echo/{path+}` tells what it received.
    static func pipelines() throws -> [Pipeline] {
        [
            try pipeline("look-up", "POST /", lookUp),
            try pipeline("order", "GET /orders/{id}", order),
            try pipeline("status", "ANY /status/{code}", status),
            try pipeline("echo", "ANY /echo/{path+}", echo),
            try pipeline("echo-root", "ANY /echo", echo),
        ]
    }

    private struct Answer: SynchronousStage {
        let make: @Sendable (Exchange) -> MethodResponse

        func run(_ exchange: Exchange) -> StageOutcome {
            exchange.response = make(exchange)
            return .respond
        }
    }

    private static func pipeline(
        _ name: String,
        _ route: String,
        _ make: @escaping @Sendable (Exchange) -> MethodResponse,
    ) throws -> Pipeline {
        let stage = PipelineStage(
            label: name,
            kind: name,
            phase: .any,
            built: BuiltStage(Answer(make: make), explanation: "answers"),
        )
        return Pipeline(name: name, routes: [try Route(parsing: route)], stages: [stage])
    }

    private static func json(_ status: Int, _ value: JSONValue, _ headers: Headers = [:]) -> MethodResponse {
        var headers = headers
        headers.setUnchecked("Content-Type", "application/json")
        return MethodResponse(status: status, headers: headers, body: Body(JSONWriter.string(value) + "\n"))
    }

    private static func lookUp(_ exchange: Exchange) -> MethodResponse {
        guard let wish = try? JSONValue(parsing: exchange.request.body.bytes ?? []), let path = wish["path"]?.string
        else {
            return json(400, ["error": "expected an object with \"path\""])
        }
        switch path {
        case "missing": return json(404, ["error": "no such item"])
        case "broken": return json(500, ["error": "the shelf has fallen down"])
        default:
            let number = path.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
            return json(
                200,
                ["path": .string(path), "type": wish["type"] ?? "", "price": 9.5],
                ["X-Item-Id": String(number)],
            )
        }
    }

    private static func order(_ exchange: Exchange) -> MethodResponse {
        guard let id = exchange.pathParameter("id"), Int(id) != nil else {
            return json(404, ["error": "no such order"])
        }
        return json(
            200,
            [
                "id": .string(id),
                "lines": [
                    ["sku": "TEA-1", "quantity": 2, "price": 1250],
                    ["sku": "POT-7", "quantity": 1, "price": 300],
                ],
            ],
        )
    }

    private static func status(_ exchange: Exchange) -> MethodResponse {
        guard let code = exchange.pathParameter("code").flatMap(Int.init), (200...599).contains(code) else {
            return json(400, ["error": "expected a status from 200 to 599"])
        }
        return json(code, ["status": .number(JSONNumber(code))])
    }

    private static func echo(_ exchange: Exchange) -> MethodResponse {
        let request = exchange.request
        return json(
            200,
            [
                "method": .string(request.method),
                "path": .string(request.path),
                "query": request.rawQuery.map { .string($0) } ?? .null,
                "headers": .object(JSONObject(request.headers.fields.map { ($0.name, .string($0.value)) })),
                "body": .string(request.body.text),
            ],
        )
    }
}
