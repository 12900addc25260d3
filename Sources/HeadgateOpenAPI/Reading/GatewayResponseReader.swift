import Headgate

/// Reads `x-amazon-apigateway-gateway-responses` and the GatewayResponse resource, which have the same keys.
struct GatewayResponseReader {
    let members: MemberReader
    let variables: DefinitionVariables

    /// By type.
    func responses(from node: ConfigurationNode?) -> [APIGatewayResponse] {
        members.mapping(node, "gateway responses").compactMap { entry in
            guard let type = type(entry.key, at: entry.keyLocation) else { return nil }
            return response(type, from: entry.value, at: entry.keyLocation)
        }
    }

    func type(_ name: String, at location: SourceLocation) -> GatewayResponseType? {
        if let type = GatewayResponseType.all.first(where: { $0.name.equalsIgnoringASCIICase(name) }) { return type }
        let names = GatewayResponseType.all.map(\.name)
        members.diagnostics.error(
            at: location,
            "Value '\(name)' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: "
                + "[\(names.joined(separator: ", "))]",
            suggestion: Suggestion.didYouMean(name, among: names),
        )
        return nil
    }

    func response(_ type: GatewayResponseType, from node: ConfigurationNode, at location: SourceLocation)
        -> APIGatewayResponse
    {
        var response = APIGatewayResponse(type: type)
        response.place = Place(location)
        members.warnOfUnknown(
            node,
            known: ["statusCode", "responseParameters", "responseTemplates"],
            in: "a gateway response",
        )
        response.statusCode = members.status(node["statusCode"], "statusCode")
        response.responseParameters = texts(node["responseParameters"], "responseParameters").map {
            Named($0.name, variables.apply(to: $0.value), at: $0.place)
        }
        response.responseTemplates = texts(node["responseTemplates"], "responseTemplates")
        for parameter in response.responseParameters {
            MappingExpressions(diagnostics: members.diagnostics).checkGatewayResponse(parameter)
        }
        return response
    }

    private func texts(_ node: ConfigurationNode?, _ name: String) -> [Named<LocatedText>] {
        members.mapping(node, name).compactMap { entry in
            if entry.value.isMapping {
                let text = DefinitionTree(entry.value).compactText
                let scalar = ConfigurationNode.Scalar(
                    text: text,
                    isPlain: false,
                    contentLocation: entry.value.location,
                )
                return Named(entry.key, LocatedText(scalar, at: entry.value.location), at: Place(entry.keyLocation))
            }
            return members.text(entry.value, entry.key).map { Named(entry.key, $0, at: Place(entry.keyLocation)) }
        }
    }
}
