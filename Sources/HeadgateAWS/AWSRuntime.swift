import Headgate
import SigV4
import Synchronization

/// What the AWS stages of a gateway share: the environment, the gateway's own credentials, and those of the
/// roles that its pipelines assume. They outlive a reload, so that roles are not assumed anew.
public final class AWSRuntime: Sendable {
    let environment: [String: String]
    let configuration: SharedConfiguration
    /// Why the shared files cannot be read; told to whoever needs them.
    private let configurationProblem: CredentialsProblem?
    let clock: any GatewayClock
    let keys = SigningKeyCache()
    let client: AWSClient
    private let random: Mutex<RandomSource>
    private let own: Mutex<[String: CachedCredentials]>
    private let roles: Mutex<[Role: CachedCredentials]>
    /// How far AWS's clock is ahead of ours, in seconds, as a service has told.
    let skew = Atomic<Int64>(0)
    let rules: EndpointRules
    let profileName: String
    private let isProfileExplicit: Bool
    private let fixed: Credentials?
    private let warn: @Sendable (String) -> Void
    /// Functions that run here; nil where none may.
    public let functions: LocalFunctions?

    /// A role as it is assumed.
    struct Role: Sendable, Hashable {
        var arn: String
        var region: String
        var session: SecurityTokenService.Session
        /// The profile that assumes it; nil for the gateway's own credentials.
        var profile: String?
    }

    /// Stage variables may name roles; more than any gateway assumes.
    private static let mostRoles = 1000

    /// - Parameters:
    ///   - environment: `AWS_…`, `HOME`.
    ///   - dispatcher: for STS and metadata.
    ///   - random: for back-off.
    ///   - fixed: credentials that sign everything, roles included, so that nothing is fetched: for tests of pipelines.
    ///   - functions: those that run on this machine.
    ///   - warn: tells the operator what may not be as it was meant.
    public init(
        environment: [String: String],
        dispatcher: any Dispatcher,
        clock: any GatewayClock = SystemClock(),
        random: RandomSource = RandomSource(),
        fixed: Credentials? = nil,
        functions: LocalFunctions? = nil,
        warn: @escaping @Sendable (String) -> Void = { _ in },
    ) {
        self.warn = warn
        self.fixed = fixed
        self.functions = functions
        self.environment = environment
        self.clock = clock
        self.random = Mutex(random)
        client = AWSClient(dispatcher: dispatcher, clock: clock)
        own = Mutex([:])
        roles = Mutex([:])
        var configuration = SharedConfiguration()
        var problem: CredentialsProblem?
        let home = environment["HOME"] ?? ""
        let files = [
            (environment["AWS_CONFIG_FILE"] ?? home + "/.aws/config", false),
            (environment["AWS_SHARED_CREDENTIALS_FILE"] ?? home + "/.aws/credentials", true),
        ]
        for (file, isCredentials) in files {
            do throws(CredentialsProblem) {
                if let text = try FileReader.text(file) {
                    try configuration.read(text, file: file, isCredentials: isCredentials)
                }
            } catch {
                problem = problem ?? error
            }
        }
        self.configuration = configuration
        configurationProblem = problem
        let named = environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"]
        isProfileExplicit = named?.isEmpty == false
        profileName = named.flatMap { $0.isEmpty ? nil : $0 } ?? "default"
        let profile = configuration.profiles[profileName]
        rules = EndpointRules(
            environment: environment,
            profile: profile,
            services: profile?["services"].flatMap { configuration.services[$0] },
        )
    }

    /// The region where nothing else says one.
    var region: String {
        let candidates = [environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"], rules.profile?["region"]]
        return candidates.compactMap { $0 }.first { !$0.isEmpty } ?? "us-east-1"
    }

    /// The time to sign with.
    var signingTime: SigningTime {
        SigningTime(epochSeconds: clock.epochMilliseconds() / 1000 + skew.load(ordering: .relaxed))
    }

    // MARK: Credentials

    /// The gateway's own, by the usual order of places, or those of a profile.
    func credentials(ofProfile profile: String? = nil) -> CachedCredentials {
        own.withLock { own in
            if let known = own[profile ?? ""] { return known }
            if let fixed { return CachedCredentials(fixed: fixed, clock: clock) }
            let made = CachedCredentials(clock: clock, random: nextRandom()) {
                [self] () async throws(CredentialsProblem) in
                let credentials = try await self.provider(profile).credentials()
                guard let credentials else {
                    throw CredentialsProblem("the profile \(profile ?? profileName) holds no credentials")
                }
                return credentials
            }
            own[profile ?? ""] = made
            return made
        }
    }

    /// Those of a role.
    /// - Parameter keys: who assumes it, where the pipeline says so; nil for the gateway or the role's profile.
    func credentials(of role: Role, assumedBy keys: Credentials? = nil) -> CachedCredentials {
        var role = role
        if let keys { role.profile = "key " + keys.accessKeyID }
        return roles.withLock { [role] roles in
            if let known = roles[role] { return known }
            if let fixed { return CachedCredentials(fixed: fixed, clock: clock) }
            let made = CachedCredentials(clock: clock, random: nextRandom()) {
                [self] () async throws(CredentialsProblem) in
                let sts = sts(region: role.region)
                if let keys { return try await sts.assumeRole(role.arn, role.session, by: keys) }
                let own = credentials(ofProfile: role.profile)
                let source = try await own.value()
                do throws(CredentialsProblem) {
                    return try await sts.assumeRole(role.arn, role.session, by: source)
                } catch {
                    // Those that assume the role may have been replaced before their time.
                    guard error.isExpiry, source.expiration != nil else { throw error }
                    own.drop(source)
                    return try await sts.assumeRole(role.arn, role.session, by: own.value())
                }
            }
            if roles.count >= Self.mostRoles, let other = roles.keys.first { roles[other] = nil }
            roles[role] = made
            return made
        }
    }

    /// Where a role is assumed: in the gateway's own region, unless the role belongs to another partition.
    func stsRegion(for role: String, _ deployment: Deployment) -> String {
        let own =
            environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? rules.profile?["region"]
            ?? deployment.region
        let partition = role.split(separator: ":").dropFirst().first.map(String.init) ?? "aws"
        if AWSPartition.of(region: own).name == partition { return own }
        return ["aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"][partition] ?? "us-east-1"
    }

    private func nextRandom() -> RandomSource {
        random.withLock { RandomSource(seed: $0.next()) }
    }

    private func provider(_ profile: String?) throws(CredentialsProblem) -> any CredentialsProvider {
        let sts = sts(region: region)
        func provider(of name: String, isExplicit: Bool) -> ProfileProvider {
            ProfileProvider(
                profileName: name,
                isExplicit: isExplicit,
                configuration: configuration,
                environment: environment,
                client: client,
                sts: sts,
            )
        }
        let isInEnvironment = environment["AWS_ACCESS_KEY_ID"]?.isEmpty == false
        if let configurationProblem, profile != nil || !isInEnvironment { throw configurationProblem }
        if let profile { return provider(of: profile, isExplicit: true) }
        return ProviderChain(providers: [
            EnvironmentProvider(environment: environment),
            provider(of: profileName, isExplicit: isProfileExplicit),
            WebIdentityProvider(
                tokenFile: environment["AWS_WEB_IDENTITY_TOKEN_FILE"],
                role: environment["AWS_ROLE_ARN"],
                sessionName: environment["AWS_ROLE_SESSION_NAME"] ?? SecurityTokenService.Session().name,
                sts: sts,
            ),
            ContainerProvider(environment: environment, client: client),
            InstanceProvider(environment: environment, client: client),
        ])
    }

    private func sts(region: String) -> SecurityTokenService {
        let partition = AWSPartition.of(region: region)
        let service = AWSService.named("sts")?.service
        let base = service.map { rules.base($0, subdomain: nil, region: region, partition, .init()) }
        return SecurityTokenService(
            client: client,
            base: base ?? "https://sts.\(region).\(partition.suffix)",
            region: region,
            keys: keys,
            clock: clock,
            isEmulator: service.map(rules.isEmulator) ?? false,
            warn: warn,
        )
    }
}
