/// What the client sent: API Gateway's *method request*.
public struct MethodRequest: Sendable {
    /// The request method as sent, a token (RFC 9110 section 9).
    public var method: String
    /// The path as sent, percent-encoding kept, without query.
    public var path: String
    /// What stood behind `?`, or nil.
    public var rawQuery: String?
    /// In the order of the wire.
    public var headers: Headers
    /// The payload, whole unless the pipeline ``Pipeline/streams``.
    public var body: Body
    /// The client's address in text form, without port.
    public var clientAddress: String
    /// `http` or `https`.
    public var scheme: String
    /// `HTTP/1.1`, as `$context.protocol` prints it.
    public var protocolVersion: String

    /// A request; the defaults are those of a client on this machine.
    public init(
        method: String,
        path: String,
        rawQuery: String? = nil,
        headers: Headers = [:],
        body: Body = .empty,
        clientAddress: String = "127.0.0.1",
        scheme: String = "http",
        protocolVersion: String = "HTTP/1.1",
    ) {
        self.method = method
        self.path = path
        self.rawQuery = rawQuery
        self.headers = headers
        self.body = body
        self.clientAddress = clientAddress
        self.scheme = scheme
        self.protocolVersion = protocolVersion
    }

    /// The authority of the `Host` header, or nil.
    public var host: String? { headers.first("Host") }
}

/// What goes to the backend: API Gateway's *integration request*.
public struct IntegrationRequest: Sendable {
    /// The method of the call, in capitals.
    public var method: String
    /// Where to connect and with which scheme; nil until a stage has said so.
    public var endpoint: Endpoint?
    /// The path as it goes over the wire: percent-encoded, starting with `/`.
    public var path: String
    /// The query parameters; those of the backend's URI come before mapped ones.
    public var query: Query
    /// Values for the `{name}` placeholders of the backend's URI: `integration.request.path.NAME`.
    public var pathParameters: [(name: String, value: String)] = []
    /// The dispatcher adds `Host`, unless a stage has set it, and writes the fields of framing and connection itself.
    public var headers: Headers
    /// The payload that is sent.
    public var body: Body
    /// Time for the whole call, connecting to last byte, in milliseconds: `timeoutInMillis`, 29,000 by default.
    public var timeoutMilliseconds: Int
    /// Whether an `https` backend must show a certificate that is valid, trusted and its own; false for
    /// `tlsConfig.insecureSkipVerification`.
    public var verifiesCertificate = true
    /// Which addresses the backend's name may lead to.
    public var addressPolicy = AddressPolicy.any
    /// The name of the link that the call goes through; nil connects to the endpoint itself.
    public var link: String?

    /// A request as stages start to build it.
    /// - Parameter timeoutMilliseconds: 29,000 is API Gateway's longest timeout.
    public init(
        method: String = "GET",
        endpoint: Endpoint? = nil,
        path: String = "/",
        query: Query = Query(),
        headers: Headers = [:],
        body: Body = .empty,
        timeoutMilliseconds: Int = 29_000,
    ) {
        self.method = method
        self.endpoint = endpoint
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// Path and query as they go over the wire.
    public var target: String {
        query.isEmpty ? path : path + "?" + query.encoded
    }

    /// The absolute URL, or the target alone while there is no endpoint.
    public var url: String {
        (endpoint?.origin ?? "") + target
    }
}

/// What the backend answered: API Gateway's *integration response*.
public struct IntegrationResponse: Sendable {
    /// The status code of the backend, 100…599.
    public var status: Int
    /// As the backend sent them.
    public var headers: Headers
    /// The payload as the backend sent it, content codings included; a stream where the pipeline ``Pipeline/streams``.
    public var body: Body
    /// How often the call was tried: 1 without retries, 0 where no backend was called.
    public var attempts: Int
    /// From the start of dispatch to the end of the response (of its head, when it is streamed), in microseconds.
    public var durationMicroseconds: Int

    /// A response; embedders' dispatchers and tests make them.
    public init(
        status: Int,
        headers: Headers = [:],
        body: Body = .empty,
        attempts: Int = 1,
        durationMicroseconds: Int = 0,
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.attempts = attempts
        self.durationMicroseconds = durationMicroseconds
    }
}

/// What the client gets: API Gateway's *method response*.
public struct MethodResponse: Sendable {
    /// 100…599.
    public var status: Int
    /// The server writes the fields of framing and connection itself.
    public var headers: Headers
    /// The payload that the client gets.
    public var body: Body

    /// A response, 200 without payload unless told otherwise.
    public init(status: Int = 200, headers: Headers = [:], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
