import Headgate

extension FieldType where Value == String {
    /// A name for people, logs and metrics: one line, up to 128 bytes.
    static let label = FieldType<String>.scalar(
        .text(format: "name"),
        expectation: "one line of text, up to 128 bytes",
    ) {
        scalar,
        _ throws(InvalidValue) in
        guard !scalar.text.isEmpty, scalar.text.utf8.count <= 128, HeaderSyntax.isFieldValue(scalar.text) else {
            throw InvalidValue()
        }
        return scalar.text
    }
}

extension FieldType where Value == Route {
    /// `GET /pets/{id}`.
    static let route = FieldType<Route>.scalar(.text(format: "route"), expectation: "a route such as GET /pets/{id}") {
        scalar,
        _ throws(InvalidValue) in
        do throws(InvalidRoute) {
            return try Route(parsing: scalar.text)
        } catch {
            throw InvalidValue(error.message, suggestion: error.suggestion)
        }
    }
}

extension FieldType where Value == [Route] {
    /// One route, or a list of them.
    static let routes = FieldType<[Route]>(
        .either([FieldType<Route>.route.shape, .list(of: FieldType<Route>.route.shape)]),
        expectation: FieldType<Route>.route.expectation,
    ) { node, context in
        guard case .sequence(let nodes) = node.value else {
            return FieldType<Route>.route.decode(node, context).map { [$0] }
        }
        guard !nodes.isEmpty else {
            context.mismatch(node, expected: "a route such as GET /pets/{id}, or several")
            return nil
        }
        return FieldType<[Route]>.list(of: .route).decode(node, context)
    }
}
