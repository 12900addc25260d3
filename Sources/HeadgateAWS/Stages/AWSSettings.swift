import Headgate
import HeadgateHTTP
import HeadgateStages
import SigV4

/// What every stage that calls AWS says about it, with the names of API Gateway's fields.
struct AWSSettings: Sendable {
    static let method = Field(
        "method",
        FieldType<String>.method,
        default: "POST",
        shown: "POST",
        "The request's method; `ANY` is the client's.",
    )
    static let uri = Field(
        required: "uri",
        FieldType<IntegrationARN>.scalar(
            .text(format: "integration ARN"),
            expectation: "arn:aws:apigateway:REGION:SERVICE:path/… or …:action/…",
        ) { scalar, _ throws(InvalidValue) in try IntegrationARN(parsing: scalar.text) },
        "What is called: `arn:aws:apigateway:REGION:SERVICE:path/…` or `…:action/…`. `${stageVariables.NAME}` may stand for the "
            + "region, a subdomain, and in the path or the action.",
    )
    static let timeout = BackendSettings.timeout
    static let endpoint = Field(
        optional: "endpoint",
        FieldType<String>.scalar(.text(format: "URL"), expectation: "a URL such as http://127.0.0.1:4566") {
            scalar,
            _ throws(InvalidValue) in
            do throws(InvalidURL) {
                if try BackendURL(parsing: scalar.text).rawQuery == nil { return scalar.text }
            } catch {
                throw InvalidValue(error.description)
            }
            throw InvalidValue("the endpoint \(scalar.text.quotedForMessage) has a query")
        },
        "Where the service is, in place of AWS's own endpoint and of those that the environment names.",
    )
    static let usesFIPS = Field(
        optional: "useFipsEndpoint",
        FieldType<Bool>.boolean,
        "Calls the endpoint whose cryptography is validated (FIPS 140).",
    )
    static let usesDualStack = Field(
        optional: "useDualstackEndpoint",
        FieldType<Bool>.boolean,
        "Calls the endpoint that has IPv6 addresses as well.",
    )

    static var fields: [any AnyField] { [method, uri, timeout, endpoint, usesFIPS, usesDualStack] }

    let arn: IntegrationARN
    let request: ServiceRequest
    let runtime: AWSRuntime?
    private let signed: SignedCall?

    init(_ settings: Settings, _ build: StageBuild) throws {
        try self.init(
            settings,
            arn: settings[Self.uri],
            method: settings[Self.method],
            timeout: settings[Self.timeout],
            build,
        )
    }

    init(_ settings: Settings, arn: IntegrationARN, method: String, timeout: Int, _ build: StageBuild) throws {
        let choice = EndpointRules.Choice(
            endpoint: try settings[Self.endpoint],
            usesFIPS: try settings[Self.usesFIPS],
            usesDualStack: try settings[Self.usesDualStack],
        )
        runtime = build.services[AWSRuntime.self]
        let rules = runtime?.rules ?? EndpointRules(environment: [:], profile: nil, services: nil)
        let base = rules.base(arn.service, subdomain: arn.subdomain, region: arn.region, arn.partition, choice)
        self.arn = arn
        let uri: URITemplate
        do throws(InvalidURITemplate) {
            uri = try URITemplate(parsing: arn.url(base: base))
        } catch {
            throw InvalidValue(
                "\(arn.text.quotedForMessage) makes no request: \(error.message)",
                expected: error.expected,
                suggestion: error.suggestion,
                at: settings.location(of: Self.uri),
            )
        }
        request = ServiceRequest(
            arn: arn,
            method: method == "ANY" ? nil : method,
            uri: uri,
            timeoutMilliseconds: timeout,
        )
        if let runtime, let dispatcher = build.services[(any Dispatcher).self] {
            let region = rules.signingRegion(arn.service, arn.region, arn.partition)
            let service = arn.service.signingName
            signed = SignedCall(
                runtime: runtime,
                dispatcher: dispatcher,
                signer: RequestSigner(service: service, region: region, keys: runtime.keys),
                regionVariable: arn.regionVariable,
            )
        } else {
            signed = nil
        }
    }

    func call() throws(GatewayFailure) -> SignedCall {
        guard let signed else { throw .internalError("the host offers no way to call AWS", reason: "no-dispatcher") }
        return signed
    }

    /// For `explain`: `POST sqs in eu-central-1: https://…, up to 29 s`.
    var explanation: String {
        let (seconds, rest) = request.timeoutMilliseconds.quotientAndRemainder(dividingBy: 1000)
        let time = rest == 0 ? "\(seconds) s" : "\(request.timeoutMilliseconds) ms"
        return
            "\(request.method ?? "the client's method to") \(request.uri.text), signed for \(arn.service.signingName), up to \(time)"
    }

    var details: [(name: String, text: String)] {
        [("service", "\(arn.service.name) in \(arn.region)")]
    }
}
