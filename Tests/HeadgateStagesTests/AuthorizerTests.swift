import Headgate
import JavaRegex
import OrderedJSON
import SigV4
import Synchronization
import Testing

@testable import HeadgateStages

/// A function that is no function: counts, and answers what it is told.
private final class ScriptedFunction: FunctionInvoker {
    let answer: Result<FunctionResult, GatewayFailure>
    let events = Mutex<[JSONValue]>([])

    init(_ payload: String, isError: Bool = false) {
        answer = .success(FunctionResult(payload: Array(payload.utf8), isError: isError))
    }

    init(_ failure: GatewayFailure) { answer = .failure(failure) }

    func invoke(
        _ function: String,
        payload: [UInt8],
        credentials: String?,
        timeoutMilliseconds: Int,
        for exchange: Exchange,
        _ completion: @escaping @Sendable (Result<FunctionResult, any Error>) -> Void,
    ) {
        events.withLock { $0.append((try? JSONValue(parsing: payload)) ?? .null) }
        completion(answer.mapError { $0 })
    }

    var count: Int { events.withLock { $0.count } }
}

struct AuthorizerTests {
    private static func stage(
        _ function: ScriptedFunction,
        _ kind: LambdaAuthorizerStage.Kind = .token,
        sources: String = "method.request.header.Authorization",
        validation: String? = nil,
        ttl: Int = 0,
        caches: AuthorizerCaches = AuthorizerCaches(),
    ) throws -> LambdaAuthorizerStage {
        LambdaAuthorizerStage(
            function: "auth",
            kind: kind,
            sources: try IdentitySources(sources),
            validation: try validation.map { try Pattern($0) },
            ttlSeconds: ttl,
            credentials: nil,
            timeoutMilliseconds: 1_000,
            invoker: function,
            caches: caches,
        )
    }

    private static func serve(
        _ stages: [any Stage],
        _ request: MethodRequest,
        route: String = "ANY /{id}",
    ) async throws -> Exchange {
        let end = MockStage(fixed: IntegrationResponse(status: 200, body: Body("ok")))
        return try await Exchanges.serve(
            stages.map { ("stage", StagePhase.authorize, $0) } + [("mock", .dispatch, end)],
            request,
            route: route,
        )
    }

    private static func request(
        _ headers: Headers = ["Authorization": "allow"],
        path: String = "/7",
        query: String? = nil,
    ) -> MethodRequest {
        MethodRequest(method: "GET", path: path, rawQuery: query, headers: headers)
    }

    private static func answer(_ effect: String, resource: String = "*", more: String = "") -> String {
        #"{"principalId": "user|1", "policyDocument": {"Version": "2012-10-17", "Statement": [{"Action": "execute-api:Invoke", "#
            + #""Effect": "\#(effect)", "Resource": "\#(resource)"}]}\#(more)}"#
    }

    @Test("The event of a token, and what the function says, as $context has it")
    func token() async throws {
        let function = ScriptedFunction(
            Self.answer(
                "Allow",
                more: #", "context": {"plan": "gold", "seats": 3, "admin": true}, "usageIdentifierKey": "k"}"#
                    .dropLast().description,
            )
        )
        let exchange = try await Self.serve([try Self.stage(function)], Self.request())
        #expect(exchange.response.status == 200)
        let event = try #require(function.events.withLock { $0.first })
        #expect(event["type"]?.string == "TOKEN" && event["authorizationToken"]?.string == "allow")
        #expect(event["methodArn"]?.string?.hasSuffix("/GET/7") == true)
        let context = exchange.contextMembers.last { $0.name == "authorizer" }?.value
        #expect(context?["principalId"] == "user|1" && context?["plan"] == "gold")
        #expect(context?["seats"] == "3" && context?["admin"] == "true")
        #expect(exchange.variables["usageIdentifierKey"] == "k")
    }

    @Test(arguments: [
        (
            answer("Deny"), false, 403,
            #"{"Message":"User is not authorized to access this resource with an explicit deny"}"#,
        ),
        (
            answer("Allow", resource: "arn:aws:s3:::x"), false, 403,
            #"{"Message":"User is not authorized to access this resource"}"#,
        ),
        (#"{"errorMessage": "Unauthorized"}"#, true, 401, #"{"message":"Unauthorized"}"#),
        (#"{"errorMessage": "boom"}"#, true, 500, #"{"message":null}"#),
        ("null", false, 500, #"{"message":null}"#),
        (#"{"principalId": "x"}"#, false, 500, #"{"message":null}"#),
        (answer("Allow", more: #", "context": {"a": [1]}"#), false, 500, #"{"message":null}"#),
        (answer("Allow").replacingOccurrences("user|1", ""), false, 500, #"{"message":null}"#),
    ])
    func refusals(_ payload: String, _ isError: Bool, _ status: Int, _ body: String) async throws {
        let exchange = try await Self.serve(
            [try Self.stage(ScriptedFunction(payload, isError: isError))],
            Self.request(),
        )
        #expect(exchange.response.status == status)
        #expect(exchange.response.body.text == body)
    }

    @Test("A function that cannot be invoked")
    func unreachable() async throws {
        let function = ScriptedFunction(.timeout("too slow"))
        let exchange = try await Self.serve([try Self.stage(function)], Self.request())
        #expect(exchange.response.status == 500 && exchange.response.body.text == #"{"message":null}"#)
        #expect(exchange.failure?.cause.contains("too slow") == true)
    }

    @Test("Without an identity the function is not asked")
    func identity() async throws {
        let function = ScriptedFunction(Self.answer("Allow"))
        let token = try Self.stage(function, validation: "[a-z]+")
        for headers in [[:], ["Authorization": ""], ["Authorization": "NOT LOWER"], ["Authorization": "a1"]]
            as [Headers]
        {
            let exchange = try await Self.serve([token], Self.request(headers))
            #expect(exchange.response.status == 401 && exchange.response.body.text == #"{"message":"Unauthorized"}"#)
        }
        let several = try Self.stage(
            function,
            .request,
            sources: "method.request.header.A, method.request.querystring.q",
        )
        #expect(try await Self.serve([several], Self.request(["A": "1"])).response.status == 401)
        #expect(function.count == 0)
        #expect(try await Self.serve([several], Self.request(["a": "1"], query: "q=2")).response.status == 200)
    }

    @Test("The event of a request")
    func request() async throws {
        let function = ScriptedFunction(Self.answer("Allow"))
        let stage = try Self.stage(function, .request, sources: "")
        _ = try await Self.serve(
            [stage],
            Self.request(["authorization": "x", "X-A": "1", "x-a": "2"], query: "a=1&a=2"),
        )
        let event = try #require(function.events.withLock { $0.first })
        #expect(
            event["type"] == "REQUEST" && event["resource"] == "/{id}" && event["path"] == "/7"
                && event["httpMethod"] == "GET"
        )
        #expect(event["headers"]?["Authorization"] == "x" && event["headers"]?["x-a"] == "2")
        #expect(
            event["multiValueQueryStringParameters"] == ["a": ["1", "2"]]
                && event["queryStringParameters"] == ["a": "2"]
        )
        #expect(
            event["requestContext"]?["resourcePath"] == "/{id}"
                && event["requestContext"]?["identity"]?["sourceIp"] != nil
        )
        #expect(event["body"] == nil)
    }

    @Test("Answers are kept by identity, shared by methods, and asked about each method")
    func caching() async throws {
        let function = ScriptedFunction(Self.answer("Allow", resource: "*/GET/7"))
        let caches = AuthorizerCaches()
        let stage = try Self.stage(function, ttl: 60, caches: caches)
        #expect(try await Self.serve([stage], Self.request()).response.status == 200)
        #expect(try await Self.serve([stage], Self.request()).response.status == 200)
        let other = try Self.stage(function, ttl: 60, caches: caches)
        #expect(try await Self.serve([other], Self.request(path: "/8")).response.status == 403)
        #expect(function.count == 1)
        _ = try await Self.serve([stage], Self.request(["Authorization": "other"]))
        #expect(function.count == 2)
        caches.flush()
        _ = try await Self.serve([stage], Self.request())
        #expect(function.count == 3)
    }

    @Test("A cache holds no more than it may, and the youngest stay")
    func bounded() {
        let cache = AuthorizerCache<Int>(capacity: 100)
        for number in 0..<1_000 { cache.set(CallerKey(["\(number)"]), number, for: 1_000_000, at: Int64(number)) }
        #expect(cache.value(CallerKey(["999"]), at: 1_000) == 999)
        #expect(cache.value(CallerKey(["1"]), at: 1_000) == nil)
        #expect((0..<1_000).filter { cache.value(CallerKey(["\($0)"]), at: 1_000) != nil }.count <= 100)
        #expect(cache.value(CallerKey(["999"]), at: 2_000_000) == nil)
        #expect(CallerKey(["ab", "c"]) != CallerKey(["a", "bc"]))
    }

    // MARK: Resource policies

    private static func policy(_ statements: String, _ authorization: ResourcePolicyStage.Authorization = .none) throws
        -> ResourcePolicyStage
    {
        ResourcePolicyStage(try JSONValue(parsing: #"{"Statement": [\#(statements)]}"#), authorization)
    }

    private static let allowAll =
        #"{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}"#
    private static let denyLocal =
        #"{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}}"#

    @Test func resourcePolicy() async throws {
        #expect(try await Self.serve([try Self.policy(Self.allowAll)], Self.request()).response.status == 200)
        let silent = try await Self.serve(
            [try Self.policy(Self.denyLocal.replacingOccurrences("127", "10"))],
            Self.request(),
        )
        #expect(silent.response.status == 403)
        #expect(
            silent.response.body.text.hasSuffix(#":headgate/local/GET/7"}"#)
                || silent.response.body.text.contains("/GET/7\"}")
        )
        let denied = try await Self.serve([try Self.policy(Self.allowAll + "," + Self.denyLocal)], Self.request())
        #expect(denied.response.status == 403)
        let body = denied.response.body.text
        #expect(
            body.hasPrefix(
                #"{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********"#
            )
        )
        #expect(body.hasSuffix(#"/GET/7 with an explicit deny"}"#))
    }

    @Test("In front of a Lambda authorizer: a denial is final, else one of the two must allow")
    func both() async throws {
        let silent = Self.denyLocal.replacingOccurrences("127", "10")
        for (statement, effect, resource, status) in [
            (Self.denyLocal, "Allow", "*", 403), (silent, "Allow", "*", 200), (silent, "Allow", "x", 403),
            (Self.allowAll, "Allow", "x", 200), (Self.allowAll, "Deny", "*", 403),
        ] {
            let authorizer = try Self.stage(ScriptedFunction(Self.answer(effect, resource: resource)))
            let exchange = try await Self.serve([try Self.policy(statement, .custom), authorizer], Self.request())
            #expect(exchange.response.status == status, "\(statement) \(effect) \(resource)")
        }
    }
}

extension String {
    fileprivate func replacingOccurrences(_ text: String, _ other: String) -> String {
        split(separator: text, omittingEmptySubsequences: false).joined(separator: other)
    }
}
