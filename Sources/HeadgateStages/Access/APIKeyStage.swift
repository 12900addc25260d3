import Headgate
import OrderedJSON

/// Lets only requests with an API key through: API Gateway's `apiKeyRequired`, with usage plans.
public struct APIKeyStage: SynchronousStage {
    /// Where the key of a request stands.
    public enum Source: String, Sendable, CaseIterable {
        /// In the header field `x-api-key`.
        case header = "HEADER"
        /// In the `usageIdentifierKey` that the method's Lambda authorizer has returned.
        case authorizer = "AUTHORIZER"
    }

    private static let source = Field(
        "source",
        FieldType<String>.oneOf(Source.allCases.map(\.rawValue)).map { Source(rawValue: $0) ?? .header },
        default: .header,
        shown: "HEADER",
        "Where the key stands: in the header `x-api-key`, or in what an authorizer found (`usageIdentifierKey`).",
    )
    private static let keys = Field(
        optional: "keys",
        FieldType<[APIKeys.Key]>.list(of: .record(keyRecord)),
        "The keys that are let through. The default is those of the API's deployment stage.",
    )

    private static let id = Field(required: "id", FieldType<String>.string, "`$context.identity.apiKeyId`.")
    private static let value = Field(
        required: "value",
        FieldType<String>.scalar(.text(format: "API key"), expectation: "an API key of 20 to 128 characters") {
            scalar,
            _ throws(InvalidValue) in
            guard (20...128).contains(scalar.text.utf8.count) else { throw InvalidValue() }
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
    private static let rateLimit = Field(
        optional: "rateLimit",
        FieldType<Double>.requestRate,
        "Requests a second; not limited by default.",
    )
    private static let burstLimit = Field(
        optional: "burstLimit",
        FieldType<Int>.integer(0...1_000_000_000),
        "Requests at once; one second's by default.",
    )
    private static let quota = Field(
        optional: "quota",
        FieldType<APIKeys.Quota>.record(quotaRecord),
        "How many requests in all; not limited by default.",
    )
    private static let keyRecord = Record<APIKeys.Key>(
        "keys",
        "An API key.",
        fields: [id, value, enabled, rateLimit, burstLimit, quota],
    ) { settings in
        APIKeys.Key(
            id: try settings[id],
            value: try settings[value],
            isEnabled: try settings[enabled],
            quota: try settings[quota],
            rateLimit: try settings[rateLimit],
            burstLimit: try settings[burstLimit],
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
    ) { APIKeys.Quota(limit: try $0[limit], period: try $0[period]) }

    /// `api-key`: keys with usage plans, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "api-key",
        phase: .authorize,
        summary: "Lets only requests with an API key through.",
        documentation: """
            A request without a key, with one that is unknown or not enabled, is answered with 403; one whose usage plan \
            allows no more with 429. Later stages find the key in `$context.identity.apiKey` and `.apiKeyId`. What was \
            used is counted in this process.
            """,
        example: """
            api-key:
              keys:
                - {id: shop, value: a-key-of-twenty-characters, quota: {limit: 1000, period: DAY}}
            """,
        fields: [source, keys],
    ) { settings, build in
        let own = try settings[keys]
        let stage = APIKeyStage(
            own.map(APIKeys.init) ?? build.services[APIKeys.self] ?? APIKeys([]),
            source: try settings[source],
        )
        return BuiltStage(stage, explanation: stage.explanation)
    }

    private let keys: APIKeys
    private let source: Source

    /// A stage that shares its keys, and what was used of them, with the other methods of the deployment stage.
    public init(_ keys: APIKeys, source: Source = .header) {
        self.keys = keys
        self.source = source
    }

    /// False: keys stand in a header field or come from an authorizer.
    public var readsPayload: Bool { false }

    /// Lets the request go on and sets `$context.identity.apiKey` and `apiKeyId`.
    /// - Throws: 403 without a usable key, 429 where its usage plan allows no more.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        let value: String?
        switch source {
        case .header: value = exchange.request.headers.last("x-api-key")
        case .authorizer: value = exchange.variables["usageIdentifierKey"]?.string
        }
        let key = try keys.use(
            value,
            epochMilliseconds: exchange.receivedAtMilliseconds,
            monotonicMicroseconds: exchange.lane.clock.monotonicMicroseconds(),
        )
        exchange.setIdentity(["apiKey": .string(key.value), "apiKeyId": .string(key.id)])
        exchange.trace?.note("key", key.id)
        return .proceed
    }

    private var explanation: String {
        let count = keys.keys.count
        let keys = count == 0 ? "no key is known: all requests get a 403" : count == 1 ? "1 key" : "\(count) keys"
        return keys + (source == .header ? " by x-api-key" : " by the authorizer")
    }
}

extension Exchange {
    /// Adds members to `$context.identity`.
    func setIdentity(_ members: [(String, JSONValue)]) {
        var identity = contextMembers.last { $0.name == "identity" }?.value.object ?? [:]
        for (name, value) in members { identity[name] = value }
        contextMembers.removeAll { $0.name == "identity" }
        contextMembers.append(("identity", .object(identity)))
    }

    /// Adds members to `$context.identity`.
    func setIdentity(_ members: KeyValuePairs<String, JSONValue>) {
        setIdentity(members.map { ($0.key, $0.value) })
    }
}

extension FieldType where Value == Double {
    /// Requests a second; negative does not limit.
    public static let requestRate = FieldType<Double>.scalar(
        .text(format: "number"),
        expectation: "a number of requests a second",
    ) {
        scalar,
        _ throws(InvalidValue) in
        guard let number = Double(scalar.text), number.isFinite else { throw InvalidValue() }
        return number
    }
}
