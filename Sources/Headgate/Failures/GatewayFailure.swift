/// Something that ends an exchange before its pipeline does: typed by what the client must see,
/// with what the operator needs beside it.
///
/// The client gets ``message`` and the request id. ``cause`` and ``location`` go to the log and the
/// trace only: they may name hosts, files and values.
public struct GatewayFailure: Error, Sendable, CustomStringConvertible {
    /// Which gateway response answers it.
    public var type: GatewayResponseType
    /// The status of the response, 400…599.
    public var status: Int
    /// The client's text; nil gives `{"message":null}`.
    public var message: String?
    /// The operator's text.
    public var cause: String
    /// Label of the stage that failed; filled in by the executor.
    public var stage: String?
    /// The place in a pipeline file, template or script that the failure came from.
    public var location: SourceLocation?
    /// Detail of request validation, `$context.error.validationErrorString`.
    public var validationDetail: String?
    /// A bounded name for metrics: one of a fixed set, never holding data of a request.
    public var reason: StaticString
    /// When the client may come again: the `Retry-After` of the response, in seconds.
    public var retryAfterSeconds: Int?

    /// A failure; see the members.
    /// - Parameters:
    ///   - status: nil takes the type's own.
    ///   - message: for the client; nothing of the gateway's inside.
    public init(
        _ type: GatewayResponseType,
        status: Int? = nil,
        message: String?,
        cause: String,
        reason: StaticString,
        location: SourceLocation? = nil,
        validationDetail: String? = nil,
    ) {
        self.type = type
        self.status = status ?? type.status
        self.message = message
        self.cause = cause
        self.reason = reason
        self.location = location
        self.validationDetail = validationDetail
    }

    /// For logs: type, status, cause, stage and place. Not for clients.
    public var description: String {
        var text = "\(type.name) (\(status)): \(cause)"
        if let stage { text += " in stage \(stage)" }
        if let location { text += " at \(location)" }
        return text
    }
}

extension GatewayFailure {
    /// A 500 that tells the client nothing: a mapping, template, script or configuration went wrong.
    public static func internalError(
        _ cause: String,
        type: GatewayResponseType = .apiConfigurationError,
        reason: StaticString = "configuration",
        location: SourceLocation? = nil,
    ) -> GatewayFailure {
        GatewayFailure(
            type,
            message: "Internal server error",
            cause: cause,
            reason: reason,
            location: location,
        )
    }

    /// The backend did not answer in time: 504 `Endpoint request timed out`.
    public static func timeout(_ cause: String) -> GatewayFailure {
        GatewayFailure(
            .integrationTimeout,
            message: "Endpoint request timed out",
            cause: cause,
            reason: "integration-timeout",
        )
    }

    /// The backend could not be reached, broke off, or answered what is no HTTP.
    /// - Parameter status: 504 is the documented one; a broken answer is a 502 (RFC 9110 section 15.6.3).
    public static func badGateway(_ cause: String, status: Int = 502, reason: StaticString) -> GatewayFailure {
        GatewayFailure(
            .integrationFailure,
            status: status,
            message: "Network error communicating with endpoint",
            cause: cause,
            reason: reason,
        )
    }

    /// No route: 403 as the service answers it, not 404.
    public static let noRoute = GatewayFailure(
        .missingAuthenticationToken,
        message: "Missing Authentication Token",
        cause: "no route for this method and path",
        reason: "no-route",
    )

    /// No route in an API. Whoever sends an `Authorization` of another kind there hears what the service takes it for: an
    /// AWS signature that is incomplete.
    /// - Parameter authorization: the request's `Authorization`, which stands in the message and nowhere else.
    public static func noRoute(authorization: String?) -> GatewayFailure {
        guard let authorization, !authorization.hasPrefix("AWS4-HMAC-SHA256") else { return noRoute }
        let pieces = authorization.split(separator: " ", maxSplits: 1).dropFirst().first?.split(separator: ",") ?? []
        guard let piece = pieces.first(where: { !$0.contains("=") }) else { return noRoute }
        return GatewayFailure(
            .incompleteSignature,
            message: "'\(piece)' not a valid key=value pair (missing equal-sign) in Authorization header: "
                + "'\(authorization)'.",
            cause: noRoute.cause,
            reason: noRoute.reason,
        )
    }

    /// No such deployment stage, or no such API.
    public static let forbidden = GatewayFailure(
        .forbidden,
        message: "Forbidden",
        cause: "no API of this host has such a deployment stage",
        reason: "no-stage",
    )

    /// The payload exceeds what the pipeline or the gateway takes: 413 `Request Too Long`.
    /// - Parameter limit: in bytes; stands in the log only.
    public static func requestTooLarge(limit: Int) -> GatewayFailure {
        GatewayFailure(
            .requestTooLarge,
            message: "Request Too Long",
            cause: "the payload is larger than \(limit) bytes",
            reason: "request-too-large",
        )
    }
}
