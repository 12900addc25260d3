import Headgate

/// Where in a pipeline a script runs; also the name of the module's function that runs there.
enum ContextPhase: String, CaseIterable, Sendable {
    /// In front of the backend call.
    case request
    /// Behind it.
    case response
    /// After a stage has failed, with the response that the client would get.
    case error
    /// When the response is settled.
    case log

    /// The phase of a stage that runs for an exchange in the course.
    init(_ course: Course, _ exchange: Exchange) {
        switch course {
        case .main: self = exchange.integrationResponse == nil ? .request : .response
        case .failure: self = .error
        case .completion: self = .log
        }
    }

    /// Whether it comes after the pipeline, so that a failure there changes nothing.
    var isLate: Bool { self == .error || self == .log }

    /// The names of a module's functions that serve this phase, the first that it has.
    var functions: [String] {
        switch self {
        case .request: ["request", "authenticate", "run"]
        case .response: ["response", "run"]
        case .error: ["error"]
        case .log: ["log"]
        }
    }

    /// All names that mean something in a module, beside `init`.
    static let functionNames = ["authenticate", "request", "response", "run", "error", "log"]
}

/// The four views of an exchange, as owners of what scripts read and write. Raw values go through Lua.
enum ContextOwner: UInt32 {
    case request = 0
    case integrationRequest = 1
    case integrationResponse = 2
    case response = 3

    /// As scripts write it.
    var path: String {
        switch self {
        case .request: "ctx.request"
        case .integrationRequest: "ctx.integration.request"
        case .integrationResponse: "ctx.integration.response"
        case .response: "ctx.response"
        }
    }

    /// The phases in which members can be read.
    var readable: [ContextPhase] {
        switch self {
        case .request, .integrationRequest: ContextPhase.allCases
        case .integrationResponse, .response: [.response, .error, .log]
        }
    }

    /// The phases in which members can be changed.
    var writable: [ContextPhase] {
        switch self {
        case .request, .integrationResponse: []
        case .integrationRequest: [.request]
        case .response: [.response, .error]
        }
    }

    /// What to do instead, for a view that nobody can change.
    private var advice: String {
        switch self {
        case .request: "it is what the client sent; change ctx.integration.request"
        default: "it is what the backend answered; change ctx.response"
        }
    }

    func checkReadable(_ member: @autoclosure () -> String, in phase: ContextPhase) throws(LuaRaise) {
        if readable.contains(phase) { return }
        throw Self.unavailable("\(path).\(member())", in: phase, available: readable)
    }

    func checkWritable(_ member: @autoclosure () -> String, in phase: ContextPhase) throws(LuaRaise) {
        let phases = writable
        if phases.contains(phase) { return }
        if phases.isEmpty { throw .message("\(path).\(member()) is not available: \(advice)") }
        throw Self.unavailable("\(path).\(member())", in: phase, available: phases)
    }

    static func unavailable(_ member: String, in phase: ContextPhase, available: [ContextPhase]) -> LuaRaise {
        let names = available.map(\.rawValue).joined(separator: ", ")
        return .message("\(member) is not available in phase \(phase.rawValue) (available in: \(names))")
    }
}

/// The classes of objects that scripts see. Raw values are their numbers in CLua.
enum ContextClass: UInt32 {
    case context, request, integration, integrationRequest, integrationResponse, response, headers, query, body
    case variables, outcome, secret
}
