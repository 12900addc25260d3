import Headgate

/// The shared `config` and `credentials` files of AWS's tools: profiles, and sections of services.
struct SharedConfiguration: Sendable, Equatable {
    /// The settings of one section.
    struct Profile: Sendable, Equatable {
        fileprivate(set) var values: [String: String] = [:]
        /// Settings that are indented under another: `dynamodb =` with `endpoint_url = …` below.
        fileprivate(set) var nested: [String: [String: String]] = [:]

        subscript(key: String) -> String? { values[key] }
        subscript(outer: String, inner: String) -> String? { nested[outer]?[inner] }
    }

    private(set) var profiles: [String: Profile] = [:]
    private(set) var services: [String: Profile] = [:]

    /// Reads a file's text.
    /// - Parameter isCredentials: whether sections are profiles by their bare name, as in the credentials file.
    /// - Throws: ``CredentialsProblem`` with file and line for what cannot be read; no value is repeated in it.
    mutating func read(_ text: String, file: String, isCredentials: Bool) throws(CredentialsProblem) {
        var section: Section?
        var outer: String?
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let isIndented = line.first == " " || line.first == "\t"
            let content = Self.trimmed(line)
            if content.isEmpty || content.first == "#" || content.first == ";" { continue }
            if content.first == "[", !isIndented {
                guard let close = content.firstIndex(of: "]") else {
                    throw CredentialsProblem("\(file):\(number): the section has no \"]\"")
                }
                let name = Self.trimmed(content[content.index(after: content.startIndex)..<close])
                section = Section(name, isCredentials: isCredentials)
                outer = nil
                continue
            }
            guard let section else {
                throw CredentialsProblem(
                    "\(file):\(number): found a setting before the first section such as [default]"
                )
            }
            guard let equals = content.firstIndex(of: "=") else {
                throw CredentialsProblem("\(file):\(number): expected NAME = VALUE or a section such as [default]")
            }
            let key = Self.trimmed(content[..<equals]).lowercased()
            var value = Self.trimmed(content[content.index(after: equals)...])
            if let comment = value.range(of: " #") ?? value.range(of: " ;") { value = Self.trimmed(value[..<comment]) }
            guard !key.isEmpty else { throw CredentialsProblem("\(file):\(number): the setting has no name") }
            if isIndented, let outer {
                change(section) { $0.nested[outer, default: [:]][key] = String(value) }
            } else {
                change(section) { $0.values[key] = String(value) }
                outer = value.isEmpty ? key : nil
            }
        }
    }

    private enum Section {
        case profile(String), services(String), other

        init(_ name: Substring, isCredentials: Bool) {
            let words = name.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if isCredentials || name == "default" {
                self = .profile(String(name))
            } else if words.count == 2, words[0] == "profile" {
                self = .profile(String(words[1]).trimmingQuotes)
            } else if words.count == 2, words[0] == "services" {
                self = .services(String(words[1]).trimmingQuotes)
            } else {
                self = .other
            }
        }
    }

    private mutating func change(_ section: Section, _ body: (inout Profile) -> Void) {
        switch section {
        case .profile(let name): body(&profiles[name, default: Profile()])
        case .services(let name): body(&services[name, default: Profile()])
        case .other: break
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        func isBlank(_ character: Character) -> Bool {
            character == " " || character == "\t" || character == "\r" || character == "\r\n"
        }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}

extension String {
    fileprivate var trimmingQuotes: String {
        guard utf8.count >= 2, let first, first == last, first == "\"" || first == "'" else { return self }
        return String(dropFirst().dropLast())
    }
}

extension Substring {
    fileprivate func range(of pattern: String) -> String.Index? {
        var rest = self
        while let index = rest.firstIndex(of: pattern.first ?? " ") {
            if self[index...].hasPrefix(pattern) { return index }
            rest = rest[rest.index(after: index)...]
        }
        return nil
    }
}
