import OrderedJSON

/// The document that is compiled and those that it refers to, with the addresses that `id` gives to parts of them.
struct SchemaDocuments {
    /// A place in one of the documents.
    struct Place {
        var document: Int
        var pointer: String
        var value: JSONValue
        /// The URI that references at this place are relative to.
        var base: String
    }

    private struct Document {
        var root: JSONValue
        var address: String
        /// The base URI below a pointer, where an `id` changes it.
        var bases: [String: String] = [:]
    }

    private var documents: [Document] = []
    /// URI, with its fragment where that is a name, to what it addresses.
    private var places: [String: Place] = [:]
    private var unknown: Set<String> = []
    private let resolver: SchemaResolver

    init(_ root: JSONValue, address: String, resolver: SchemaResolver) {
        self.resolver = resolver
        add(root, at: address)
    }

    /// The whole of the document that is compiled.
    var root: Place {
        let document = documents[0]
        return Place(document: 0, pointer: "", value: document.root, base: document.bases[""] ?? document.address)
    }

    /// The address of a document other than the compiled one.
    func address(of document: Int) -> String? {
        document == 0 ? nil : documents[document].address
    }

    /// What a reference at a place points to; nil where there is nothing.
    mutating func resolve(_ reference: String, from place: Place) -> Place? {
        let uri = SchemaURI.resolve(reference, place.base)
        if let known = places[uri] { return known }
        let (address, fragment) = SchemaURI.split(uri)
        if let start = whole(address), let target = descend(from: start, fragment) { return target }
        // OpenAPI's references into a document that the schema was taken out of.
        return reference.hasPrefix("#") ? whole(reference) : nil
    }

    private mutating func whole(_ address: String) -> Place? {
        if let known = places[address] { return known }
        guard !unknown.contains(address) else { return nil }
        if let document = resolver(address) ?? (address == Metaschema.address ? Metaschema.document : nil) {
            add(document, at: address)
            return places[address]
        }
        unknown.insert(address)
        return nil
    }

    private func descend(from start: Place, _ pointer: String) -> Place? {
        guard let tokens = JSONPointer.tokens(pointer) else { return nil }
        var place = start
        for token in tokens {
            guard let value = place.value.child(token) else { return nil }
            place = child(of: place, token, value)
        }
        return place
    }

    /// A place below another.
    func child(of place: Place, _ token: String, _ value: JSONValue) -> Place {
        let pointer = JSONPointer.appending(token, to: place.pointer)
        let base = documents[place.document].bases[pointer] ?? place.base
        return Place(document: place.document, pointer: pointer, value: value, base: base)
    }

    private mutating func add(_ root: JSONValue, at address: String) {
        let index = documents.count
        documents.append(Document(root: root, address: address))
        places[address] = Place(document: index, pointer: "", value: root, base: address)
        var open = [Place(document: index, pointer: "", value: root, base: address)]
        while var place = open.popLast() {
            if let id = place.value["id"]?.string, place.value["$ref"] == nil {
                let uri = SchemaURI.resolve(id, place.base)
                let (address, fragment) = SchemaURI.split(uri)
                if fragment.isEmpty {
                    place.base = address
                    documents[index].bases[place.pointer] = address
                }
                places[fragment.isEmpty ? address : uri] = place
                if place.pointer.isEmpty { places[documents[index].address] = place }
            }
            for (token, value) in place.value.subschemas.reversed() {
                var child = place
                child.pointer += token
                child.value = value
                open.append(child)
            }
        }
    }
}

extension JSONValue {
    /// The schemas that stand directly within a schema, with their pointers from here.
    fileprivate var subschemas: [(pointer: String, value: JSONValue)] {
        guard case .object(let members) = self else { return [] }
        var found: [(String, JSONValue)] = []
        for (key, value) in members {
            switch key {
            case "properties", "patternProperties", "definitions", "dependencies":
                for (name, schema) in value.object ?? [:] where schema.kind == .object {
                    found.append((JSONPointer.appending(name, to: "/" + key), schema))
                }
            case "items", "additionalItems", "additionalProperties", "not":
                if value.kind == .object { found.append(("/" + key, value)) }
                fallthrough
            case "allOf", "anyOf", "oneOf":
                for (index, schema) in (value.array ?? []).enumerated() where schema.kind == .object {
                    found.append(("/\(key)/\(index)", schema))
                }
            default: continue
            }
        }
        return found
    }
}
