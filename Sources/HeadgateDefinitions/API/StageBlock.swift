import Headgate
import HeadgateStages

/// `stage:` beside `api:`: the deployment stage that is served, with API Gateway's names. It is what a
/// stage file of `headgate serve --openapi` has too.
struct StageBlock: Sendable {
    var name: String?
    var variables: [(name: String, value: String)]
    var canary: Canary?
    var keys: [APIKeys.Key]
    var callers: [IAMCaller]
    var methodSettings: [MapEntry<Throttle>]

    struct Canary: Sendable {
        /// 0…100.
        var percentage: Double
        var overrides: [(name: String, value: String)]
    }

    /// What a method's settings limit; nil members say nothing.
    struct Throttle: Sendable {
        var rateLimit: Double?
        var burstLimit: Int?
    }

    // MARK: Fields

    private static let name = Field(
        optional: "name",
        FieldType<String>.scalar(.text(format: "stage name"), expectation: "up to 128 letters, digits, _ and -") {
            scalar,
            _ throws(InvalidValue) in
            guard (1...128).contains(scalar.text.utf8.count), scalar.text.utf8.allSatisfy(VariableName.isByte) else {
                throw InvalidValue("Stage name only allows a-zA-Z0-9_-")
            }
            return scalar.text
        },
        "`$context.stage`, and the first segment of the path: `/NAME/pets`. The default is the gateway's, `local`.",
    )
    private static let variables = Field(
        "variables",
        VariableName.mapType,
        default: [],
        "`$stageVariables`, and `${stageVariables.NAME}` in URIs.",
    )
    private static let canary = Field(
        optional: "canary",
        FieldType<Canary>.record(canaryRecord),
        "A part of the requests that gets other variables.",
    )
    private static let apiKeys = Field(
        "apiKeys",
        FieldType<[APIKeys.Key]>.list(of: .record(keyRecord)),
        default: [],
        "API keys, each with what its usage plan allows. Methods with `apiKeyRequired` ask for one of them.",
    )
    private static let callers = Field(
        "callers",
        FieldType<[IAMCaller]>.list(of: .record(IAMCaller.record)),
        default: [],
        "Who may call methods with the authorization `AWS_IAM`: access keys, each with its ARN and its policy. `${NAME}` takes "
            + "a secret from the environment, in the stage file of a definition too.",
    )
    private static let methodSettings = Field(
        "methodSettings",
        FieldType<[MapEntry<Throttle>]>.map(keys: "path/METHOD or */*", of: .record(settingsRecord)),
        default: [],
        "Settings of methods: `pets/{id}/GET` for one, `*/*` for those without settings of their own.",
    )

    static let record = Record<StageBlock>(
        "stage",
        "The deployment stage.",
        fields: [name, variables, canary, apiKeys, callers, methodSettings],
    ) { settings in
        StageBlock(
            name: try settings[name],
            variables: try settings[variables].map { ($0.key, $0.value) },
            canary: try settings[canary],
            keys: try settings[apiKeys],
            callers: try settings[callers],
            methodSettings: try settings[methodSettings],
        )
    }

    // MARK: Canary

    private static let percentTraffic = Field(
        "percentTraffic",
        FieldType<Double>.scalar(.text(format: "percentage"), expectation: "a percentage from 0 to 100") {
            scalar,
            _ throws(InvalidValue) in
            guard let number = Double(scalar.text), (0...100).contains(number) else { throw InvalidValue() }
            return number
        },
        default: 0,
        shown: "0",
        "How many of a hundred requests the canary gets.",
    )
    private static let overrides = Field(
        "stageVariableOverrides",
        VariableName.mapType,
        default: [],
        "Variables in place of the stage's own.",
    )
    private static let canaryRecord = Record<Canary>(
        "canary",
        "A part of the requests that gets other variables.",
        fields: [percentTraffic, overrides],
    ) { Canary(percentage: try $0[percentTraffic], overrides: try $0[overrides].map { ($0.key, $0.value) }) }

    // MARK: Keys

    private static let keyID = Field(
        optional: "id",
        FieldType<String>.string,
        "`$context.identity.apiKeyId`; the default is the name.",
    )
    private static let keyName = Field(optional: "name", FieldType<String>.string, "What people call the key.")
    private static let keyValue = Field(
        required: "value",
        FieldType<String>.scalar(.text(format: "API key"), expectation: "an API key of 20 to 128 characters") {
            scalar,
            _ throws(InvalidValue) in
            guard scalar.text.utf8.count >= 20 else {
                throw InvalidValue("API Key value should be at least 20 characters")
            }
            guard scalar.text.utf8.count <= 128 else {
                throw InvalidValue("API Key value exceeds maximum size of 128 characters")
            }
            return scalar.text
        },
        "The key itself, 20 to 128 characters.",
    )
    private static let enabled = Field(
        "enabled",
        FieldType<Bool>.boolean,
        default: true,
        shown: "true",
        "Whether it may be used.",
    )
    private static let quota = Field(
        optional: "quota",
        FieldType<APIKeys.Quota>.record(quotaRecord),
        "How many requests in all; not limited by default.",
    )
    private static let throttle = Field(
        optional: "throttle",
        FieldType<Throttle>.record(throttleRecord),
        "How many requests at a time; not limited by default.",
    )
    private static let keyRecord = Record<APIKeys.Key>(
        "apiKeys",
        "An API key with its usage plan.",
        fields: [keyID, keyName, keyValue, enabled, quota, throttle],
    ) { settings in
        let throttle = try settings[throttle]
        let value = try settings[keyValue]
        return APIKeys.Key(
            id: try settings[keyID] ?? settings[keyName] ?? String(value.prefix(10)),
            value: value,
            isEnabled: try settings[enabled],
            quota: try settings[quota],
            rateLimit: throttle?.rateLimit,
            burstLimit: throttle?.burstLimit,
        )
    }
    private static let limit = Field(
        required: "limit",
        FieldType<Int>.integer(0...1_000_000_000),
        "Requests in a period.",
    )
    private static let period = Field(
        "period",
        FieldType<String>.oneOf(APIKeys.Quota.Period.allCases.map(\.rawValue)).map {
            APIKeys.Quota.Period(rawValue: $0) ?? .day
        },
        default: .day,
        shown: "DAY",
        "When counting begins anew, in UTC.",
    )
    private static let quotaRecord = Record<APIKeys.Quota>(
        "quota",
        "How many requests in all.",
        fields: [limit, period],
    ) {
        APIKeys.Quota(limit: try $0[limit], period: try $0[period])
    }
    private static let rateLimit = Field(optional: "rateLimit", FieldType<Double>.requestRate, "Requests a second.")
    private static let burstLimit = Field(
        optional: "burstLimit",
        FieldType<Int>.integer(-1...1_000_000_000),
        "Requests at once; one second's by default.",
    )
    private static let throttleRecord = Record<Throttle>(
        "throttle",
        "How many requests at a time.",
        fields: [rateLimit, burstLimit],
    ) { Throttle(rateLimit: try $0[rateLimit], burstLimit: try $0[burstLimit]) }

    // MARK: Methods

    private static let throttlingRateLimit = Field(
        optional: "throttlingRateLimit",
        FieldType<Double>.requestRate,
        "Requests a second; -1 does not limit.",
    )
    private static let throttlingBurstLimit = Field(
        optional: "throttlingBurstLimit",
        FieldType<Int>.integer(-1...1_000_000_000),
        "Requests at once; -1 does not limit.",
    )
    /// Logging, metrics and caching: read for the sake of definitions that have them.
    private static let unused = [
        "metricsEnabled", "loggingLevel", "dataTraceEnabled", "cachingEnabled", "cacheTtlInSeconds",
        "cacheDataEncrypted",
        "requireAuthorizationForCacheControl", "unauthorizedCacheControlHeaderStrategy",
    ].map { Field(optional: $0, FieldType<ConfigurationNode>.asWritten(.any), "Kept, without effect.") }
    private static let settingsRecord = Record<Throttle>(
        "methodSettings",
        "Settings of methods.",
        fields: [throttlingRateLimit, throttlingBurstLimit] + unused,
    ) { Throttle(rateLimit: try $0[throttlingRateLimit], burstLimit: try $0[throttlingBurstLimit]) }

    /// The throttle of a method: its own settings', else those for all.
    func throttle(of route: Route) -> Throttle? {
        let own = methodSettings.last { Self.names($0.key, route) }
        let chosen = own ?? methodSettings.last { $0.key == "*/*" || $0.key == "/*/*" }
        return chosen.flatMap { $0.value.rateLimit == nil && $0.value.burstLimit == nil ? nil : $0.value }
    }

    /// `pets/{id}/GET`, with or without slashes in front; in patch paths `/` is written `~1`.
    private static func names(_ key: String, _ route: Route) -> Bool {
        let written = key.replacing("~1", with: "/").drop { $0 == "/" }
        let path = route.path == "/" ? "" : route.path + "/"
        return written == (path + route.method).drop { $0 == "/" }
    }
}

/// Names of stage variables. The service documents letters, digits and `_`, and takes `-` too (recorded).
enum VariableName {
    static func isByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte >= 0x30 && byte <= 0x39
            || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
    }

    static let mapType = FieldType<[MapEntry<String>]>.map(keys: "stage variable", of: .string) { key in
        key.utf8.allSatisfy(isByte) && !key.isEmpty
            ? nil
            : InvalidValue(
                "\(key.quotedForMessage) cannot name a stage variable",
                expected: "expected letters, digits, _ and -",
            )
    }
}
