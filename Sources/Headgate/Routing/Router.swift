/// Finds the pipeline for a method and a path, with API Gateway's precedence: per segment a literal
/// before `{name}` before `{name+}`, going back where a branch has no match for the rest or no such
/// method; on one resource the method itself before `ANY`.
///
/// The cost depends on the number of segments, not on the number of routes.
public struct Router: Sendable {
    /// A match: the pipeline and the values of the path's variables, raw.
    public struct Match: Sendable {
        public let pipeline: Pipeline
        public let pathParameters: [(name: String, value: String)]
    }

    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var greedy: Int?
        /// Each method's pipeline, with its own route, whose names the variables get.
        var leaves: [Leaf] = []
    }

    private struct Leaf: Sendable {
        let route: Route
        let pipeline: Pipeline
    }

    private var nodes: [Node] = [Node()]

    /// Requests with more segments than this match nothing but are answered as quickly.
    private static let maximumSegments = 512

    public init(_ pipelines: [Pipeline] = []) {
        for pipeline in pipelines { insert(pipeline) }
    }

    private mutating func insert(_ pipeline: Pipeline) {
        for route in pipeline.routes {
            var at = 0
            for segment in route.segments {
                at = child(of: at, for: segment)
            }
            if !nodes[at].leaves.contains(where: { $0.route.method == route.method }) {
                nodes[at].leaves.append(Leaf(route: route, pipeline: pipeline))
            }
        }
    }

    private mutating func child(of node: Int, for segment: Route.Segment) -> Int {
        switch segment {
        case .literal(let text):
            if let found = nodes[node].literals[text] { return found }
            nodes.append(Node())
            nodes[node].literals[text] = nodes.count - 1
        case .parameter:
            if let found = nodes[node].parameter { return found }
            nodes.append(Node())
            nodes[node].parameter = nodes.count - 1
        case .greedy:
            if let found = nodes[node].greedy { return found }
            nodes.append(Node())
            nodes[node].greedy = nodes.count - 1
        }
        return nodes.count - 1
    }

    /// - Parameters:
    ///   - method: as sent; compared with case.
    ///   - path: as sent, percent-encoding kept, without query. A trailing slash and repeated leading
    ///     slashes do not count (recorded on the service).
    public func match(method: String, path: String) -> Match? {
        let pieces = Self.segments(of: path)
        guard pieces.count <= Self.maximumSegments else { return nil }
        var budget = 4096
        guard let leaf = find(method, pieces, 0, node: 0, budget: &budget) else { return nil }
        return Match(pipeline: leaf.pipeline, pathParameters: Self.parameters(of: leaf.route, in: pieces))
    }

    /// Whether any method is served at this path.
    public func hasPath(_ path: String) -> Bool {
        (Route.anyMethods).contains { match(method: $0, path: path) != nil }
    }

    private static func segments(of path: String) -> [Substring] {
        var rest = path[...]
        while rest.utf8.first == UInt8(ascii: "/") { rest = rest.dropFirst() }
        if rest.utf8.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        if rest.isEmpty { return [] }
        return rest.split(separator: "/", omittingEmptySubsequences: false)
    }

    private static func parameters(of route: Route, in pieces: [Substring]) -> [(name: String, value: String)] {
        var values: [(name: String, value: String)] = []
        for (index, segment) in route.segments.enumerated() {
            switch segment {
            case .literal: continue
            case .parameter(let name): values.append((name, String(pieces[index])))
            case .greedy(let name): values.append((name, pieces[index...].joined(separator: "/")))
            }
        }
        return values
    }

    /// Depth-first. `budget` bounds the work of paths that make many branches fail late.
    private func find(
        _ method: String,
        _ pieces: [Substring],
        _ index: Int,
        node: Int,
        budget: inout Int,
    ) -> Leaf? {
        budget -= 1
        guard budget > 0 else { return nil }
        if index == pieces.count { return leaf(nodes[node].leaves, method) }
        if !nodes[node].literals.isEmpty, let literal = nodes[node].literals[String(pieces[index])],
            let found = find(method, pieces, index + 1, node: literal, budget: &budget)
        {
            return found
        }
        if let parameter = nodes[node].parameter, !pieces[index].isEmpty,
            let found = find(method, pieces, index + 1, node: parameter, budget: &budget)
        {
            return found
        }
        guard let greedy = nodes[node].greedy else { return nil }
        return leaf(nodes[greedy].leaves, method)
    }

    private func leaf(_ leaves: [Leaf], _ method: String) -> Leaf? {
        var any: Leaf?
        for leaf in leaves {
            if leaf.route.method == method { return leaf }
            if leaf.route.method == "ANY" { any = leaf }
        }
        return Route.anyMethods.contains(method) ? any : nil
    }
}
