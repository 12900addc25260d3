import HTTPTypes
import Headgate
import HeadgateGateway
import Hummingbird

/// Hands requests that no route of the service answers to a gateway.
struct GatewayMiddleware<Context: RequestContext>: RouterMiddleware {
    let gateway: Gateway

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response,
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return try await forward(request)
        }
    }

    private func forward(_ request: Request) async throws -> Response {
        var request = request
        let payload = try await request.collectBody(upTo: gateway.options.payloadLimit)
        var headers = Headers()
        if let authority = request.head.authority { headers.addUnchecked("Host", authority) }
        for field in request.headers { headers.addUnchecked(field.name.rawName, field.value) }
        let answer = await gateway.handle(
            MethodRequest(
                method: request.method.rawValue,
                path: request.uri.path,
                rawQuery: request.uri.query,
                headers: headers,
                body: .bytes(Array(payload.readableBytesView)),
            )
        )
        var fields = HTTPFields()
        for field in answer.headers.fields {
            guard let name = HTTPField.Name(field.name), name != .contentLength else { continue }
            fields.append(HTTPField(name: name, value: field.value))
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status),
            headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body.bytes ?? [])),
        )
    }
}
