/// An API: what its pipelines share while they run. API Gateway's RestApi, as it is deployed in a stage.
public final class API: Sendable {
    /// The deployment stage, with the API's id.
    public let deployment: Deployment
    /// A part of the traffic that sees other stage variables; nil without a canary.
    public let canary: Canary?
    /// How failures are answered; nil answers each as the service does by default.
    public let failureResponses: (any FailureResponses)?

    /// A canary release of a deployment stage.
    public struct Canary: Sendable {
        /// The part of the requests that it gets, 0…1.
        public let share: Double
        /// What its requests see: the stage's settings with the canary's variables.
        public let deployment: Deployment

        /// A canary.
        /// - Parameter share: API Gateway's `percentTraffic` divided by 100.
        public init(share: Double, deployment: Deployment) {
            self.share = share
            self.deployment = deployment
        }
    }

    /// An API. Its deployments are told whether they are the canary's, ``Deployment/isCanary``.
    public init(deployment: Deployment, canary: Canary? = nil, failureResponses: (any FailureResponses)? = nil) {
        var deployment = deployment
        deployment.isCanary = canary.map { _ in false }
        self.deployment = deployment
        if let canary {
            var other = canary.deployment
            other.isCanary = true
            self.canary = Canary(share: canary.share, deployment: other)
        } else {
            self.canary = nil
        }
        self.failureResponses = failureResponses
    }

    /// The deployment for one request: the canary's by chance.
    func deployment(_ random: inout RandomSource) -> Deployment {
        guard let canary, canary.share > 0, Double.random(in: 0..<1, using: &random) < canary.share else {
            return deployment
        }
        return canary.deployment
    }
}

/// Answers failures in an API's own way: its gateway responses.
public protocol FailureResponses: Sendable {
    /// The whole response, `x-amzn-ErrorType` included.
    func response(to failure: GatewayFailure, in exchange: Exchange) -> MethodResponse
}
