/// Finds the pipeline for a method and a path, with API Gateway's precedence: per segment a literal
/// before `{name}` before `{name+}`, going back where a branch has no match for the rest or no such
/// method; on one resource the method itself before `ANY`.
///
/// The cost depends on the number of segments, not on the number of routes.
public struct Router: Sendable {
    /// A match: the pipeline and the values of the path's variables, raw.
    public struct Match: Sendable {
        /// The pipeline whose route fits best.
        public let pipeline: Pipeline
        /// By the names of that route, in the order of the path.
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

    /// A router of the pipelines' routes. Of two that match the same requests the first counts; readers report that
    /// before.
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
        var path = path
        return path.withUTF8 { bytes in
            // Room for as many segments as there can be: little, so that it is found on the stack.
            let capacity = min(bytes.reduce(1) { $0 + ($1 == UInt8(ascii: "/") ? 1 : 0) }, Self.maximumSegments)
            return withUnsafeTemporaryAllocation(of: Range<Int>.self, capacity: capacity) { pieces in
                guard let pieces = Self.split(bytes, into: pieces) else { return nil }
                var search = Search(method: method, bytes: bytes, pieces: pieces)
                guard let leaf = find(&search, 0, node: 0) else { return nil }
                return Match(pipeline: leaf.pipeline, pathParameters: search.parameters(of: leaf.route))
            }
        }
    }

    /// Whether any method is served at this path.
    public func hasPath(_ path: String) -> Bool {
        (Route.anyMethods).contains { match(method: $0, path: path) != nil }
    }

    /// Where the segments are; nil when there are more than fit. None for the root.
    private static func split(
        _ path: UnsafeBufferPointer<UInt8>,
        into pieces: UnsafeMutableBufferPointer<Range<Int>>,
    ) -> UnsafeBufferPointer<Range<Int>>? {
        let slash = UInt8(ascii: "/")
        var start = path.firstIndex { $0 != slash } ?? path.count
        let end = start < path.count && path[path.count - 1] == slash ? path.count - 1 : path.count
        var count = 0
        while start < end || count > 0 {
            guard count < pieces.count else { return nil }
            var stop = start
            while stop < end, path[stop] != slash { stop += 1 }
            pieces.initializeElement(at: count, to: start..<stop)
            count += 1
            if stop == end { break }
            start = stop + 1
        }
        return UnsafeBufferPointer(rebasing: pieces[..<count])
    }

    /// A request's method and segments while its route is looked for.
    private struct Search {
        let method: String
        let bytes: UnsafeBufferPointer<UInt8>
        let pieces: UnsafeBufferPointer<Range<Int>>
        /// Bounds the work of paths that make many branches fail late.
        var budget = 4096

        func text(_ range: Range<Int>) -> String {
            String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
        }

        func parameters(of route: Route) -> [(name: String, value: String)] {
            var values: [(name: String, value: String)] = []
            for (index, segment) in route.segments.enumerated() {
                switch segment {
                case .literal: continue
                case .parameter(let name): values.append((name, text(pieces[index])))
                case .greedy(let name):
                    values.append((name, text(pieces[index].lowerBound..<pieces[pieces.count - 1].upperBound)))
                }
            }
            return values
        }
    }

    /// Depth-first.
    private func find(_ search: inout Search, _ index: Int, node: Int) -> Leaf? {
        search.budget -= 1
        guard search.budget > 0 else { return nil }
        if index == search.pieces.count { return leaf(nodes[node].leaves, search.method) }
        let piece = search.pieces[index]
        if !nodes[node].literals.isEmpty, let literal = nodes[node].literals[search.text(piece)],
            let found = find(&search, index + 1, node: literal)
        {
            return found
        }
        if let parameter = nodes[node].parameter, !piece.isEmpty,
            let found = find(&search, index + 1, node: parameter)
        {
            return found
        }
        guard let greedy = nodes[node].greedy else { return nil }
        return leaf(nodes[greedy].leaves, search.method)
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
