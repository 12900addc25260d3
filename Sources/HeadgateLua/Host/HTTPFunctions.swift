import CLua
import Headgate
import Synchronization

/// `host.http`: requests of the script's own. The script waits, its lane does not.
enum HTTPFunctions {
    static let all: [HostLibrary.Function] = [
        HostLibrary.Function("http", "request", request),
        HostLibrary.Function("http", "get", get),
        HostLibrary.Function("http", "post", post),
        HostLibrary.Function("http", "all", all_),
    ]

    /// Requests that one execution may make.
    static let mostRequests = 8
    private static let keys = ["url", "method", "headers", "query", "json", "form", "body", "timeout_ms"]

    // MARK: Reading requests

    /// A table that describes a request, at an absolute index.
    static func read(_ call: LuaCall, at index: Int32) throws(LuaRaise) -> IntegrationRequest {
        try call.table(index)
        try ContextRoot.checkKeys(call, at: index, keys)
        var request = IntegrationRequest()
        try call.stack.field("url", of: index) { value throws(LuaRaise) in
            guard let text = call.stack.text(at: value) else { throw .argument(1, "url must be a string") }
            try setURL(text, of: &request)
        }
        request.timeoutMilliseconds = call.execution.remainingMilliseconds
        try call.stack.field("timeout_ms", of: index) { value throws(LuaRaise) in
            if call.stack.isAbsent(at: value) { return }
            guard let timeout = call.stack.integer(at: value), timeout > 0 else {
                throw .argument(1, "timeout_ms must be a positive number")
            }
            request.timeoutMilliseconds = min(request.timeoutMilliseconds, timeout)
        }
        try call.stack.field("headers", of: index) { value throws(LuaRaise) in
            try HeadersView.read(call, at: value, into: &request.headers)
        }
        try call.stack.field("query", of: index) { value throws(LuaRaise) in
            for (name, text) in try pairs(call, at: value, "query") { request.query.add(name, text) }
        }
        try readBody(call, at: index, into: &request)
        try call.stack.field("method", of: index) { value throws(LuaRaise) in
            if call.stack.isAbsent(at: value) { return }
            guard let method = call.stack.text(at: value), HeaderSyntax.isToken(method), method.utf8.count <= 32 else {
                throw .argument(1, "method must be a request method such as GET")
            }
            request.method = method.uppercased()
        }
        return request
    }

    private static func setURL(_ text: String, of request: inout IntegrationRequest) throws(LuaRaise) {
        do throws(InvalidURL) {
            let url = try BackendURL(parsing: text)
            request.endpoint = url.endpoint
            request.path = url.path
            request.query = Query(parsing: url.rawQuery)
        } catch {
            throw .message(error.description)
        }
    }

    /// `json`, `form` or `body`; each makes the method POST unless another is given.
    private static func readBody(
        _ call: LuaCall,
        at index: Int32,
        into request: inout IntegrationRequest,
    ) throws(LuaRaise) {
        var body: (bytes: [UInt8], type: String?)?
        for key in ["json", "form", "body"] {
            let found = try call.stack.field(key, of: index) {
                value throws(LuaRaise) -> (bytes: [UInt8], type: String?)? in
                if call.stack.isAbsent(at: value) { return nil }
                switch key {
                case "json": return (try call.stack.json(at: value), "application/json")
                case "form":
                    var query = Query()
                    for (name, text) in try pairs(call, at: value, "form") { query.add(name, text) }
                    return (Array(query.encoded.utf8), "application/x-www-form-urlencoded")
                default:
                    guard let bytes = SecretFunctions.bytes(call, at: value) ?? call.stack.bytes(at: value) else {
                        throw .argument(1, "body must be a string")
                    }
                    return (bytes, nil)
                }
            }
            guard let found else { continue }
            guard body == nil else { throw .argument(1, "only one of json, form and body can be given") }
            body = found
        }
        guard let body else { return }
        request.method = "POST"
        request.body = .bytes(body.bytes)
        if let type = body.type, !request.headers.contains("Content-Type") {
            request.headers.addUnchecked("Content-Type", type)
        }
    }

    /// A table of names and texts, sorted by name.
    private static func pairs(_ call: LuaCall, at index: Int32, _ what: String) throws(LuaRaise) -> [(String, String)] {
        if call.stack.isAbsent(at: index) { return [] }
        guard call.stack.type(at: index) == HG_TABLE else { throw .argument(1, "\(what) must be a table") }
        hg_thaw_in_place(call.L, index)
        var found: [(String, String)] = []
        hg_push_nil(call.L)
        while hg_next(call.L, index) {
            guard call.stack.type(at: -2) == HG_STRING, let name = call.stack.text(at: -2),
                let text = call.secretOrText(at: -1)
            else { throw .argument(1, "\(what) must be a table of names and strings") }
            found.append((name, text))
            hg_set_top(call.L, call.stack.count - 1)
        }
        return found.sorted { $0.0 < $1.0 }
    }

    // MARK: Functions

    /// `host.http.request{url = …, method = …, headers = …, query = …, json or form or body = …, timeout_ms = …}`.
    private static let request: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try send(call, [try read(call, at: 1)], asList: false, "host.http.request")
        }
    }

    /// `host.http.get(url[, options])`.
    private static let get: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            var request = try readShort(call)
            request.method = "GET"
            return try send(call, [request], asList: false, "host.http.get")
        }
    }

    /// `host.http.post(url, options)`.
    private static let post: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            var request = try readShort(call)
            request.method = "POST"
            return try send(call, [request], asList: false, "host.http.post")
        }
    }

    private static func readShort(_ call: LuaCall) throws(LuaRaise) -> IntegrationRequest {
        let url = try call.text(1)
        hg_push_table(call.L, 0, 8)
        if !call.stack.isAbsent(at: 2) {
            try call.table(2)
            let target = call.stack.count
            for key in keys where key != "url" {
                hg_get_field(call.L, 2, key)
                hg_set_field(call.L, target, key)
            }
        }
        call.stack.push(url)
        hg_set_field(call.L, -2, "url")
        return try read(call, at: call.stack.count)
    }

    /// `host.http.all{request, …}`: all at once; a list of responses, with nil in the place of failed ones as
    /// `false`, and a list of the errors by place.
    private static let all_: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            try call.table(1)
            let count = hg_length(call.L, 1)
            guard count > 0, count <= mostRequests else {
                throw .argument(1, "a list of 1 to \(mostRequests) requests expected")
            }
            var requests: [IntegrationRequest] = []
            for index in 1...count {
                hg_get_element(call.L, 1, Int64(index))
                requests.append(try read(call, at: call.stack.count))
                hg_set_top(call.L, 1)
            }
            return try send(call, requests, asList: true, "host.http.all")
        }
    }

    // MARK: Sending

    private typealias Answer = Result<IntegrationResponse, any Error>

    private static func send(
        _ call: LuaCall,
        _ requests: [IntegrationRequest],
        asList: Bool,
        _ function: String,
    ) throws(LuaRaise) -> Int32 {
        let execution = call.execution
        guard let client = execution.stage?.subrequests else {
            throw .message("\(function) is not available: the gateway has no client for scripts")
        }
        let requests = try permitted(requests, execution)
        execution.subrequests += requests.count
        guard execution.subrequests <= mostRequests else {
            throw .message("\(function): a script may make \(mostRequests) requests")
        }
        let exchange = execution.exchange
        return try execution.wait(in: function) { wake in
            let group = Group(count: requests.count) { answers in
                wake { stack throws(LuaRaise) in
                    asList ? try pushAll(answers, stack) : try push(answers[0], stack)
                }
            }
            let cancels = requests.enumerated().compactMap { index, request in
                client.send(request, for: exchange) { group.settle(index, $0) }
            }
            return { for cancel in cancels { cancel() } }
        }
    }

    /// The requests with the addresses that they may go to.
    private static func permitted(
        _ requests: [IntegrationRequest],
        _ execution: LuaExecution,
    ) throws(LuaRaise) -> [IntegrationRequest] {
        var permitted: [IntegrationRequest] = []
        for var request in requests {
            guard let stage = execution.stage, let target = stage.script.permissions.target(for: request) else {
                let url = (request.endpoint?.origin ?? "") + request.path
                throw .message(
                    "a request to \(url) is not permitted: write permissions: {http: [\(request.endpoint?.origin ?? "")/*]}"
                )
            }
            request.addressPolicy = .publicOnly(allowing: target.namedAddresses + (stage.host?.scriptNetworks ?? []))
            permitted.append(request)
        }
        return permitted
    }

    /// Gathers the answers of requests that run at once.
    private final class Group: Sendable {
        private let answers: Mutex<(missing: Int, list: [Answer?])>
        private let completion: @Sendable ([Answer]) -> Void

        init(count: Int, completion: @escaping @Sendable ([Answer]) -> Void) {
            answers = Mutex((count, [Answer?](repeating: nil, count: count)))
            self.completion = completion
        }

        func settle(_ index: Int, _ answer: Answer) {
            let complete = answers.withLock { state -> [Answer]? in
                guard state.list[index] == nil else { return nil }
                state.list[index] = answer
                state.missing -= 1
                return state.missing == 0 ? state.list.compactMap(\.self) : nil
            }
            if let complete { completion(complete) }
        }
    }

    // MARK: Answers

    private static func text(of error: any Error) -> String {
        (error as? GatewayFailure)?.cause ?? String(describing: error)
    }

    /// The response as a table, or nil and the reason.
    private static func push(_ answer: Answer, _ stack: LuaStack) throws(LuaRaise) -> Int32 {
        switch answer {
        case .success(let response):
            pushResponse(response, stack)
            return 1
        case .failure(let error):
            stack.pushNil()
            stack.push(text(of: error))
            return 2
        }
    }

    private static func pushAll(_ answers: [Answer], _ stack: LuaStack) throws(LuaRaise) -> Int32 {
        hg_push_table(stack.L, Int32(clamping: answers.count), 0)
        hg_push_table(stack.L, 0, 0)
        let responses = stack.count - 1
        for (index, answer) in answers.enumerated() {
            switch answer {
            case .success(let response):
                pushResponse(response, stack)
                hg_set_element(stack.L, responses, Int64(index + 1))
            case .failure(let error):
                stack.push(false)
                hg_set_element(stack.L, responses, Int64(index + 1))
                stack.push(text(of: error))
                hg_set_element(stack.L, responses + 1, Int64(index + 1))
            }
        }
        return 2
    }

    /// `{status, headers, body}`; names of headers in lower case, values of one name joined (RFC 9110, section 5.3).
    private static func pushResponse(_ response: IntegrationResponse, _ stack: LuaStack) {
        hg_push_table(stack.L, 0, 4)
        stack.push(response.status)
        hg_set_field(stack.L, -2, "status")
        hg_push_table(stack.L, 0, Int32(clamping: response.headers.count))
        var joined: [(name: String, value: String)] = []
        for field in response.headers.fields {
            let name = field.name.lowercased()
            if let index = joined.firstIndex(where: { $0.name == name }) {
                joined[index].value += ", " + field.value
            } else {
                joined.append((name, field.value))
            }
        }
        for (name, value) in joined {
            stack.push(value)
            hg_set_field(stack.L, -2, name)
        }
        hg_set_field(stack.L, -2, "headers")
        stack.push(response.body.bytes ?? [])
        hg_set_field(stack.L, -2, "body")
    }
}
