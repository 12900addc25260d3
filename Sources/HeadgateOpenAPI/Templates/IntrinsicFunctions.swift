import Headgate
import HeadgateDefinitions

/// Evaluates CloudFormation's functions (`Ref`, `Fn::Sub`, …) as far as that is possible without a stack:
/// pseudo parameters, parameters with their defaults, conditions and mappings exactly; resources by
/// placeholders, each reported once.
final class IntrinsicFunctions {
    private let template: ConfigurationNode?
    private let variables: DefinitionVariables
    private let directory: String?
    private let diagnostics: Diagnostics
    /// Bounds conditions and includes that lead back to themselves.
    private var depth = 0

    private static let deepest = 32

    /// - Parameter template: with its `Parameters`, `Conditions`, `Mappings` and `Resources`; nil for a plain document.
    init(template: ConfigurationNode?, variables: DefinitionVariables, directory: String?, diagnostics: Diagnostics) {
        self.template = template
        self.variables = variables
        self.directory = directory
        self.diagnostics = diagnostics
    }

    /// The node with its functions evaluated; nil where it is `AWS::NoValue`.
    func evaluate(_ node: ConfigurationNode) -> ConfigurationNode? {
        switch node.value {
        case .null, .scalar:
            return node
        case .sequence(let nodes):
            return ConfigurationNode(.sequence(nodes.compactMap(evaluate)), at: node.location)
        case .mapping(let entries):
            if entries.count == 1, let result = function(entries[0], at: node.location) { return result.node }
            return ConfigurationNode(.mapping(entries.flatMap(members)), at: node.location)
        }
    }

    private func members(_ entry: ConfigurationNode.Entry) -> [ConfigurationNode.Entry] {
        if entry.key == "Fn::Transform" { return included(entry)?.entries ?? [] }
        guard let value = evaluate(entry.value) else { return [] }
        return [ConfigurationNode.Entry(key: entry.key, keyLocation: entry.keyLocation, value: value)]
    }

    /// `node` is nil for `AWS::NoValue`.
    private struct Result {
        var node: ConfigurationNode?
    }

    /// nil where the entry is no function.
    private func function(_ entry: ConfigurationNode.Entry, at location: SourceLocation) -> Result? {
        let argument = entry.value
        switch entry.key {
        case "Ref":
            guard let name = argument.text else { return nil }
            if name == "AWS::NoValue" { return Result(node: nil) }
            return Result(node: text(reference(name, at: argument.location), at: argument))
        case "Fn::GetAtt": return attribute(argument).map { Result(node: text($0, at: argument)) }
        case "Fn::Sub": return Result(node: substitution(argument))
        case "Fn::Join": return Result(node: join(argument))
        case "Fn::If": return Result(node: choice(argument))
        case "Fn::Select": return Result(node: selection(argument))
        case "Fn::Split": return Result(node: pieces(argument))
        case "Fn::FindInMap": return Result(node: mapped(argument))
        case "Fn::Transform": return Result(node: included(entry))
        case "Fn::ImportValue":
            let name = evaluate(argument)?.text ?? "import"
            return Result(node: text(unknown(name, nil, nil, at: argument.location), at: argument))
        case let name where name.hasPrefix("Fn::"):
            diagnostics.warning(
                at: entry.keyLocation,
                "\(name) is not evaluated",
                expected:
                    "expected one of: Ref, Fn::Sub, Fn::GetAtt, Fn::Join, Fn::If, Fn::Select, Fn::Split, Fn::FindInMap",
            )
            return Result(node: text("unknown", at: argument))
        default: return nil
        }
    }

    /// A text in place of `node`, with the place of what it was made from.
    private func text(_ text: String, at node: ConfigurationNode) -> ConfigurationNode {
        var scalar = ConfigurationNode.Scalar(text: text, isPlain: false, contentLocation: node.location)
        if case .scalar(let written) = node.value {
            scalar.contentLocation = written.contentLocation
            scalar.blockColumn = written.blockColumn
        }
        return ConfigurationNode(.scalar(scalar), at: node.location)
    }

    // MARK: Names

    private func reference(_ name: String, before: String = "", at location: SourceLocation) -> String {
        if let value = variables.pseudo(name) ?? variables.given(name) { return value }
        if let parameter = template?["Parameters"]?[name] {
            if let value = parameter["Default"]?.text { return value }
            return unknown(name, nil, nil, before: before, at: location)
        }
        let resource = template?["Resources"]?[name]
        let type = resource?["Type"]?.text
        let given = Self.nameProperty(of: type).flatMap { resource?["Properties"]?[$0]?.text }
        return unknown(name, nil, type, before: before, named: given, at: location)
    }

    private func attribute(_ argument: ConfigurationNode) -> String? {
        let parts: [String]
        switch argument.value {
        case .scalar(let scalar): parts = scalar.text.split(separator: ".", maxSplits: 1).map(String.init)
        case .sequence(let nodes): parts = nodes.compactMap { evaluate($0)?.text }
        default: return nil
        }
        guard parts.count >= 2 else { return nil }
        return attribute(parts[1...].joined(separator: "."), of: parts[0], at: argument.location)
    }

    private func attribute(_ attribute: String, of name: String, before: String = "", at location: SourceLocation)
        -> String
    {
        if let given = variables.given(name + "." + attribute) { return given }
        let resource = template?["Resources"]?[name]
        let type = resource?["Type"]?.text
        let given = Self.nameProperty(of: type).flatMap { resource?["Properties"]?[$0]?.text }
        return unknown(name, attribute, type, before: before, named: given, at: location)
    }

    /// A value that only a stack has.
    private func unknown(
        _ name: String,
        _ attribute: String?,
        _ type: String?,
        before: String = "",
        named given: String? = nil,
        at location: SourceLocation,
    ) -> String {
        // Parts of an API refer to each other by their logical ids; nothing is missing there.
        if let type, type.hasPrefix("AWS::ApiGateway::") || type == "AWS::Serverless::Api" { return name }
        let value = variables.placeholders.value(of: given ?? name, attribute: attribute, type: type, before: before)
        variables.report(attribute.map { name + "." + $0 } ?? name, at: location, placeholder: value)
        return value
    }

    /// The property that names a resource, where its author chose the name.
    private static func nameProperty(of type: String?) -> String? {
        switch type {
        case "AWS::Serverless::Function", "AWS::Lambda::Function": "FunctionName"
        case "AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable": "TableName"
        case "AWS::SQS::Queue": "QueueName"
        case "AWS::SNS::Topic": "TopicName"
        case "AWS::S3::Bucket": "BucketName"
        case "AWS::Kinesis::Stream": "Name"
        case "AWS::IAM::Role": "RoleName"
        case "AWS::StepFunctions::StateMachine": "StateMachineName"
        case "AWS::Serverless::StateMachine": "Name"
        default: nil
        }
    }

    // MARK: Texts

    /// `Fn::Sub: text`, or `[text, {name: value}]`. `${!name}` is `${name}`.
    private func substitution(_ argument: ConfigurationNode) -> ConfigurationNode {
        var template = argument
        var locals: [String: String] = [:]
        if case .sequence(let nodes) = argument.value, let first = nodes.first {
            template = first
            for entry in nodes.dropFirst().first?.entries ?? [] {
                locals[entry.key] = evaluate(entry.value)?.text ?? ""
            }
        }
        guard let written = template.text else {
            diagnostics.error(at: argument.location, "Fn::Sub has \(template.found)", expected: "expected a text")
            return text("", at: argument)
        }
        let result = DefinitionVariables.replace(in: written) { name, before in
            if name.hasPrefix("!") { return "${" + name.dropFirst() + "}" }
            if let value = locals[name] { return value }
            if name.hasPrefix("stageVariables.") { return nil }
            guard let dot = name.firstIndex(of: ".") else {
                return reference(name, before: before, at: template.location)
            }
            if let value = variables.given(name) { return value }
            return attribute(
                String(name[name.index(after: dot)...]),
                of: String(name[..<dot]),
                before: before,
                at: template.location,
            )
        }
        return text(result, at: template)
    }

    private func join(_ argument: ConfigurationNode) -> ConfigurationNode? {
        guard case .sequence(let nodes) = argument.value, nodes.count == 2, let separator = nodes[0].text else {
            diagnostics.error(
                at: argument.location,
                "Fn::Join cannot be read",
                expected: "expected [SEPARATOR, [TEXT, …]]",
            )
            return nil
        }
        let values = evaluate(nodes[1])?.elements.compactMap(\.text) ?? []
        return text(values.joined(separator: separator), at: argument)
    }

    private func pieces(_ argument: ConfigurationNode) -> ConfigurationNode? {
        guard case .sequence(let nodes) = argument.value, nodes.count == 2, let separator = nodes[0].text?.first,
            let whole = evaluate(nodes[1])?.text
        else { return nil }
        let pieces = whole.split(separator: separator, omittingEmptySubsequences: false)
        return ConfigurationNode(.sequence(pieces.map { text(String($0), at: nodes[1]) }), at: argument.location)
    }

    private func selection(_ argument: ConfigurationNode) -> ConfigurationNode? {
        guard case .sequence(let nodes) = argument.value, nodes.count == 2,
            let index = evaluate(nodes[0])?.text.flatMap(Int.init),
            let list = evaluate(nodes[1])?.elements, list.indices.contains(index)
        else { return nil }
        return list[index]
    }

    private func mapped(_ argument: ConfigurationNode) -> ConfigurationNode? {
        let keys = argument.elements.compactMap { evaluate($0)?.text }
        guard keys.count >= 3, let value = template?["Mappings"]?[keys[0]]?[keys[1]]?[keys[2]] else {
            diagnostics.warning(
                at: argument.location,
                "the mapping has no such value",
                expected: "expected [MAP, KEY, KEY]",
            )
            return text("unknown", at: argument)
        }
        return value
    }

    // MARK: Conditions

    private func choice(_ argument: ConfigurationNode) -> ConfigurationNode? {
        guard case .sequence(let nodes) = argument.value, nodes.count == 3, let name = nodes[0].text else {
            diagnostics.error(
                at: argument.location,
                "Fn::If cannot be read",
                expected: "expected [CONDITION, THEN, ELSE]",
            )
            return nil
        }
        return evaluate(holds(named: name, at: nodes[0].location) ? nodes[1] : nodes[2])
    }

    /// Whether a resource's or an `Fn::If`'s condition holds; false for one that is not known.
    func holds(named name: String, at location: SourceLocation) -> Bool {
        if let given = variables.given(name) { return given == "true" }
        guard let condition = template?["Conditions"]?[name] else {
            variables.report(name, at: location, placeholder: "false")
            return false
        }
        return holds(condition)
    }

    private func holds(_ node: ConfigurationNode) -> Bool {
        guard depth < Self.deepest, let entry = node.entries.first else { return false }
        depth += 1
        defer { depth -= 1 }
        let arguments = entry.value.elements
        switch entry.key {
        case "Fn::Equals":
            return arguments.count == 2 && evaluate(arguments[0])?.text == evaluate(arguments[1])?.text
        case "Fn::Not": return !(arguments.first.map(holds) ?? false)
        case "Fn::And": return arguments.allSatisfy(holds)
        case "Fn::Or": return arguments.contains(where: holds)
        case "Condition": return entry.value.text.map { holds(named: $0, at: entry.value.location) } ?? false
        default: return false
        }
    }

    // MARK: Files

    /// `Fn::Transform: {Name: AWS::Include, Parameters: {Location: FILE}}` with a local file.
    private func included(_ entry: ConfigurationNode.Entry) -> ConfigurationNode? {
        let name = entry.value["Name"]?.text
        guard name == "AWS::Include" else {
            diagnostics.warning(
                at: entry.keyLocation,
                "the transform \((name ?? "nothing").quotedForMessage) is not applied",
            )
            return nil
        }
        guard let location = entry.value["Parameters"]?["Location"].flatMap(evaluate), let file = location.text else {
            diagnostics.error(
                at: entry.keyLocation,
                "AWS::Include has no Location",
                expected: "expected Parameters: {Location: FILE}",
            )
            return nil
        }
        return document(file, at: location.location).flatMap(evaluate)
    }

    /// A file that the template names, relative to the template.
    func document(_ file: String, at location: SourceLocation) -> ConfigurationNode? {
        guard !file.hasPrefix("s3://"), !file.contains("://") else {
            diagnostics.error(
                at: location,
                "\(file.quotedForMessage) is no local file",
                expected: "expected a path relative to the template, as before sam package",
            )
            return nil
        }
        guard depth < Self.deepest else {
            diagnostics.error(at: location, "files include each other more than \(Self.deepest) deep")
            return nil
        }
        depth += 1
        defer { depth -= 1 }
        let path = file.hasPrefix("/") || directory == nil ? file : (directory ?? ".") + "/" + file
        variables.options.consulted?.add(path)
        return ConfigurationDocument.read(path: path, tags: .functions, diagnostics)
    }
}
