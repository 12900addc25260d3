import Headgate
import Synchronization

/// The API keys of a deployment stage, with what their usage plans allow and what was used of it.
public final class APIKeys: Sendable {
    /// A key that a usage plan of the stage holds.
    public struct Key: Sendable {
        /// `$context.identity.apiKeyId`; not a secret.
        public var id: String
        /// What the client sends. Compared as a whole; of two keys with one value the first counts.
        public var value: String
        /// A disabled key is answered like an unknown one.
        public var isEnabled: Bool
        /// nil does not limit.
        public var quota: Quota?
        /// Requests a second and at once; nil does not limit.
        public var rateLimit: Double?
        /// The most that a moment of silence saves up; nil takes one second's rate.
        public var burstLimit: Int?

        /// A key without limits unless told otherwise.
        public init(
            id: String,
            value: String,
            isEnabled: Bool = true,
            quota: Quota? = nil,
            rateLimit: Double? = nil,
            burstLimit: Int? = nil,
        ) {
            self.id = id
            self.value = value
            self.isEnabled = isEnabled
            self.quota = quota
            self.rateLimit = rateLimit
            self.burstLimit = burstLimit
        }
    }

    /// So many requests in each period.
    public struct Quota: Sendable {
        /// Calendar periods in UTC; a week starts on Sunday.
        public enum Period: String, Sendable, CaseIterable {
            /// From midnight UTC.
            case day = "DAY"
            /// From Sunday, midnight UTC.
            case week = "WEEK"
            /// From the first, midnight UTC.
            case month = "MONTH"
        }

        /// Requests in one period; the next one gets 429 `Limit Exceeded`.
        public var limit: Int
        /// When counting starts anew.
        public var period: Period

        /// A quota that nothing has been used of.
        public init(limit: Int, period: Period) {
            self.limit = limit
            self.period = period
        }
    }

    private struct Usage {
        var period: Int64 = -1
        var count = 0
        var bucket: TokenBucket?
        var isLimited = true
    }

    /// In the order of the file.
    public let keys: [Key]
    private let byValue: [String: Int]
    private let usage: Mutex<[Usage]>

    /// Keys that nobody has used yet; counts live in memory and start anew with the process or a reload.
    public init(_ keys: [Key]) {
        self.keys = keys
        byValue = Dictionary(keys.enumerated().map { ($1.value, $0) }) { first, _ in first }
        usage = Mutex([Usage](repeating: Usage(), count: keys.count))
    }

    /// The key of a request, which counts as one use of it.
    /// - Parameter value: what the request brought; nil where it brought none.
    /// - Throws: 403 for no usable key, 429 where its plan allows no more.
    func use(_ value: String?, epochMilliseconds: Int64, monotonicMicroseconds: Int64) throws(GatewayFailure) -> Key {
        guard let value, let index = byValue[value], keys[index].isEnabled else {
            throw GatewayFailure(
                .invalidAPIKey,
                message: "Forbidden",
                cause: value == nil ? "the request brings no API key" : "the API key is not known, or not enabled",
                reason: "api-key",
            )
        }
        let key = keys[index]
        if key.quota == nil, key.rateLimit == nil, key.burstLimit == nil { return key }
        let failure = usage.withLock { all in
            Self.count(&all[index], key, epochMilliseconds, monotonicMicroseconds)
        }
        if let failure { throw failure }
        return key
    }

    private static func count(_ usage: inout Usage, _ key: Key, _ epoch: Int64, _ monotonic: Int64) -> GatewayFailure? {
        if usage.bucket == nil, usage.isLimited {
            usage.bucket = TokenBucket(rateLimit: key.rateLimit, burstLimit: key.burstLimit, at: monotonic)
            usage.isLimited = usage.bucket != nil
        }
        if usage.bucket?.take(at: monotonic) == false { return .throttled("the usage plan of the API key \(key.id)") }
        guard let quota = key.quota else { return nil }
        let period = quota.period.number(at: epoch)
        if period != usage.period {
            usage.period = period
            usage.count = 0
        }
        guard usage.count < quota.limit else {
            return GatewayFailure(
                .quotaExceeded,
                message: "Limit Exceeded",
                cause:
                    "the quota of the API key \(key.id) is used up: \(quota.limit) a \(quota.period.rawValue.lowercased())",
                reason: "quota",
            )
        }
        usage.count += 1
        return nil
    }
}

extension APIKeys.Quota.Period {
    /// Which day, week (from Sunday) or month it is in UTC, counted from a fixed one.
    func number(at milliseconds: Int64) -> Int64 {
        let day = milliseconds / 86_400_000
        switch self {
        case .day: return day
        case .week: return (day + 4) / 7
        case .month:
            let (year, month, _) = RequestTime.civil(days: day)
            return year * 12 + Int64(month)
        }
    }
}

extension GatewayFailure {
    /// 429 `Too Many Requests`.
    static func throttled(_ what: String) -> GatewayFailure {
        GatewayFailure(
            .throttled,
            message: "Too Many Requests",
            cause: "\(what) allows no more requests now",
            reason: "throttled",
        )
    }
}
