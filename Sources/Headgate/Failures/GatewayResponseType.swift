/// The kinds of failure that API Gateway answers by itself, with its names, default statuses and
/// `x-amzn-ErrorType` values (the service's GatewayResponse types).
public struct GatewayResponseType: Sendable, Hashable {
    /// The AWS name, e.g. `INTEGRATION_TIMEOUT`.
    public let name: String
    /// The status unless a failure says otherwise.
    public let status: Int
    /// The value of `x-amzn-ErrorType`.
    public let errorType: String

    private init(_ name: String, _ status: Int, _ errorType: String) {
        self.name = name
        self.status = status
        self.errorType = errorType
    }

    /// An authorizer's policy denies the call, or the resource policy does.
    public static let accessDenied = Self("ACCESS_DENIED", 403, "AccessDeniedException")
    /// The API is configured in a way that cannot work: a missing integration, a mapping that cannot be read.
    public static let apiConfigurationError = Self("API_CONFIGURATION_ERROR", 500, "InternalServerErrorException")
    /// The authorizer cannot be called, or what it needs is not there.
    public static let authorizerConfigurationError = Self(
        "AUTHORIZER_CONFIGURATION_ERROR",
        500,
        "AuthorizerConfigurationException",
    )
    /// The authorizer failed, or returned something that is no answer.
    public static let authorizerFailure = Self("AUTHORIZER_FAILURE", 500, "AuthorizerFailureException")
    /// A required parameter is missing (request validator).
    public static let badRequestParameters = Self("BAD_REQUEST_PARAMETERS", 400, "BadRequestException")
    /// The payload does not fit its model (request validator).
    public static let badRequestBody = Self("BAD_REQUEST_BODY", 400, "BadRequestException")
    /// Any other failure with a status of 400…499; customised, it also answers those types that are not.
    public static let default4XX = Self("DEFAULT_4XX", 400, "BadRequestException")
    /// Any other failure with a status of 500…599; customised, it also answers those types that are not.
    public static let default5XX = Self("DEFAULT_5XX", 500, "InternalServerErrorException")
    /// The token of temporary AWS credentials has expired; kept for the sake of definitions, nothing here raises it.
    public static let expiredToken = Self("EXPIRED_TOKEN", 403, "ExpiredTokenException")
    /// The backend cannot be reached, broke off, or its response cannot be mapped.
    public static let integrationFailure = Self("INTEGRATION_FAILURE", 504, "InternalServerErrorException")
    /// The backend took longer than the integration's timeout.
    public static let integrationTimeout = Self("INTEGRATION_TIMEOUT", 504, "InternalServerErrorException")
    /// The method requires an API key; the request has none, or one that is unknown or disabled.
    public static let invalidAPIKey = Self("INVALID_API_KEY", 403, "ForbiddenException")
    /// The AWS signature of the request does not verify.
    public static let invalidSignature = Self("INVALID_SIGNATURE", 403, "InvalidSignatureException")
    /// No credentials where they are needed; the service's answer to unknown methods and resources, too.
    public static let missingAuthenticationToken = Self(
        "MISSING_AUTHENTICATION_TOKEN",
        403,
        "MissingAuthenticationTokenException",
    )
    /// The usage plan's quota of the API key is used up.
    public static let quotaExceeded = Self("QUOTA_EXCEEDED", 429, "LimitExceededException")
    /// The payload is larger than allowed.
    public static let requestTooLarge = Self("REQUEST_TOO_LARGE", 413, "RequestTooLargeException")
    /// A resource that cannot be found. Nothing raises it: unknown paths get ``missingAuthenticationToken``, as on the
    /// service.
    public static let resourceNotFound = Self("RESOURCE_NOT_FOUND", 404, "ResourceNotFoundException")
    /// More requests than the usage plan, the method or the account may make.
    public static let throttled = Self("THROTTLED", 429, "TooManyRequestsException")
    /// The authorizer refused the caller, or the request has not what identifies one.
    public static let unauthorized = Self("UNAUTHORIZED", 401, "UnauthorizedException")
    /// No template fits the payload's media type, and `passthroughBehavior` lets nothing else through.
    public static let unsupportedMediaType = Self("UNSUPPORTED_MEDIA_TYPE", 415, "BadRequestException")
    /// A web application firewall refused the request; kept for the sake of definitions, nothing here raises it.
    public static let wafFiltered = Self("WAF_FILTERED", 403, "ForbiddenException")

    /// An unknown deployment stage or API. The service has no type for it, so that nobody can customise it.
    public static let forbidden = Self("FORBIDDEN", 403, "ForbiddenException")

    /// `Authorization` holds what can be no AWS signature. Without a type of its own at the service: only ``default4XX``
    /// customises it.
    public static let incompleteSignature = Self("INCOMPLETE_SIGNATURE", 403, "IncompleteSignatureException")
    /// An access key that nobody has; without a type of its own at the service, too.
    public static let unrecognizedClient = Self("UNRECOGNIZED_CLIENT", 403, "UnrecognizedClientException")

    /// All types that can be customised, in the order of their names.
    public static let all: [GatewayResponseType] = [
        accessDenied, apiConfigurationError, authorizerConfigurationError, authorizerFailure, badRequestBody,
        badRequestParameters, default4XX, default5XX, expiredToken, integrationFailure, integrationTimeout,
        invalidAPIKey, invalidSignature, missingAuthenticationToken, quotaExceeded, requestTooLarge,
        resourceNotFound, throttled, unauthorized, unsupportedMediaType, wafFiltered,
    ]
}
