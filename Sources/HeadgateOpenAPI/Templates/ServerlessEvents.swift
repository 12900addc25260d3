import Headgate

/// SAM's functions with events of type `Api`: each is a method of type aws_proxy.
struct ServerlessEvents {
    let resources: [TemplateAPIs.Resource]
    let members: MemberReader
    let variables: DefinitionVariables

    private struct Event {
        let function: TemplateAPIs.Resource
        let location: SourceLocation
        let path: String
        let verb: String
        /// nil for the implicit API.
        let api: String?
    }

    private func events() -> [Event] {
        resources.filter { $0.type == "AWS::Serverless::Function" }.flatMap { function in
            (function.properties["Events"]?.entries ?? []).compactMap { entry in
                let event = entry.value["Properties"]
                guard let path = event?["Path"]?.text, let method = event?["Method"]?.text else { return nil }
                let written = function.written["Events"]?[entry.key]?["Properties"]?["RestApiId"]
                let api = TemplateAPIs.Resource.logicalID(written) ?? written?.text
                let verb = method.lowercased() == "any" ? "ANY" : method.uppercased()
                return Event(function: function, location: entry.keyLocation, path: path, verb: verb, api: api)
            }
        }
    }

    /// Methods of an API that its document does not have.
    func addMethods(to api: inout RestAPI, of resource: TemplateAPIs.Resource) {
        add(events().filter { $0.api == resource.id }, to: &api)
    }

    /// The API that SAM makes for events that name none.
    func implicitAPI(at location: SourceLocation) -> RestAPI? {
        let events = events().filter { $0.api == nil || $0.api == "ServerlessRestApi" }
        guard !events.isEmpty else { return nil }
        var api = RestAPI(name: variables.options.stackName)
        api.place = Place(location)
        api.stage = DeploymentStage(name: "Prod")
        add(events, to: &api)
        return api
    }

    private func add(_ events: [Event], to api: inout RestAPI) {
        for event in events {
            let path = OpenAPIReader.joined("", event.path)
            if api.methods.contains(where: { $0.path == path && $0.verb == event.verb && $0.integration != nil }) {
                continue
            }
            api.methods.removeAll { $0.path == path && $0.verb == event.verb }
            var method = APIMethod(path: path, verb: event.verb)
            method.place = Place(event.location)
            for name in PathRules.variables(of: path) {
                method.parameters.append(MethodParameter(.path, name, isRequired: true))
            }
            var integration = APIIntegration(kind: .awsProxy)
            integration.place = Place(event.location)
            integration.httpMethod = "POST"
            let name = event.function.written["FunctionName"]?.text ?? event.function.id
            let arn = variables.placeholders.value(of: name, attribute: "Arn", type: event.function.type)
            let uri = Self.invocationURI(of: arn, variables.options)
            let scalar = ConfigurationNode.Scalar(text: uri, isPlain: false, contentLocation: event.location)
            integration.uri = LocatedText(scalar, at: event.location)
            method.integration = integration
            api.methods.append(method)
        }
    }

    static func invocationURI(of function: String, _ options: DefinitionOptions) -> String {
        if function.hasPrefix("arn:\(options.partition):apigateway:") { return function }
        return
            "arn:\(options.partition):apigateway:\(options.region):lambda:path/2015-03-31/functions/\(function)/invocations"
    }
}
