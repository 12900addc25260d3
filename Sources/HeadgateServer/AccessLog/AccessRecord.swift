import Headgate

/// What is worth knowing about one request once it has been answered: for the access log and for metrics.
public struct AccessRecord: Sendable {
    /// When the head of the request was complete, in milliseconds since 1970.
    public var receivedAtMilliseconds: Int64
    /// "-" where no request could be read.
    public var method: String
    /// Without query, percent-encoding kept; "" where no request could be read.
    public var path: String
    /// Name of the pipeline, `unrouted` where none matched.
    public var pipeline: String
    /// In text form, without port.
    public var clientAddress: String
    /// What was answered; 0 when the client went away before anything was.
    public var status: Int
    /// Payload bytes of the request that were read.
    public var bytesReceived: Int
    /// Payload bytes of the response.
    public var bytesSent: Int
    /// From the end of the request's head to the last byte of the response handed to the system.
    public var durationMicroseconds: Int
    /// The backend's part of it; nil where no backend was called.
    public var backendMicroseconds: Int?
    /// The response's `x-amzn-RequestId`; "" where no request could be read.
    public var requestID: String
    /// What went wrong, if something did.
    public var failure: GatewayFailure?
    /// How the call through a link went; nil without one.
    public var linkUse: LinkUse?
}

/// Takes the records of answered requests, a batch at a time.
public protocol AccessObserver: Sendable {
    /// Called on a background queue, one batch after the other.
    func observe(_ records: [AccessRecord])
}
