import OrderedJSON

/// `$context` and `$stageVariables` of one rendering: built when a template first reads them.
struct ContextState {
    /// What came from the templates before.
    let overrides: TemplateOverrides
    var root: MapObject?
    /// The names in `root` that the template itself has set.
    var custom: [[UInt8]] = []

    static let request = "requestOverride"
    static let response = "responseOverride"
}

extension Renderer {
    /// The variables that are there from the start, made on first use.
    mutating func builtIn(_ slot: Int32) -> Value {
        switch slot {
        case BuiltInSlot.context where contextState.root == nil:
            let root = MapObject(.contextRoot)
            root.lazy = bindings.context ?? JSONObject()
            contextState.root = root
            variables[Int(slot)] = .map(root)
        case BuiltInSlot.stageVariables where stageVariables == nil:
            let map = MapObject(.linkedHashMap)
            map.lazy = bindings.stageVariables
            stageVariables = map
            variables[Int(slot)] = .map(map)
        default:
            return .null
        }
        return variables[Int(slot)]
    }

    // MARK: Lazy members

    /// A member of a map that is not in the map yet.
    mutating func lazyMember(
        of map: MapObject,
        named name: String?,
        _ bytes: UnsafeBufferPointer<UInt8>,
    ) throws(Interruption) -> Value {
        guard let lazy = map.lazy else { return .null }
        let name = name ?? String(decoding: bytes, as: UTF8.self)
        if map.kind == .contextRoot {
            if name == ContextState.request || name == ContextState.response {
                let overrides = try self.overrides(name)
                try store(name, overrides, in: map)
                return overrides
            }
            if let value = contextState.overrides.context[name] { return try store(name, self.value(value), in: map) }
        }
        switch lazy.member(name) {
        case nil: return .null
        case .members(let members):
            let nested = MapObject(map.kind == .contextRoot ? .context : map.kind)
            nested.lazy = members
            return try store(name, .map(nested), in: map)
        case .value(let value):
            let converted = try self.value(value)
            // Objects and lists have an identity: what is changed in them stays changed.
            switch value {
            case .array, .object: return try store(name, converted, in: map)
            default: return converted
            }
        }
    }

    @discardableResult
    private mutating func store(_ name: String, _ value: Value, in map: MapObject) throws(Interruption) -> Value {
        let key = Value(name)
        try spend()
        map.append(key: key, value: value, hash: tableHash(key)) { tableHash($0) }
        return value
    }

    /// Takes a member over before it is replaced, so that the replaced value is known.
    mutating func settle(_ key: Value, in map: MapObject) throws(Interruption) {
        guard try position(of: key, in: map) == nil, let text = bytes(of: key) else { return }
        let value = try text.withUnsafeBufferPointer { (bytes) throws(Interruption) in
            try lazyMember(of: map, named: nil, bytes)
        }
        guard try position(of: key, in: map) == nil, !value.isNull else { return }
        try store(String(decoding: text, as: UTF8.self), value, in: map)
    }

    /// The names of a map's members, in order: the host's, the overrides, the templates' own.
    private func names(of map: MapObject) -> [String] {
        var names = map.lazy?.memberNames ?? []
        if map.kind == .contextRoot {
            names.removeAll { $0 == ContextState.request || $0 == ContextState.response }
            names += [ContextState.request, ContextState.response]
            for name in contextState.overrides.context.keys where !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Asks for all members, so that the map can be listed.
    mutating func fill(_ map: MapObject) throws(Interruption) {
        guard map.lazy != nil else { return }
        var entries: [Entry] = []
        for name in names(of: map) {
            let key = Value(name)
            let bytes = Array(name.utf8)
            try spend()
            if let position = try position(of: key, in: map) {
                entries.append((map.keys[position], map.values[position]))
                continue
            }
            let value = try bytes.withUnsafeBufferPointer { (bytes) throws(Interruption) in
                try lazyMember(of: map, named: name, bytes)
            }
            entries.append((key, value))
        }
        let own = (0..<map.count).map { (map.keys[$0], map.values[$0]) }
        map.lazy = nil
        map.removeAll()
        for (key, value) in entries + own where try position(of: key, in: map) == nil {
            map.append(key: key, value: value, hash: tableHash(key)) { tableHash($0) }
        }
    }

    /// The number of members of a map that was not listed yet.
    func lazyCount(of map: MapObject) -> Int {
        let names = Set(names(of: map))
        let own = map.keys.count { key in swiftString(key).map { !names.contains($0) } ?? true }
        return names.count + own
    }

    // MARK: Overrides

    private mutating func overrides(_ name: String) throws(Interruption) -> Value {
        let isRequest = name == ContextState.request
        let map = MapObject(isRequest ? .context : .responseOverride)
        let given = isRequest ? contextState.overrides.request : contextState.overrides.response
        let hosts = bindings.context?.member(name)
        for group in isRequest ? ["path", "header", "querystring"] : ["header"] {
            let members = MapObject(.overrides)
            let object = given[group]?.object ?? Self.object(hosts)?[group]?.object ?? [:]
            for (key, value) in zip(object.keys, object.values) { try store(key, self.value(value), in: members) }
            try store(group, .map(members), in: map)
        }
        for (key, value) in zip(given.keys, given.values) {
            if try position(of: Value(key), in: map) == nil { try store(key, self.value(value), in: map) }
        }
        if let object = Self.object(hosts) {
            for (key, value) in zip(object.keys, object.values) where try position(of: Value(key), in: map) == nil {
                try store(key, self.value(value), in: map)
            }
        }
        return .map(map)
    }

    private static func object(_ member: TemplateMember?) -> JSONObject? {
        if case .value(.object(let object)) = member { object } else { nil }
    }

    /// Each name may be overridden once in a template.
    mutating func checkOverride(_ key: Value, in map: MapObject) throws(Interruption) {
        switch map.kind {
        case .overrides: break
        case .responseOverride:
            guard withText(key, { $0.elementsEqual("status".utf8) }) ?? false else { return }
        default: return
        }
        let name = try text(of: key) ?? []
        guard map.written.insert(name).inserted else {
            throw fail(
                .override,
                "\"\(String(decoding: name, as: UTF8.self))\" is overridden twice in one template",
                suggestion: "compute the value first, then assign it once",
            )
        }
    }

    // MARK: Conversion

    /// The value of JSON that the host supplies. Nested objects of `$context` print as nothing.
    mutating func value(_ json: JSONValue) throws(Interruption) -> Value {
        try spend()
        switch json {
        case .null: return .null
        case .bool(let value): return .boolean(value)
        case .string(let text): return Value(text)
        case .number(let number): return self.value(JavaNumber(number))
        case .array(let elements):
            var values: [Value] = []
            for element in elements { values.append(try value(element)) }
            return .list(ListObject(.jsonArray, values))
        case .object(let object):
            let map = MapObject(.context)
            for (key, member) in zip(object.keys, object.values) { try store(key, value(member), in: map) }
            return .map(map)
        }
    }

    func value(_ number: JavaNumber) -> Value {
        switch number {
        case .integer(let value): .integer(value)
        case .long(let value): .long(value)
        case .double(let value): .double(value)
        case .bigInteger(let digits): BigInteger(decimal: digits).map { Value($0) } ?? .null
        case .bigDecimal(let text): BigDecimal(Array(text.utf8)).map { .object(BigDecimalObject($0)) } ?? .null
        }
    }

    // MARK: Collecting

    /// Reads off what the template has set.
    mutating func collect(_ overrides: inout TemplateOverrides) throws(TemplateRenderError) {
        guard let root = contextState.root else { return }
        do throws(Interruption) {
            let hosts = Set(bindings.context?.memberNames ?? [])
            for position in 0..<root.count {
                let name = try string(root.keys[position])
                switch name {
                case ContextState.request:
                    overrides.request = try groups(root.values[position])
                case ContextState.response:
                    overrides.response = try groups(root.values[position])
                case _ where !hosts.contains(name):
                    overrides.context[name] = try json(root.values[position], 0)
                default: break
                }
            }
        } catch {
            throw failure ?? TemplateRenderError(.internal, line: Int(line), message: "the overrides cannot be read")
        }
    }

    private mutating func string(_ value: Value) throws(Interruption) -> String {
        String(decoding: try text(of: value) ?? [], as: UTF8.self)
    }

    /// The members of an override object, without groups in which nothing was set.
    private mutating func groups(_ value: Value) throws(Interruption) -> JSONObject {
        guard case .object(let object) = try json(value, 0) else { return [:] }
        return JSONObject(
            zip(object.keys, object.values).filter { _, value in
                if case .object(let group) = value { !group.isEmpty } else { true }
            }
        )
    }

    /// A value as JSON that outlives the rendering.
    private mutating func json(_ value: Value, _ level: Int) throws(Interruption) -> JSONValue {
        try spend()
        guard level < limits.json.depth else {
            throw fail(.limit, "an override nested more than \(limits.json.depth) deep")
        }
        let value = resolved(value)
        if let text = swiftString(value) { return .string(text) }
        if number(value) != nil {
            let spelling = try string(value)
            return JSONNumber(spelling).map { .number($0) } ?? .string(spelling)
        }
        if isMap(value) {
            var object = JSONObject()
            for entry in try entries(of: value) { object[try string(entry.key)] = try json(entry.value, level + 1) }
            return .object(object)
        }
        if isCollection(value), let elements = try elements(of: value) {
            var array: [JSONValue] = []
            for element in elements { array.append(try json(element, level + 1)) }
            return .array(array)
        }
        switch value {
        case .null: return .null
        case .boolean(let flag): return .bool(flag)
        default: return .string(try string(value))
        }
    }
}
