import Headgate
import Testing

@testable import HeadgateAWS

struct IntegrationARNTests {
    private func base(
        _ arn: IntegrationARN,
        _ environment: [String: String] = [:],
        _ choice: EndpointRules.Choice = .init(),
    ) -> String {
        EndpointRules(environment: environment, profile: nil, services: nil)
            .base(arn.service, subdomain: arn.subdomain, region: arn.region, arn.partition, choice)
    }

    @Test(arguments: [
        ("sqs:path/123456789012/jobs", "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs", "sqs"),
        ("sqs:path//123456789012/jobs", "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs", "sqs"),
        ("s3:path/{bucket}/{key}", "https://s3.eu-west-1.amazonaws.com/{bucket}/{key}", "s3"),
        ("s3:path//", "https://s3.eu-west-1.amazonaws.com/", "s3"),
        ("my.own.bucket.s3:path/{key}", "https://my.own.bucket.s3.eu-west-1.amazonaws.com/{key}", "s3"),
        ("dynamodb:action/PutItem", "https://dynamodb.eu-west-1.amazonaws.com/?Action=PutItem", "dynamodb"),
        (
            "sns:action/Publish&TopicArn={t}&X=1",
            "https://sns.eu-west-1.amazonaws.com/?Action=Publish&TopicArn={t}&X=1", "sns",
        ),
        (
            "runtime.sagemaker:path/endpoints/e/invocations",
            "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/e/invocations", "sagemaker",
        ),
        ("email:action/SendEmail", "https://email.eu-west-1.amazonaws.com/?Action=SendEmail", "ses"),
        ("a1-ats.iotdata:path/topics/{t}", "https://a1-ats.iot.eu-west-1.amazonaws.com/topics/{t}", "iotdata"),
        ("iotdata:path/topics/{t}", "https://data-ats.iot.eu-west-1.amazonaws.com/topics/{t}", "iotdata"),
        ("books.es:path/_search", "https://books.eu-west-1.es.amazonaws.com/_search", "es"),
        ("abc.execute-api:path/prod/x", "https://abc.execute-api.eu-west-1.amazonaws.com/prod/x", "execute-api"),
        ("abc.appsync-api:path/graphql", "https://abc.appsync-api.eu-west-1.amazonaws.com/graphql", "appsync"),
        ("iam:action/ListUsers", "https://iam.amazonaws.com/?Action=ListUsers", "iam"),
        (
            "streams.dynamodb:action/ListStreams",
            "https://streams.dynamodb.eu-west-1.amazonaws.com/?Action=ListStreams", "dynamodb",
        ),
    ])
    func urls(_ tail: String, _ url: String, _ signingName: String) throws {
        let arn = try IntegrationARN(parsing: "arn:aws:apigateway:eu-west-1:" + tail)
        #expect(arn.url(base: base(arn)) == url)
        #expect(arn.service.signingName == signingName)
    }

    @Test func partitionsHaveDomainsOfTheirOwn() throws {
        let china = try IntegrationARN(parsing: "arn:aws-cn:apigateway:cn-north-1:sqs:path/1/q")
        #expect(base(china) == "https://sqs.cn-north-1.amazonaws.com.cn")
        let government = try IntegrationARN(parsing: "arn:aws-us-gov:apigateway:us-gov-west-1:sqs:path/1/q")
        #expect(base(government) == "https://sqs.us-gov-west-1.amazonaws.com")
        #expect(base(government, [:], .init(usesFIPS: true)) == "https://sqs-fips.us-gov-west-1.amazonaws.com")
        #expect(base(china, [:], .init(usesDualStack: true)) == "https://sqs.cn-north-1.api.amazonwebservices.com.cn")
        let object = try IntegrationARN(parsing: "arn:aws:apigateway:us-east-1:b.s3:path/k")
        #expect(
            base(object, [:], .init(usesFIPS: true, usesDualStack: true))
                == "https://b.s3-fips.dualstack.us-east-1.amazonaws.com"
        )
        #expect(
            base(object, ["AWS_USE_DUALSTACK_ENDPOINT": "true"]) == "https://b.s3.dualstack.us-east-1.amazonaws.com"
        )
    }

    @Test func servicesOfAWholePartition() throws {
        for (partition, region, service, host, signingRegion) in [
            ("aws", "eu-west-1", "iam", "iam.amazonaws.com", "us-east-1"),
            ("aws-cn", "cn-northwest-1", "iam", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("aws-cn", "cn-north-1", "route53", "route53.amazonaws.com.cn", "cn-northwest-1"),
            ("aws-us-gov", "us-gov-east-1", "iam", "iam.us-gov.amazonaws.com", "us-gov-west-1"),
            ("aws-us-gov", "us-gov-east-1", "support", "support.us-gov-east-1.amazonaws.com", "us-gov-east-1"),
        ] {
            let arn = try IntegrationARN(parsing: "arn:\(partition):apigateway:\(region):\(service):path/x")
            #expect(base(arn) == "https://" + host)
            let rules = EndpointRules(environment: [:], profile: nil, services: nil)
            #expect(rules.signingRegion(arn.service, arn.region, arn.partition) == signingRegion)
        }
        let iam = try IntegrationARN(parsing: "arn:aws:apigateway:eu-west-1:iam:action/ListUsers")
        #expect(base(iam, [:], .init(usesFIPS: true)) == "https://iam-fips.amazonaws.com")
    }

    @Test func stageVariablesStandForRegionAndSubdomain() throws {
        let arn = try IntegrationARN(
            parsing: "arn:aws:apigateway:${stageVariables.region}:${stageVariables.bucket}.s3:path/k"
        )
        #expect(arn.regionVariable == "region" && arn.subdomain == "${stageVariables.bucket}")
        #expect(base(arn) == "https://${stageVariables.bucket}.s3.${stageVariables.region}.amazonaws.com")
        #expect(throws: InvalidValue.self) {
            try IntegrationARN(parsing: "arn:aws:apigateway:eu-west-1:${stageVariables.service}:path/k")
        }
    }

    @Test func endpointsAreOverriddenFromTheMostSpecificOn() throws {
        let arn = try IntegrationARN(parsing: "arn:aws:apigateway:us-east-1:states:action/StartExecution")
        let both = ["AWS_ENDPOINT_URL": "http://a/", "AWS_ENDPOINT_URL_SFN": "http://b"]
        #expect(base(arn, both) == "http://b")
        #expect(base(arn, ["AWS_ENDPOINT_URL": "http://a/"]) == "http://a")
        #expect(base(arn, both, .init(endpoint: "http://c/x/")) == "http://c/x")
        #expect(
            base(arn, both.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]) { $1 })
                == "https://states.us-east-1.amazonaws.com"
        )
        var files = SharedConfiguration()
        try files.read(
            """
            [default]
            services = local
            endpoint_url = http://d
            [services local]
            sqs =
              endpoint_url = http://e
            """,
            file: "config",
            isCredentials: false,
        )
        let rules = EndpointRules(
            environment: [:],
            profile: files.profiles["default"],
            services: files.services["local"],
        )
        let queue = try IntegrationARN(parsing: "arn:aws:apigateway:us-east-1:sqs:path/1/q")
        #expect(rules.base(queue.service, subdomain: nil, region: "us-east-1", .standard, .init()) == "http://e")
        #expect(rules.base(arn.service, subdomain: nil, region: "us-east-1", .standard, .init()) == "http://d")
    }

    @Test(
        arguments: [
            (
                "arn:aws:apigateway:us-east-1:stepfunctions:action/X", "unknown service \"stepfunctions\"",
                "write states",
            ),
            (
                "arn:aws:apigateway:us-east-1:dynamdb:action/X", "unknown service \"dynamdb\"",
                "did you mean \"dynamodb\"?",
            ),
            ("arn:aws:apigateway:us-east-1:sqs:queue/X", "AWS ARN for integration must contain path or action", nil),
            ("arn:aws:apigateway::sqs:path/X", "\"\" is no region", nil),
            ("arn:aws:lambda:us-east-1:1:function:f", "Invalid ARN specified in the request", nil),
            ("arn:azure:apigateway:us-east-1:sqs:path/X", "\"azure\" is no partition of AWS", nil),
            ("arn:aws:apigateway:us-east-1:sqs:action/", "\"\" is no action", nil),
        ] as [(String, String, String?)]
    )
    func mistakes(_ text: String, _ message: String, _ suggestion: String?) throws {
        let error = try #require(throws: InvalidValue.self) { try IntegrationARN(parsing: text) }
        #expect(error.message == message)
        #expect(error.suggestion == suggestion)
    }

    @Test func functionsInURIs() throws {
        let name = "arn:aws:lambda:us-east-1:123456789012:function:orders:live"
        let arn = try IntegrationARN(
            parsing: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/\(name)/invocations"
        )
        #expect(arn.lambda?.function == name)
        #expect(FunctionName(name) == FunctionName("orders:live"))
        #expect(
            FunctionName(path: "/2015-03-31/functions/arn%3Aaws%3Alambda%3Au%3A1%3Afunction%3Aorders/invocations")?.name
                == "orders"
        )
        #expect(FunctionName("orders/../x") == nil)
        #expect(FunctionName("") == nil)
    }

    @Test func keysOfObjectsAreEncodedOnce() {
        #expect(ServiceRequest.objectPath("/bucket/a%2Fb%20c(1)/ü") == "/bucket/a/b%20c%281%29/%C3%BC")
        #expect(ServiceRequest.objectPath("/b//k") == "/b//k")
    }
}
