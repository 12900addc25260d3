import Headgate
import MappingTemplates
import OrderedJSON

/// What templates of an exchange read. Nothing is made before a template asks for it.
extension TemplateBindings {
    init(_ exchange: Exchange, _ payload: [UInt8]) {
        self.init(
            payload: payload,
            parameters: ExchangeParameters(exchange: exchange),
            context: ExchangeContext(exchange: exchange),
            stageVariables: StageVariableMembers(exchange: exchange),
        )
    }
}

/// `$input.params`: the client's request, in response templates as well.
private struct ExchangeParameters: TemplateParameters {
    let exchange: Exchange

    func parameter(_ name: String, in group: ParameterGroup) -> String? {
        switch group {
        case .path: exchange.pathParameter(name)
        case .querystring: exchange.request.rawQuery == nil ? nil : exchange.query.last(name)
        case .header: ArrivalHeaders.last(exactly: name, of: exchange)
        }
    }

    func parameters(in group: ParameterGroup) -> [(name: String, value: String)] {
        switch group {
        case .path: exchange.pathParameters
        case .querystring: exchange.query.items.map { ($0.name, $0.value) }
        case .header: ArrivalHeaders.fields(of: exchange).map { ($0.name, $0.value) }
        }
    }
}

/// `$context`: what the gateway knows, then what stages put into ``Exchange/contextMembers``.
private struct ExchangeContext: TemplateMembers {
    let exchange: Exchange

    func member(_ name: String) -> TemplateMember? {
        if let member = ContextMember(rawValue: name) {
            if member == .requestTimeEpoch { return .value(.number(JSONNumber(exchange.receivedAtMilliseconds))) }
            return member.text(exchange).map { .string($0) } ?? .value(.null)
        }
        if name == "identity" { return .members(IdentityMembers(exchange: exchange)) }
        if let member = BackendMember(rawValue: name) {
            return member.text(exchange).map { .string($0) } ?? .value(.null)
        }
        if let shared = exchange.sharedContextValue([name]) { return .value(shared) }
        // Without an authorizer the object is there and empty, though it is not listed (recorded on the service).
        return name == "authorizer" ? .value(.object([:])) : nil
    }

    var memberNames: [String] {
        var names = ContextMember.allCases.map(\.rawValue)
        names.insert("identity", at: names.count - 3)
        for member in exchange.contextMembers where !names.contains(member.name) { names.append(member.name) }
        return names
    }
}

/// `$context.identity`.
private struct IdentityMembers: TemplateMembers {
    let exchange: Exchange

    func member(_ name: String) -> TemplateMember? {
        if let shared = exchange.sharedContextValue(["identity", name]) { return .value(shared) }
        guard let member = IdentityMember(rawValue: name) else { return nil }
        return member.text(exchange).map { .string($0) } ?? .value(.null)
    }

    var memberNames: [String] {
        var names = IdentityMember.allCases.map(\.rawValue)
        for name in exchange.sharedContextValue(["identity"])?.object?.keys ?? [] where !names.contains(name) {
            names.append(name)
        }
        return names
    }
}

/// `$stageVariables`.
private struct StageVariableMembers: TemplateMembers {
    let exchange: Exchange

    func member(_ name: String) -> TemplateMember? {
        exchange.deployment.variable(name).map { .string($0) }
    }

    var memberNames: [String] { exchange.deployment.variables.map(\.name) }
}
