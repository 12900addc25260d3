import Headgate
import HeadgateHTTP
import HeadgateLua

/// Sends the requests of scripts over the gateway's dispatcher, on the event loop that owns the client's
/// connection, so that they share its connections to backends.
struct GatewaySubrequests: SubrequestClient {
    let dispatcher: any Dispatcher

    func send(
        _ request: IntegrationRequest,
        for exchange: Exchange,
        _ completion: @escaping @Sendable (Result<IntegrationResponse, any Error>) -> Void,
    ) -> (@Sendable () -> Void)? {
        // An exchange of its own: a dispatcher tells the exchange how to give its call up, and a script
        // may have several calls under way.
        let call = Exchange(
            pipeline: exchange.pipeline,
            request: exchange.request,
            deployment: exchange.deployment,
            lane: exchange.lane,
            home: exchange.home,
            receivedAtMilliseconds: exchange.receivedAtMilliseconds,
            random: RandomSource(seed: 0),
        ) { _ in }
        let request = request.withHost
        if let home = exchange.home as? EventLoopHome {
            home.eventLoop.execute { dispatcher.perform(request, for: call, streaming: false, completion) }
        } else {
            dispatcher.perform(request, for: call, streaming: false, completion)
        }
        return { call.cancel() }
    }
}

extension IntegrationRequest {
    /// With the `Host` that its endpoint asks for, whatever a script has set.
    fileprivate var withHost: IntegrationRequest {
        guard let endpoint else { return self }
        var request = self
        request.headers.setUnchecked("Host", endpoint.authority)
        return request
    }
}
