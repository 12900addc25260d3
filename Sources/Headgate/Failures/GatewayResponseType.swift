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

    public static let accessDenied = Self("ACCESS_DENIED", 403, "AccessDeniedException")
    public static let apiConfigurationError = Self("API_CONFIGURATION_ERROR", 500, "InternalServerErrorException")
    public static let authorizerConfigurationError = Self(
        "AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException")
    public static let authorizerFailure = Self("AUTHORIZER_FAILURE", 500, "AuthorizerFailureException")
    public static let badRequestParameters = Self("BAD_REQUEST_PARAMETERS", 400, "BadRequestException")
    public static let badRequestBody = Self("BAD_REQUEST_BODY", 400, "BadRequestException")
    public static let default4XX = Self("DEFAULT_4XX", 400, "BadRequestException")
    public static let default5XX = Self("DEFAULT_5XX", 500, "InternalServerErrorException")
    public static let expiredToken = Self("EXPIRED_TOKEN", 403, "ExpiredTokenException")
    public static let integrationFailure = Self("INTEGRATION_FAILURE", 504, "InternalServerErrorException")
    public static let integrationTimeout = Self("INTEGRATION_TIMEOUT", 504, "InternalServerErrorException")
    public static let invalidAPIKey = Self("INVALID_API_KEY", 403, "ForbiddenException")
    public static let invalidSignature = Self("INVALID_SIGNATURE", 403, "InvalidSignatureException")
    public static let missingAuthenticationToken = Self(
        "MISSING_AUTHENTICATION_TOKEN", 403, "MissingAuthenticationTokenException")
    public static let quotaExceeded = Self("QUOTA_EXCEEDED", 429, "LimitExceededException")
    public static let requestTooLarge = Self("REQUEST_TOO_LARGE", 413, "RequestTooLargeException")
    public static let resourceNotFound = Self("RESOURCE_NOT_FOUND", 404, "ResourceNotFoundException")
    public static let throttled = Self("THROTTLED", 429, "TooManyRequestsException")
    public static let unauthorized = Self("UNAUTHORIZED", 401, "UnauthorizedException")
    public static let unsupportedMediaType = Self("UNSUPPORTED_MEDIA_TYPE", 415, "BadRequestException")
    public static let wafFiltered = Self("WAF_FILTERED", 403, "ForbiddenException")

    /// An unknown deployment stage or API. The service has no type for it, so that nobody can customise it.
    public static let forbidden = Self("FORBIDDEN", 403, "ForbiddenException")

    /// All types that can be customised, in the order of their names.
    public static let all: [GatewayResponseType] = [
        accessDenied, apiConfigurationError, authorizerConfigurationError, authorizerFailure, badRequestBody,
        badRequestParameters, default4XX, default5XX, expiredToken, integrationFailure, integrationTimeout,
        invalidAPIKey, invalidSignature, missingAuthenticationToken, quotaExceeded, requestTooLarge,
        resourceNotFound, throttled, unauthorized, unsupportedMediaType, wafFiltered,
    ]
}
