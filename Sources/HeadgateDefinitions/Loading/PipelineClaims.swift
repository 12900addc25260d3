import Headgate

/// Which pipeline has which route and which name, across all files of a generation.
struct PipelineClaims {
    private var routes: [String: (route: Route, location: SourceLocation)] = [:]
    private var names: [String: SourceLocation] = [:]

    /// Takes the routes of a pipeline, good or bad; what cannot be read as a route has been reported.
    /// False, after a report, if one of them is taken.
    /// - Parameter node: the value of `route`, as it was written.
    mutating func claim(route node: ConfigurationNode?, _ diagnostics: Diagnostics) -> Bool {
        guard let node else { return true }
        var nodes = [node]
        if case .sequence(let several) = node.value { nodes = several }
        var areFree = true
        for node in nodes {
            guard case .scalar(let scalar) = node.value, let route = try? Route(parsing: scalar.text) else { continue }
            guard let taken = routes[route.collisionKey] else {
                routes[route.collisionKey] = (route, node.location)
                continue
            }
            areFree = false
            let other = taken.route == route ? "" : "\(taken.route) matches the same requests; "
            diagnostics.error(
                at: node.location,
                "the route \(route) is taken",
                expected: "\(other)it is served by the pipeline at \(taken.location)",
                suggestion: "change one of the two routes, or remove one of the pipelines",
            )
        }
        return areFree
    }

    /// False, after a report, if another pipeline has the name.
    mutating func claim(name: String, at location: SourceLocation, _ diagnostics: Diagnostics) -> Bool {
        guard let first = names[name] else {
            names[name] = location
            return true
        }
        diagnostics.error(
            at: location,
            "two pipelines are named \(name.quotedForMessage)",
            expected: "the other one is at \(first)",
            suggestion: "give one of them another name",
        )
        return false
    }
}
