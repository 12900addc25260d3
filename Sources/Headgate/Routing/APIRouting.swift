/// Finds the API, the deployment stage and the pipeline of a request: by the host name
/// `{api}.execute-api.…`, by the stage in front of the path, and at the root without a stage.
struct APIRouting: Sendable {
    private struct Site: Sendable {
        let api: API
        let router: Router
        /// Carries exchanges that match none of the API's routes.
        let unrouted: Pipeline
        let firstSegments: Set<Route.Segment>
    }

    private var sites: [Site] = []

    init(_ pipelines: [Pipeline]) {
        var groups: [(api: API, pipelines: [Pipeline])] = []
        var indices: [ObjectIdentifier: Int] = [:]
        for pipeline in pipelines {
            guard let api = pipeline.api else { continue }
            if let index = indices[ObjectIdentifier(api)] {
                groups[index].pipelines.append(pipeline)
            } else {
                indices[ObjectIdentifier(api)] = groups.count
                groups.append((api, [pipeline]))
            }
        }
        sites = groups.map { group in
            Site(
                api: group.api,
                router: Router(group.pipelines),
                unrouted: Pipeline(name: "unrouted", routes: [], stages: [], api: group.api),
                firstSegments: Set(group.pipelines.flatMap { $0.routes.compactMap(\.segments.first) }),
            )
        }
    }

    var isEmpty: Bool { sites.isEmpty }

    /// nil where no API claims the request.
    func admit(_ request: inout MethodRequest, _ random: inout RandomSource) -> Generation.Admission? {
        if sites.isEmpty { return nil }
        let named = Self.apiID(ofHost: request.host)
        let candidates =
            named.map { id in sites.filter { $0.api.deployment.apiID.equalsIgnoringASCIICase(id) } } ?? sites
        guard !candidates.isEmpty else { return nil }
        overrideMethod(of: &request)
        var refused: Site?
        for site in candidates {
            guard let path = Self.path(request.path, without: site.api.deployment.name) else { continue }
            if let match = site.router.match(method: request.method, path: path) {
                request.path = path
                return admission(site, match, &random)
            }
            if refused == nil { refused = site }
        }
        if let refused {
            request.path = Self.path(request.path, without: refused.api.deployment.name) ?? request.path
            return refusal(refused, request, &random)
        }
        return admitAtRoot(request, candidates, isNamed: named != nil, &random)
    }

    /// Without a stage in front: whatever has the route, and else the API that has something like it.
    private func admitAtRoot(
        _ request: MethodRequest,
        _ candidates: [Site],
        isNamed: Bool,
        _ random: inout RandomSource,
    ) -> Generation.Admission? {
        for site in candidates {
            if let match = site.router.match(method: request.method, path: request.path) {
                return admission(site, match, &random)
            }
        }
        guard let first = request.path.split(separator: "/", maxSplits: 1).first else {
            return refusal(candidates[0], request, &random)
        }
        let segment = Route.Segment.literal(String(first))
        return candidates.first { $0.firstSegments.contains(segment) }.map { refusal($0, request, &random) }
    }

    private func admission(_ site: Site, _ match: Router.Match, _ random: inout RandomSource) -> Generation.Admission {
        Generation.Admission(
            match.pipeline,
            match.pathParameters,
            match.pipeline.deployment ?? site.api.deployment(&random),
        )
    }

    private func refusal(_ site: Site, _ request: MethodRequest, _ random: inout RandomSource) -> Generation.Admission {
        let failure = GatewayFailure.noRoute(authorization: request.headers.last("Authorization"))
        return Generation.Admission(site.unrouted, [], site.api.deployment(&random), refusal: failure)
    }

    /// `X-HTTP-Method-Override` replaces the method, if it names one that routes can have.
    private func overrideMethod(of request: inout MethodRequest) {
        guard let method = request.headers.first("X-HTTP-Method-Override")?.uppercased(),
            Route.anyMethods.contains(method)
        else {
            return
        }
        request.method = method
    }

    /// The first label of `{api}.execute-api.localhost`, whatever follows.
    private static func apiID(ofHost host: String?) -> String? {
        guard let host, host.utf8.contains(UInt8(ascii: ".")) else { return nil }
        let labels = host.split(separator: ".", maxSplits: 2)
        guard labels.count == 3, String(labels[1]).equalsIgnoringASCIICase("execute-api") else { return nil }
        return String(labels[0])
    }

    /// The path behind `/{stage}`, at least `/`; nil where it does not begin so.
    static func path(_ path: String, without stage: String) -> String? {
        var rest = path[...]
        while rest.utf8.first == UInt8(ascii: "/") { rest = rest.dropFirst() }
        guard rest.hasPrefix(stage) else { return nil }
        rest = rest.dropFirst(stage.count)
        if rest.isEmpty { return "/" }
        return rest.utf8.first == UInt8(ascii: "/") ? String(rest) : nil
    }
}
