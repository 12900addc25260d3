import Headgate

/// What API Gateway says about resources, for a whole API.
struct PathRules {
    let diagnostics: Diagnostics

    /// The names in braces, without `+`.
    static func variables(of path: String) -> [String] {
        path.split(separator: "/").compactMap { piece in
            guard piece.first == "{", piece.last == "}" else { return nil }
            let name = piece.dropFirst().dropLast()
            return String(name.last == "+" ? name.dropLast() : name)
        }
    }

    func check(_ methods: [APIMethod]) {
        var routes: Set<String> = []
        var variables: [String: String] = [:]
        var checked: Set<String> = []
        for method in methods {
            if !routes.insert(method.route).inserted {
                diagnostics.error(
                    at: method.place.location,
                    "Method already exists for this resource",
                    expected: "found \(method.route) twice",
                )
            }
            if checked.insert(method.path).inserted { check(method.path, &variables, at: method.place.location) }
        }
    }

    private func check(_ path: String, _ variables: inout [String: String], at location: SourceLocation) {
        var parent = ""
        var names: Set<String> = []
        let pieces = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        for (index, piece) in pieces.enumerated() {
            guard Self.isPart(piece) else {
                diagnostics.error(
                    at: location,
                    "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the "
                        + "beginning and the end.",
                    expected: "found \(piece.quotedForMessage) in \(path)",
                )
                return
            }
            if piece.hasSuffix("+}"), index < pieces.count - 1 {
                diagnostics.error(
                    at: location,
                    "Cannot create a child of a resource with a greedy path variable: \(piece)",
                )
                return
            }
            if piece.first == "{" {
                if let sibling = variables[parent], sibling != piece {
                    diagnostics.error(
                        at: location,
                        "A sibling (\(sibling)) of this resource already has a variable path part -- only one is allowed",
                        expected: "found \(piece) in \(path)",
                    )
                    return
                }
                variables[parent] = piece
                if !names.insert(piece).inserted {
                    diagnostics.error(at: location, "the variable \(piece) stands twice in \(path)")
                    return
                }
            }
            parent += "/" + piece
        }
    }

    /// `[A-Za-z0-9._\-:,]+`, `{name}` or `{name+}`.
    private static func isPart(_ piece: String) -> Bool {
        var name = piece[...]
        if piece.first == "{" {
            guard piece.last == "}" else { return false }
            name = name.dropFirst().dropLast()
            if name.last == "+" { name = name.dropLast() }
        }
        let others: Set<UInt8> = Set("._-:,$~@!*'()&=;%".utf8).subtracting(
            piece.first == "{" ? Set(":,~@!*'()&=;%".utf8) : Set("$~@!*'()&=;%".utf8)
        )
        return !name.isEmpty
            && name.utf8.allSatisfy {
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || others.contains($0)
            }
    }
}
