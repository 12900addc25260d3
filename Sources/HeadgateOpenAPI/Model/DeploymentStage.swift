import Headgate

/// A deployment stage of an API: what a definition cannot say by itself.
public struct DeploymentStage: Sendable, Equatable {
    /// Letters, digits, `_` and `-`, up to 128: `$context.stage` and the first segment of paths.
    public var name: String
    /// `$stageVariables`, in their order.
    public var variables: [Named<LocatedText>] = []
    /// nil: every request sees the stage's own variables.
    public var canary: Canary?
    /// The keys of the usage plans that this stage belongs to.
    public var apiKeys: [APIKey] = []
    /// Who may call methods with the authorization `AWS_IAM`, as it was written.
    public var callers: DefinitionTree?
    /// By `RESOURCE/VERB`, `*/*` for all methods.
    public var methodSettings: [Named<MethodSettings>] = []
    /// Where the stage is described.
    public var place = Place.nowhere

    /// A stage without variables, keys and limits.
    public init(name: String) {
        self.name = name
    }

    /// A part of the traffic that sees other variables.
    public struct Canary: Sendable, Equatable {
        /// 0…100.
        public var percentTraffic: Double
        /// Merged over the stage's variables.
        public var variableOverrides: [Named<LocatedText>] = []

        /// A canary that overrides nothing yet.
        public init(percentTraffic: Double) {
            self.percentTraffic = percentTraffic
        }
    }

    /// A key whose usage plan holds this stage.
    public struct APIKey: Sendable, Equatable {
        /// Calendar periods in UTC; a week starts on Sunday.
        public enum Period: String, Sendable, CaseIterable {
            /// From midnight UTC.
            case day = "DAY"
            /// From Sunday, midnight UTC.
            case week = "WEEK"
            /// From the first, midnight UTC.
            case month = "MONTH"
        }

        /// So many requests in each period.
        public struct Quota: Sendable, Equatable {
            /// Requests; one more gets 429 `Limit Exceeded`.
            public var limit: Int
            /// When counting starts anew.
            public var period: Period
        }

        /// `$context.identity.apiKeyId`; its name, or the first ten characters of its value, where the definition
        /// gives none.
        public var id: String
        /// What people call it; nil where it has no name.
        public var name: String?
        /// What clients send in `x-api-key`, 20…128 characters.
        public var value: String
        /// A disabled key is answered like an unknown one.
        public var isEnabled: Bool
        /// nil does not limit.
        public var quota: Quota?
        /// nil does not limit.
        public var throttle: Throttle?
        /// Where the key stands.
        public var place = Place.nowhere

        /// A key without limits.
        public init(id: String, value: String, isEnabled: Bool = true) {
            self.id = id
            self.value = value
            self.isEnabled = isEnabled
        }
    }

    /// A token bucket.
    public struct Throttle: Sendable, Equatable {
        /// Requests a second.
        public var rateLimit: Double?
        /// Requests at once; nil takes one second's rate.
        public var burstLimit: Int?

        /// A bucket; without a rate it does not limit.
        public init(rateLimit: Double? = nil, burstLimit: Int? = nil) {
            self.rateLimit = rateLimit
            self.burstLimit = burstLimit
        }
    }

    /// Settings of the methods that a key (`*/*`, `pets/{id}/GET`) names.
    public struct MethodSettings: Sendable, Equatable {
        /// Limits of each of the methods, apart from those of usage plans.
        public var throttle = Throttle()
        /// Logging, metrics and caching: kept, without effect.
        public var unused: DefinitionTree?

        /// Settings that limit nothing.
        public init() {}
    }
}
