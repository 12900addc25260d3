import Headgate
import SigV4
import Synchronization
import Testing

@testable import HeadgateAWS

struct AWSRuntimeTests {
    private static let role = "arn:aws:iam::123456789012:role/r"

    private static func runtime(
        _ environment: [String: String],
        _ aws: PlayedAWS,
        warn: @escaping @Sendable (String) -> Void = { _ in },
    )
        -> AWSRuntime
    {
        let nowhere = [
            "AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
            "AWS_EC2_METADATA_DISABLED": "true",
        ]
        return AWSRuntime(
            environment: nowhere.merging(environment) { $1 },
            dispatcher: aws,
            random: RandomSource(seed: 1),
            warn: warn,
        )
    }

    @Test func aContainersRelativeAddressIsThePlatforms() async throws {
        let aws = PlayedAWS { _ in
            IntegrationResponse(
                status: 200,
                body: Body(#"{"AccessKeyId": "ASIA", "SecretAccessKey": "s", "Token": "t"}"#),
            )
        }
        let runtime = Self.runtime(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x"], aws)
        #expect(try await runtime.credentials().value().accessKeyID == "ASIA")
        #expect(aws.requests.first?.endpoint?.origin == "http://169.254.170.2")
        #expect(aws.requests.first?.path == "/v2/credentials/x")
    }

    /// Keys that change, as those of an instance do, may be replaced before the time that they were given.
    @Test func aRoleIsAssumedOnceMoreWithNewKeys() async throws {
        let count = Mutex(0)
        let aws = PlayedAWS { request in
            if request.path == "/keys" {
                let number = count.withLock { count in
                    count += 1
                    return count
                }
                let text = """
                    {"AccessKeyId": "ASIA\(number)", "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}
                    """
                return IntegrationResponse(status: 200, body: Body(text))
            }
            let isOld = request.headers.first("Authorization")?.contains("ASIA1/") ?? true
            return isOld ? .refusal("ExpiredToken") : .role("ASIAROLE", at: SystemClock())
        }
        let runtime = Self.runtime(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/keys"], aws)
        let credentials = runtime.credentials(of: .init(arn: Self.role, region: "us-east-1", session: .init()))
        #expect(try await credentials.value().accessKeyID == "ASIAROLE")
        #expect(count.withLock { $0 } == 2)
        #expect(aws.requests.map(\.path) == ["/keys", "/", "/keys", "/"])
    }

    @Test(arguments: [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566", true),
        ("AWS_ENDPOINT_URL", "http://localhost:4566", true),
        // Of these, an answer that is none of STS's is a failure.
        ("AWS_ENDPOINT_URL", "http://10.0.0.1:4566", false),
        ("AWS_ENDPOINT_URL", "https://proxy.example", false),
        ("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:4566", false),
        ("AWS_REGION", "eu-west-1", false),
    ])
    func onlyAnEmulatorOfEverythingMayLackSTS(_ variable: String, _ value: String, _ mayLackIt: Bool) async {
        let aws = PlayedAWS { _ in IntegrationResponse(status: 404, body: Body(#"{"message": "what is this?"}"#)) }
        let warnings = Mutex<[String]>([])
        let runtime = Self.runtime(
            [variable: value, "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"],
            aws,
            warn: { text in warnings.withLock { $0.append(text) } },
        )
        let credentials = runtime.credentials(of: .init(arn: Self.role, region: "us-east-1", session: .init()))
        if mayLackIt {
            #expect((try? await credentials.value())?.accessKeyID == "AKIA")
            #expect(warnings.withLock { $0.count } == 1)
        } else {
            await #expect(throws: CredentialsProblem("assuming \(Self.role): status 404: what is this?")) {
                try await credentials.value()
            }
            #expect(warnings.withLock { $0.isEmpty })
        }
    }

    @Test(arguments: ["AccessDenied", "InvalidClientTokenId", "RegionDisabledException"])
    func whatSTSRefusesIsRefusedWhereverItIs(_ code: String) async {
        let aws = PlayedAWS { _ in .refusal(code) }
        let runtime = Self.runtime(
            ["AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"],
            aws,
        )
        let credentials = runtime.credentials(of: .init(arn: Self.role, region: "us-east-1", session: .init()))
        await #expect(throws: CredentialsProblem("assuming \(Self.role): \(code)", code: code)) {
            try await credentials.value()
        }
    }

    @Test func hostsOfThisMachine() {
        for host in ["127.0.0.1", "127.8.9.1", "localhost", "::1"] { #expect(ContainerProvider.isLoopback(host)) }
        for host in [
            "127.evil.example", "127.0.0.1.example", "128.0.0.1", "127.0.0.256", "127.0.0", "localhost.example",
        ] {
            #expect(!ContainerProvider.isLoopback(host))
        }
    }
}
