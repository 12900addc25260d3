import JSONPath
import OrderedJSON

/// `$input`: the payload and the request's parameters.
extension Renderer {
    mutating func callInput(_ method: Method, _ arguments: Arguments) throws(Interruption) -> Value {
        switch (method, arguments.count) {
        case (.body, 0), (.getBody, 0): return body
        case (.params, 0): return parameters()
        case (.params, 1):
            guard let name = swiftString(arguments[0]) else { return .null }
            return try parameter(name)
        case (.path, 1), (.json, 1):
            guard let expression = swiftString(arguments[0]) else {
                if arguments[0].isNull { throw nullArgument(method) }
                return .null
            }
            try spend(4 + expression.utf8.count)
            return try input(method, CompiledPath(expression))
        default: return .null
        }
    }

    /// A call with a constant path, which was compiled with the template.
    mutating func inputCall(_ step: UnsafePointer<Step>) throws(Interruption) -> Value {
        line = step.pointee.line
        guard let method = step.pointee.method else { return .null }
        return try input(method, program.paths[Int(step.pointee.path)])
    }

    /// The text of the payload; an empty one reads as `{}`.
    private var body: Value { .text(bindings.payload.isEmpty ? Array("{}".utf8) : bindings.payload) }

    // MARK: Payload

    /// The number of the parsed payload.
    mutating func payloadDocument() throws(Interruption) -> Int32 {
        if payload >= 0 { return payload }
        payload = try parse(bindings.payload.isEmpty ? Array("{}".utf8) : bindings.payload, "the payload")
        return payload
    }

    /// Parses JSON as the service does, which is not strict; the number of the document.
    mutating func parse(_ text: [UInt8], _ what: String) throws(Interruption) -> Int32 {
        try spend(8 + text.count >> 5)
        do throws(JSONParseError) {
            let document = try JSONDocument(permissive: text, limits: limits.json)
            documents.append(document)
            tapes.append(document.withTape { $0 })
            return Int32(documents.count - 1)
        } catch {
            throw fail(error.reason == .limit ? .limit : .payload, "\(what) is no JSON: \(error)")
        }
    }

    /// Where a plain path leads in the payload; nil if the path is not plain, -1 if it leads nowhere.
    mutating func plainPosition(_ path: CompiledPath) throws(Interruption) -> Int? {
        guard case .path(let path) = path, path.isPlain else { return nil }
        let document = try payloadDocument()
        return path.position(in: tapes[Int(document)], from: 0) ?? -1
    }

    private mutating func input(_ method: Method, _ path: CompiledPath) throws(Interruption) -> Value {
        let found: Value
        if let position = try plainPosition(path) {
            found = position < 0 ? .null : member(position, payload)
        } else {
            found = try evaluate(path)
        }
        guard method == .json else { return found }
        var text: [UInt8] = []
        try appendInputJSON(found, to: &text)
        return .text(text)
    }

    /// What `$input.json` prints of a value: two quotes for a missing one.
    mutating func appendInputJSON(_ value: Value, to text: inout [UInt8]) throws(Interruption) {
        if value.isNull {
            text.append(contentsOf: "\"\"".utf8)
        } else {
            try appendJSON(value, to: &text, style: .inputJSON)
        }
    }

    private mutating func evaluate(_ path: CompiledPath) throws(Interruption) -> Value {
        switch path {
        case .invalid(let message):
            throw fail(.jsonPath, "JSONPath: \(message)")
        case .path(let path):
            let document = try payloadDocument()
            let result: JSONPathResult
            // About eight steps of a path take as long as one of a template.
            let steps = min(budget, limits.work / 2) * 8
            var used = 0
            do throws(JSONPathError) {
                let root = documents[Int(document)].root
                result = try path.evaluate(root, limits: JSONPathLimits(steps: steps), stepsUsed: &used)
            } catch {
                throw fail(.limit, "JSONPath: \(error)")
            }
            try spend(4 + used >> 3)
            return try value(result)
        }
    }

    private mutating func value(_ result: JSONPathResult) throws(Interruption) -> Value {
        switch result {
        case .missing: .null
        case .value(let value): try self.value(value)
        case .list(let list): try self.value(list)
        }
    }

    private mutating func value(_ list: JSONPathList) throws(Interruption) -> Value {
        try spend(list.count)
        var values: [Value] = []
        values.reserveCapacity(list.count)
        for value in list { values.append(try self.value(value)) }
        return .list(ListObject(.jsonArray, values))
    }

    private mutating func value(_ value: JSONPathValue) throws(Interruption) -> Value {
        switch value {
        case .null: return .null
        case .integer(let value): return Value(int: value)
        case .double(let value): return .double(value)
        case .string(let text): return Value(text)
        case .list(let list): return try self.value(list)
        case .keys(let keys): return .list(ListObject(.arrayList, keys.map { Value($0) }))
        case .object(let members):
            let map = MapObject(.linkedHashMap)
            for member in members { try put(Value(member.key), self.value(member.value), in: map) }
            return .map(map)
        case .node(let node):
            return member(node.position, number(of: node.document))
        }
    }

    /// The number of a document; results may come from others than the payload.
    private mutating func number(of document: JSONDocument) -> Int32 {
        if let number = documents.firstIndex(where: { $0 === document }) { return Int32(number) }
        documents.append(document)
        tapes.append(document.withTape { $0 })
        return Int32(documents.count - 1)
    }

    // MARK: Parameters

    /// `$input.params()`: the same map each time, which templates may change.
    private mutating func parameters() -> Value {
        if let map = parameterMap { return .map(map) }
        let map = MapObject(.linkedHashMap)
        for group in ParameterGroup.allCases {
            let members = MapObject(.linkedHashMap)
            for (name, value) in bindings.parameters?.parameters(in: group) ?? [] {
                append(name, Value(value), to: members)
            }
            append(group.rawValue, .map(members), to: map)
        }
        parameterMap = map
        return .map(map)
    }

    private func append(_ name: String, _ value: Value, to map: MapObject) {
        let key = Value(name)
        let hash = tableHash(key)
        let position = withText(key) { text in
            map.position(hash: hash) { withText($0) { $0.elementsEqual(text) } ?? false }
        }
        if let position = position ?? nil {
            map.set(position, value)
        } else {
            map.append(key: key, value: value, hash: hash) { tableHash($0) }
        }
    }

    /// `$input.params('name')`: the first hit in path, query string and headers; the empty string without one.
    private mutating func parameter(_ name: String) throws(Interruption) -> Value {
        // Once the template has the map, what it changed there counts.
        if let map = parameterMap {
            for group in ParameterGroup.allCases {
                let members = try mapValue(Value(group.rawValue), of: .map(map))
                if try !containsKey(Value(name), in: members) { continue }
                return .text(try text(of: mapValue(Value(name), of: members)) ?? Array("null".utf8))
            }
            return absent
        }
        for group in ParameterGroup.allCases {
            if let value = bindings.parameters?.parameter(name, in: group) { return Value(value) }
        }
        return absent
    }
}

extension CompiledPath {
    init(_ expression: String) {
        guard !expression.isEmpty else {
            self = .invalid("the expression is empty")
            return
        }
        do throws(JSONPathError) {
            self = .path(try JSONPath(expression))
        } catch {
            self = .invalid("\(error)")
        }
    }
}
