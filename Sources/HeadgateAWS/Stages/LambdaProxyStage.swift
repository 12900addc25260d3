import Headgate
import HeadgateStages

/// Gives the whole request to a Lambda function and takes the whole response from it: API Gateway's
/// AWS_PROXY integration.
public struct LambdaProxyStage: DispatchStage {
    private static let function = Field(
        optional: "function",
        FieldType<String>.string,
        "The function: its name, its ARN, or either with an alias behind a colon. Either this or `uri`.",
    )
    private static let uri = Field(
        optional: "uri",
        AWSSettings.uri.type,
        "What is called, as API Gateway writes it: `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION/invocations`.",
    )
    private static let method = Field(
        "method",
        FieldType<String>.method,
        default: "POST",
        shown: "POST",
        "Functions are invoked by `POST`; another method fails when a request comes, as it does with API Gateway.",
    )
    private static let transferMode = Field(
        "responseTransferMode",
        FieldType<String>.oneOf(["BUFFERED", "STREAM"]),
        default: "BUFFERED",
        shown: "BUFFERED",
        "`STREAM` passes the response on as the function writes it.",
    )

    /// `lambda-proxy`: the function, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "lambda-proxy",
        phase: .dispatch,
        summary: "Gives the request to a Lambda function as an event, and takes the response from its result.",
        documentation: """
            The event has API Gateway's format 1.0: `httpMethod`, `path`, `headers`, `multiValueHeaders`, \
            `queryStringParameters`, `pathParameters`, `stageVariables`, `requestContext`, `body`. The function returns \
            `statusCode`, `headers`, `multiValueHeaders`, `body` and `isBase64Encoded`, nothing else; a result that is no \
            response, and a function that fails, are answered with a 502. A body in Base64 is decoded where the API's binary \
            media types and the client's `Accept` say so.

            With `responseTransferMode: STREAM` the function's response is streamed: it writes a JSON object with status and \
            headers, eight zero bytes, and then the body.
            """,
        example: """
            lambda-proxy:
              function: arn:aws:lambda:eu-central-1:123456789012:function:orders:live
              timeoutInMillis: 10000
            """,
        fields: [
            function, LambdaStage.region, uri, method, AWSSettings.timeout, transferMode, AWSSettings.endpoint,
            AWSSettings.usesFIPS,
            AWSSettings.usesDualStack,
        ],
        shorthand: "function",
    ) { settings, build in
        let streams = try settings[transferMode] == "STREAM"
        let arn: IntegrationARN
        switch (try settings[function], try settings[uri]) {
        case (let function?, nil):
            arn = try LambdaStage.arn(
                function,
                settings[LambdaStage.region],
                build,
                streams: streams,
                at: settings.location(of: Self.function),
            )
        case (nil, let uri?):
            arn = uri
        default:
            throw InvalidValue("the stage needs one of function and uri", expected: "expected function: NAME")
        }
        guard let lambda = arn.lambda else {
            throw InvalidValue(
                "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
                expected: "expected …:lambda:path/2015-03-31/functions/FUNCTION/invocations",
                suggestion: arn.service.name == "firehose"
                    ? "streams take no events here: write type AWS and …:firehose:action/PutRecord"
                    : "type AWS calls other services",
                at: settings.location(of: uri),
            )
        }
        guard lambda.streams == streams else {
            throw InvalidValue(
                streams
                    ? "responseTransferMode STREAM needs …/2021-11-15/functions/…/response-streaming-invocations"
                    : "a response-streaming invocation needs responseTransferMode: STREAM",
                at: settings.location(of: uri),
            )
        }
        let aws = try AWSSettings(
            settings,
            arn: arn,
            method: settings[method],
            timeout: settings[AWSSettings.timeout],
            build,
        )
        let stage = LambdaProxyStage(aws, streamed: streams, api: build.services[APISettings.self] ?? .none)
        return BuiltStage(stage, explanation: aws.explanation, details: aws.details)
    }

    private let aws: AWSSettings
    private let call: FunctionCall
    private let isStreamed: Bool
    private let binaryMediaTypes: BinaryMediaTypes

    init(_ aws: AWSSettings, streamed: Bool, api: APISettings) {
        self.aws = aws
        call = FunctionCall(aws: aws)
        isStreamed = streamed
        binaryMediaTypes = api.binaryMediaTypes
    }

    /// The event holds the request's body, so that no payload passes through.
    public var streams: Bool { false }

    /// Makes the event, calls the function, and takes the client's response from its result.
    /// Fails with 502 for a result that is no response (Lambda proxy integration, "Output format").
    public func dispatch(_ exchange: Exchange, _ resumption: Resumption) {
        do throws(GatewayFailure) {
            exchange.integrationRequest.headers = Headers()
            exchange.integrationRequest.query = Query()
            exchange.integrationRequest.body = .bytes(ProxyEvent.make(exchange, binaryMediaTypes: binaryMediaTypes))
            var request = try aws.request.make(exchange)
            request.headers.addUnchecked("Content-Type", "application/json")
            request.headers.addUnchecked("Accept", "application/json")
            request.headers.addUnchecked("X-Amzn-Trace-Id", exchange.identifiers.traceID)
            call.perform(request, for: exchange, streaming: isStreamed) { result in
                switch result {
                case .success(let response):
                    exchange.integrationResponse = response
                    take(response, exchange, resumption)
                case .failure(let error):
                    resumption.resume(.failure(error))
                }
            }
        } catch {
            resumption.resume(.failure(error))
        }
    }

    private func take(_ response: IntegrationResponse, _ exchange: Exchange, _ resumption: Resumption) {
        if isStreamed {
            StreamedResponse.take(response, exchange) { resumption.resume($0.map { .proceed }) }
            return
        }
        do throws(GatewayFailure) {
            let bytes = response.body.bytes ?? []
            if response.headers.contains("X-Amz-Function-Error") {
                throw ProxyResponse.failed(bytes, status: response.status)
            }
            let wantsBinary = binaryMediaTypes.matches(exchange.request.headers.first("Accept"))
            exchange.response = try ProxyResponse.read(bytes, wantsBinary: wantsBinary)
            exchange.response.headers.setUnchecked("X-Amzn-Trace-Id", exchange.identifiers.traceID)
            resumption.resume(.success(.proceed))
        } catch {
            resumption.resume(.failure(error))
        }
    }
}
