import Headgate
import HeadgateStages
import SigV4

/// Calls an AWS service with what the stages before it have prepared: API Gateway's AWS integration.
public struct AWSStage: DispatchStage {
    /// `aws`: the service's ARN, its method and region, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "aws",
        phase: .dispatch,
        summary: "Calls an AWS service with the request that the `request` stage has mapped, signed.",
        documentation: """
            The URI is an ARN: `arn:aws:apigateway:REGION:SERVICE:path/PATH` for services that are told by method and path \
            (S3, SQS by its queue's path), `…:action/ACTION` for those that are told by an action (DynamoDB, Kinesis, SNS). \
            `{name}` takes a value mapped to `path.name`, `${stageVariables.name}` a stage variable. For an action the gateway \
            adds what the service's protocol asks for: `X-Amz-Target` and the content type where they are not mapped, or \
            `Action` and `Version`.

            A `credentials` stage in front of this one says who signs; without it the gateway does, with its own credentials. \
            `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_SERVICE` send calls elsewhere, for one an emulator, and so does `endpoint`.

            A function is called by `…:lambda:path/2015-03-31/functions/FUNCTION/invocations`; one that the pipelines' own \
            `functions:` declare runs on this machine. Statuses other than success, from Lambda itself, are answered with a 500.
            """,
        example: """
            aws:
              method: POST
              uri: arn:aws:apigateway:eu-central-1:sqs:path/123456789012/jobs
            """,
        fields: AWSSettings.fields,
        shorthand: "uri",
    ) { settings, build in
        let aws = try AWSSettings(settings, build)
        if let lambda = aws.arn.lambda, !lambda.streams {
            return BuiltStage(
                LambdaStage(aws, invocationType: nil),
                explanation: aws.explanation,
                details: aws.details,
            )
        }
        return BuiltStage(AWSStage(aws), explanation: aws.explanation, details: aws.details)
    }

    private let aws: AWSSettings

    init(_ aws: AWSSettings) {
        self.aws = aws
    }

    /// False: request and response are mapped.
    public var streams: Bool { false }

    /// Signs the integration request, sends it, and sets ``Exchange/integrationResponse``.
    public func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        do throws(GatewayFailure) {
            let call = try aws.call()
            exchange.integrationRequest = try aws.request.make(exchange)
            call.perform(exchange.integrationRequest, for: exchange) { result in
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
