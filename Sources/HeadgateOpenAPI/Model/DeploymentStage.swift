import Headgate

/// A deployment stage of an API: what a definition cannot say by itself.
public struct DeploymentStage: Sendable, Equatable {
    /// Letters, digits, `_` and `-`, up to 128: `$context.stage` and the first segment of paths.
    public var name: String
    public var variables: [Named<LocatedText>] = []
    public var canary: Canary?
    public var apiKeys: [APIKey] = []
    /// Who may call methods with the authorization `AWS_IAM`, as it was written.
    public var callers: DefinitionTree?
    public var methodSettings: [Named<MethodSettings>] = []
    public var place = Place.nowhere

    public init(name: String) {
        self.name = name
    }

    /// A part of the traffic that sees other variables.
    public struct Canary: Sendable, Equatable {
        /// 0…100.
        public var percentTraffic: Double
        /// Merged over the stage's variables.
        public var variableOverrides: [Named<LocatedText>] = []

        public init(percentTraffic: Double) {
            self.percentTraffic = percentTraffic
        }
    }

    /// A key whose usage plan holds this stage.
    public struct APIKey: Sendable, Equatable {
        public enum Period: String, Sendable, CaseIterable {
            case day = "DAY"
            case week = "WEEK"
            case month = "MONTH"
        }

        public struct Quota: Sendable, Equatable {
            public var limit: Int
            public var period: Period
        }

        public var id: String
        public var name: String?
        public var value: String
        public var isEnabled: Bool
        public var quota: Quota?
        public var throttle: Throttle?
        public var place = Place.nowhere

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
        public var burstLimit: Int?

        public init(rateLimit: Double? = nil, burstLimit: Int? = nil) {
            self.rateLimit = rateLimit
            self.burstLimit = burstLimit
        }
    }

    /// Settings of the methods that a key (`*/*`, `pets/{id}/GET`) names.
    public struct MethodSettings: Sendable, Equatable {
        public var throttle = Throttle()
        /// Logging, metrics and caching: kept, without effect.
        public var unused: DefinitionTree?

        public init() {}
    }
}
