import Headgate

/// What a gateway does for scripts beyond their exchange. Found in `StageServices` under
/// `(any LuaHost).self`; without one, log lines go to the trace of the exchange only, nothing is measured
/// and there are no secrets.
public protocol LuaHost: Sendable {
    /// Called on the lane, for each line; must return quickly.
    func log(_ entry: LuaLogEntry)

    /// Takes in a number that a script measured. Called on the lane; must return quickly.
    func record(_ measurement: LuaMeasurement)

    /// The bytes of a secret; nil where there is none of this name. Called on the lane, and asked only for
    /// what the script is permitted to have.
    func secret(_ name: String) -> [UInt8]?

    /// Addresses beside those of the public internet to which scripts may send requests.
    var scriptNetworks: [AddressRange] { get }
}

extension LuaHost {
    /// Measures nothing.
    public func record(_ measurement: LuaMeasurement) {}
    /// No secrets.
    public func secret(_ name: String) -> [UInt8]? { nil }
    /// The public internet only.
    public var scriptNetworks: [AddressRange] { [] }
}

/// A line that a script has logged.
public struct LuaLogEntry: Sendable {
    /// `host.log.debug`, `.info`, `.warn` and `.error`.
    public enum Level: String, Sendable, CaseIterable {
        case debug, info, warn, error
    }

    /// How much it matters, as the script says.
    public let level: Level
    /// At most 8,192 characters.
    public let message: String
    /// By name; texts as they are, other values as JSON.
    public let fields: [(name: String, value: String)]
    /// The line of the script that logged.
    public let location: SourceLocation?
    /// The pipeline's name.
    public let pipeline: String
    /// The label of the stage; nil while a module loads.
    public let stage: String?
    /// `$context.requestId`; nil while a module loads.
    public let requestID: String?
}

/// A number that a script has measured.
public struct LuaMeasurement: Sendable {
    /// What is done with the number.
    public enum Kind: Sendable {
        /// Adds to a counter.
        case count
        /// Sets a gauge.
        case gauge
        /// One of many, for a histogram.
        case observation
    }

    /// What is done with the number.
    public let kind: Kind
    /// Lower-case letters, digits and `_`; at most 64 bytes.
    public let name: String
    /// Never infinite or NaN.
    public let value: Double
    /// At most eight, by name.
    public let labels: [(name: String, value: String)]
    /// The pipeline's name.
    public let pipeline: String
    /// The label of the stage.
    public let stage: String
}
