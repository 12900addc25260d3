import Headgate
import HeadgateHTTP
import NIOCore

/// What becomes of a request is the same for every protocol that it may have come by.
extension ServerHome {
    struct Intake {
        let exchange: Exchange
        /// Why it is not worked on; nil when it is.
        let refusal: GatewayFailure?
        /// The most that its payload may have, in bytes.
        let payloadLimit: Int
    }

    /// Makes the exchange of a request whose head is complete.
    /// - Parameter isLocal: whether the client is on this machine, and may be this process itself.
    func take(
        _ head: RequestHead,
        protocolVersion: String,
        _ clientAddress: String,
        _ clientCertificate: ClientCertificate?,
        isLocal: Bool,
        completion: @escaping (Exchange) -> Void,
    ) -> Intake {
        let generation = serving()
        var request = MethodRequest(
            method: head.method,
            path: head.target.path,
            rawQuery: head.target.rawQuery,
            headers: head.headers,
            clientAddress: clientAddress,
            scheme: scheme,
            protocolVersion: protocolVersion,
        )
        var random = lane.makeRandom()
        let found = generation.admit(&request, &random)
        let exchange = Exchange(
            pipeline: found.pipeline,
            request: request,
            pathParameters: found.pathParameters,
            deployment: found.deployment,
            lane: lane,
            home: self,
            receivedAtMilliseconds: lane.clock.epochMilliseconds(),
            random: random,
            completion: completion,
        )
        if let clientCertificate { exchange.contextMembers.append(("identity", clientCertificate.identity)) }
        var refusal = found.refusal ?? admission.refusal(found.pipeline)
        if isLocal, let trace = exchange.request.headers.first("X-Amzn-Trace-Id") {
            exchange.companion = loops.enter(trace: trace)
            if exchange.companion == nil { refusal = .loop }
        }
        return Intake(
            exchange: exchange,
            refusal: refusal,
            payloadLimit: found.pipeline.payloadLimit ?? configuration.payloadLimit,
        )
    }

    /// The exchange of what is no request, to be rejected.
    func unreadable(_ clientAddress: String, completion: @escaping (Exchange) -> Void) -> Exchange {
        let generation = serving()
        return Exchange(
            pipeline: generation.unrouted,
            request: MethodRequest(method: "-", path: "", clientAddress: clientAddress),
            pathParameters: [],
            deployment: generation.deployment,
            lane: lane,
            home: self,
            receivedAtMilliseconds: lane.clock.epochMilliseconds(),
            random: lane.makeRandom(),
            completion: completion,
        )
    }

    /// A response's body that comes from elsewhere than this loop is read first.
    func collect(_ stream: any BodyStream, of exchange: Exchange, then: @escaping @Sendable () -> Void) {
        let limit = configuration.payloadLimit
        Task {
            do {
                exchange.response.body = .bytes(try await stream.collect(upTo: limit))
            } catch {
                exchange.response = ResponseWriter.unusable
            }
            eventLoop.execute(then)
        }
    }

    /// - Parameter status: 0 when nothing was answered.
    func record(
        _ exchange: Exchange,
        _ clientAddress: String,
        began: NIODeadline,
        now: NIODeadline,
        bytesReceived: Int,
        status: Int,
        bytesSent: Int,
    ) {
        let response = exchange.integrationResponse
        record(
            AccessRecord(
                receivedAtMilliseconds: exchange.receivedAtMilliseconds,
                method: exchange.request.method,
                path: exchange.request.path,
                pipeline: exchange.pipeline.name,
                clientAddress: clientAddress,
                status: status,
                bytesReceived: bytesReceived,
                bytesSent: bytesSent,
                durationMicroseconds: Int((now - began).nanoseconds / 1000),
                backendMicroseconds: response?.attempts == 0 ? nil : response?.durationMicroseconds,
                requestID: exchange.identifiers.requestID,
                failure: exchange.failure,
                linkUse: exchange.linkUse,
            )
        )
    }
}
