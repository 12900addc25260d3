import Headgate

/// Where the host takes in what scripts log. Found in `StageServices` under `(any LuaHost).self`; without
/// one, log lines go to the trace of the exchange only.
public protocol LuaHost: Sendable {
    /// Called on the lane, for each line; must return quickly.
    func log(_ entry: LuaLogEntry)
}

/// A line that a script has logged.
public struct LuaLogEntry: Sendable {
    public enum Level: String, Sendable, CaseIterable {
        case debug, info, warn, error
    }

    public let level: Level
    /// At most 8,192 characters.
    public let message: String
    /// By name; texts as they are, other values as JSON.
    public let fields: [(name: String, value: String)]
    /// The line of the script that logged.
    public let location: SourceLocation?
    public let pipeline: String
    /// The label of the stage; nil while a module loads.
    public let stage: String?
    public let requestID: String?
}
