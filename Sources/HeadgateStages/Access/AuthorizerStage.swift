import Headgate
import JavaRegex
import OrderedJSON

/// Lets only those through whom an authorizer knows: `authorizationType` of a method.
///
/// What can be told from the request alone is told here: who brings no token, or one of the wrong form, is
/// answered with 401. Whom only a function, a user pool or IAM could judge is not let through where nothing
/// can ask them.
public struct AuthorizerStage: SynchronousStage {
    public enum Kind: String, Sendable, CaseIterable {
        case iam = "AWS_IAM"
        case token = "TOKEN"
        case request = "REQUEST"
        case cognito = "COGNITO_USER_POOLS"
    }

    private static let type = Field(
        required: "type",
        FieldType<String>.oneOf(Kind.allCases.map(\.rawValue)).map { Kind(rawValue: $0) ?? .iam },
        "Who decides: `AWS_IAM`, a Lambda function that gets one header (`TOKEN`) or the request (`REQUEST`), a user pool.",
    )
    private static let uri = Field(
        optional: "authorizerUri", FieldType<String>.text(format: "URI", expectation: "a URI"), "The function.")
    private static let credentials = Field(
        optional: "authorizerCredentials",
        FieldType<String>.text(format: "role ARN", expectation: "a role ARN"),
        "The role that calls the function.",
    )
    private static let identitySource = Field(
        optional: "identitySource",
        FieldType<[ParameterSource]>.scalar(
            .text(format: "mapping expressions"), expectation: "method.request.header.NAME, or several with commas",
        ) { scalar, _ throws(InvalidValue) in
            var sources: [ParameterSource] = []
            for part in scalar.text.split(separator: ",") {
                let text = String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
                do throws(InvalidMapping) {
                    sources.append(try ParameterSource(parsing: text, for: .request))
                } catch {
                    throw error.asInvalidValue
                }
            }
            return sources
        },
        "What of a request says who calls; `method.request.header.Authorization` by default.",
    )
    private static let expression = Field(
        optional: "identityValidationExpression",
        FieldType<Pattern>.scalar(.text(format: "regular expression"), expectation: "a Java regular expression") {
            scalar, _ throws(InvalidValue) in
            do {
                return try Pattern(scalar.text)
            } catch {
                throw InvalidValue(String(describing: error))
            }
        },
        "A Java regular expression that the whole token must match.",
    )
    private static let timeToLive = Field(
        "authorizerResultTtlInSeconds",
        FieldType<Int>.integer(0...3600, unit: "seconds"),
        default: 300,
        shown: "300",
        "How long a decision holds.",
    )
    private static let providers = Field(
        "providerARNs", FieldType<[String]>.list(of: .string), default: [], "The user pools.")
    private static let scopes = Field(
        "scopes", FieldType<[String]>.list(of: .string), default: [], "OAuth scopes, one of which a token must have.")

    public static let declaration = StageDeclaration(
        kind: "authorizer",
        phase: .authorize,
        summary: "Lets only those through whom an authorizer knows.",
        documentation: """
            A request without what the identity source names, or with a token that the expression does not match, is answered \
            with 401. Requests that only a function, a user pool or IAM could judge are answered with 500 where this gateway \
            has no way to ask them: nobody is let through unseen.
            """,
        example: "authorizer: {type: TOKEN, identityValidationExpression: \"Bearer .+\"}",
        fields: [type, uri, credentials, identitySource, expression, timeToLive, providers, scopes],
    ) { settings, _ in
        let stage = AuthorizerStage(
            try settings[type],
            sources: try settings[identitySource],
            expression: try settings[expression],
            remembers: try settings[timeToLive] > 0,
        )
        return BuiltStage(stage, explanation: stage.explanation)
    }

    private let kind: Kind
    private let sources: [ParameterSource]
    private let expression: Pattern?
    private let remembers: Bool

    /// - Parameter remembers: decisions are kept, so that every identity source must be there.
    public init(_ kind: Kind, sources: [ParameterSource]?, expression: Pattern?, remembers: Bool) {
        self.kind = kind
        self.sources = sources ?? (kind == .request ? [] : [.header("Authorization")])
        self.expression = expression
        self.remembers = remembers
    }

    public var readsPayload: Bool { false }

    public func run(_ exchange: Exchange) throws -> StageOutcome {
        if kind == .iam { return try admitSigned(exchange) }
        var values: [String] = []
        for source in sources {
            let value = (try? source.value(exchange, nil))?.joined ?? ""
            if value.isEmpty, kind != .request || remembers {
                throw Self.unauthorized("the request has no \(source.description)")
            }
            values.append(value)
        }
        if kind == .token, let expression, let token = values.first {
            // A pattern that takes too long has not matched.
            guard (try? expression.matches(token)) == true else {
                throw Self.unauthorized("the token does not match the validation expression")
            }
        }
        throw GatewayFailure(
            .authorizerConfigurationError,
            message: nil,
            cause: "this gateway cannot ask the authorizer (\(kind.rawValue))",
            reason: "authorizer",
        )
    }

    private func admitSigned(_ exchange: Exchange) throws -> StageOutcome {
        guard exchange.request.headers.first("Authorization") != nil || exchange.query.last("X-Amz-Signature") != nil else {
            throw GatewayFailure(
                .missingAuthenticationToken,
                message: "Missing Authentication Token",
                cause: "the request is not signed",
                reason: "authorizer",
            )
        }
        throw GatewayFailure(
            .accessDenied,
            message: "User is not authorized to access this resource",
            cause: "this gateway knows no IAM credentials to check the signature with",
            reason: "authorizer",
        )
    }

    private static func unauthorized(_ cause: String) -> GatewayFailure {
        GatewayFailure(.unauthorized, message: "Unauthorized", cause: cause, reason: "authorizer")
    }

    private var explanation: String {
        let names = sources.map(\.description).joined(separator: ", ")
        return names.isEmpty ? kind.rawValue : "\(kind.rawValue) by \(names)"
    }
}
