import Headgate

extension Exchange {
    /// `$context.resourcePath`: the path of the route that the request took, `/pets/{id}`.
    public var resourcePath: String {
        let routes = pipeline.routes
        guard routes.count > 1 else { return routes.first?.path ?? "/" }
        let method = request.method
        let fitting = routes.filter { $0.method == method } + routes.filter { $0.method == "ANY" }
        return (fitting.first(where: takes) ?? routes.first)?.path ?? "/"
    }

    /// Whether the route has the request's literal segments and gives the names that its variables got.
    private func takes(_ route: Route) -> Bool {
        let pieces = request.path.split(separator: "/", omittingEmptySubsequences: true)
        var parameters = pathParameters.map(\.name)[...]
        for (index, segment) in route.segments.enumerated() {
            switch segment {
            case .literal(let text):
                guard index < pieces.count, pieces[index] == text else { return false }
            case .parameter(let name), .greedy(let name):
                guard parameters.popFirst() == name else { return false }
            }
        }
        return parameters.isEmpty
    }
}
