import Headgate
import HeadgateStages

/// Calls a Lambda function with the payload that the stages before have mapped: API Gateway's custom
/// ("non-proxy") Lambda integration.
public struct LambdaStage: DispatchStage {
    static let function = Field(
        required: "function",
        FieldType<String>.string,
        "The function: its name, its ARN, or either with an alias behind a colon. `${stageVariables.NAME}` may stand in it.",
    )
    static let region = Field(
        optional: "region",
        FieldType<String>.string,
        "The function's region, where `function` is no ARN; the gateway's own by default.",
    )
    private static let invocationType = Field(
        "invocationType",
        FieldType<String>.oneOf(["RequestResponse", "Event", "DryRun"]),
        default: "RequestResponse",
        shown: "RequestResponse",
        "`Event` does not wait for the function: the answer is 202 without a payload. A mapping of the header "
            + "`X-Amz-Invocation-Type` is stronger.",
    )

    /// `lambda`: the function and how it is invoked, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "lambda",
        phase: .dispatch,
        summary: "Calls a Lambda function with the mapped payload; its result is the backend's body.",
        documentation: """
            The payload must be JSON. An error of the function is an answer too, an object with `errorMessage` and \
            `errorType`: `select` with `on: errorMessage` chooses the response by it. A function that the pipelines' own \
            `functions:` declare runs on this machine, all others are called at AWS.

            What Lambda itself refuses (no such function, no permission, too many calls) is answered with a 500.
            """,
        example: """
            lambda:
              function: orders
              invocationType: Event
            """,
        fields: [
            function, region, invocationType, AWSSettings.timeout, AWSSettings.endpoint, AWSSettings.usesFIPS,
            AWSSettings.usesDualStack,
        ],
        shorthand: "function",
    ) { settings, build in
        let arn = try arn(settings[function], settings[region], build, at: settings.location(of: function))
        let aws = try AWSSettings(settings, arn: arn, method: "POST", timeout: settings[AWSSettings.timeout], build)
        let type = try settings[invocationType]
        return BuiltStage(
            LambdaStage(aws, invocationType: type == "RequestResponse" ? nil : type),
            explanation: aws.explanation,
            details: aws.details,
        )
    }

    /// The URI that invokes a function.
    static func arn(
        _ function: String,
        _ region: String?,
        _ build: StageBuild,
        streams: Bool = false,
        at location: SourceLocation?,
    ) throws -> IntegrationARN {
        let parts = function.split(separator: ":", omittingEmptySubsequences: false)
        let isARN = parts.count >= 7 && parts[0] == "arn" && parts[2] == "lambda"
        guard isARN || function.contains("${stageVariables.") || FunctionName(function) != nil else {
            throw InvalidValue(
                "\(function.quotedForMessage) is no function",
                expected: "expected a name such as orders, or arn:aws:lambda:REGION:ACCOUNT:function:NAME",
                at: location,
            )
        }
        let region = isARN ? String(parts[3]) : region ?? build.services[AWSRuntime.self]?.region ?? "us-east-1"
        let partition = isARN ? String(parts[1]) : AWSPartition.of(region: region).name
        let path =
            streams
            ? "2021-11-15/functions/\(function)/response-streaming-invocations"
            : "2015-03-31/functions/\(function)/invocations"
        do throws(InvalidValue) {
            return try IntegrationARN(parsing: "arn:\(partition):apigateway:\(region):lambda:path/\(path)")
        } catch {
            var error = error
            error.location = location
            throw error
        }
    }

    private let call: FunctionCall
    private let aws: AWSSettings
    private let invocationType: String?

    init(_ aws: AWSSettings, invocationType: String?) {
        self.aws = aws
        self.invocationType = invocationType
        call = FunctionCall(aws: aws)
    }

    /// False: payload and result are mapped.
    public var streams: Bool { false }

    /// Calls the function with the mapped payload, and sets ``Exchange/integrationResponse``: its result, or the
    /// error that it raised.
    public func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        do throws(GatewayFailure) {
            var request = try aws.request.make(exchange)
            if let invocationType, !request.headers.contains("X-Amz-Invocation-Type") {
                request.headers.addUnchecked("X-Amz-Invocation-Type", invocationType)
            }
            call.perform(request, for: exchange) { result in
                switch result {
                case .success(let response):
                    exchange.integrationResponse = response
                    resumption.resume(.success(.proceed))
                case .failure(let error):
                    resumption.resume(.failure(error))
                }
            }
        } catch {
            resumption.resume(.failure(error))
        }
    }
}
