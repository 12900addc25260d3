import CLua
import Headgate

/// `host.cache`: values that outlive a request, for the script's own part of the cache.
enum CacheFunctions {
    static let all: [HostLibrary.Function] = [
        HostLibrary.Function("cache", "get", get),
        HostLibrary.Function("cache", "set", set),
        HostLibrary.Function("cache", "delete", delete),
        HostLibrary.Function("cache", "fetch", fetch),
        HostLibrary.Function("cache", "settle", settle),
    ]

    private static let longestKey = 512

    private struct Place {
        let cache: LuaCache
        let part: String
        let limit: Int
        let now: Int64
    }

    private static func place(_ call: LuaCall) throws(LuaRaise) -> Place {
        guard let stage = call.execution.stage, stage.script.permissions.cacheBytes > 0 else {
            throw .message("host.cache is not permitted: write permissions: {cache: 1MiB} (or another size)")
        }
        return Place(
            cache: stage.cache,
            part: stage.script.name,
            limit: stage.script.permissions.cacheBytes,
            now: call.exchange.lane.clock.epochMilliseconds(),
        )
    }

    private static func key(_ call: LuaCall) throws(LuaRaise) -> String {
        let key = try call.text(1)
        guard key.utf8.count <= longestKey else { throw .argument(1, "a key is \(longestKey) bytes long at most") }
        return key
    }

    /// `{ttl = seconds}`, or nothing.
    private static func expiry(_ call: LuaCall, at index: Int32, _ now: Int64) throws(LuaRaise) -> Int64? {
        if call.stack.isAbsent(at: index) { return nil }
        try call.table(index)
        try ContextRoot.checkKeys(call, at: index, ["ttl"])
        return try call.stack.field("ttl", of: index) { value throws(LuaRaise) -> Int64? in
            if call.stack.isAbsent(at: value) { return nil }
            guard let seconds = call.stack.number(at: value), seconds >= 0, seconds <= 1e9 else {
                throw .argument(index, "ttl must be a number of seconds")
            }
            return now + Int64(seconds * 1000)
        }
    }

    // MARK: Functions

    private static let get: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let place = try place(call)
            guard let json = place.cache.value(try key(call), in: place.part, now: place.now) else {
                call.stack.pushNil()
                return 1
            }
            try call.stack.push(json: json)
            return 1
        }
    }

    private static let set: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let place = try place(call)
            let key = try key(call)
            if call.stack.isAbsent(at: 2) {
                place.cache.remove(key, in: place.part)
                return 0
            }
            try keep(call, key, try call.stack.json(at: 2), try expiry(call, at: 3, place.now), place)
            return 0
        }
    }

    private static func keep(
        _ call: LuaCall,
        _ key: String,
        _ json: [UInt8],
        _ expiry: Int64?,
        _ place: Place,
    ) throws(LuaRaise) {
        guard place.cache.set(key, in: place.part, to: json, expiry: expiry, limit: place.limit) else {
            throw .message(
                "the value of \(json.count) bytes is larger than the cache may be (permissions.cache: \(place.limit))"
            )
        }
    }

    private static let delete: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let place = try place(call)
            place.cache.remove(try key(call), in: place.part)
            return 0
        }
    }

    // MARK: fetch, of which the prelude calls the script's function

    /// `true, value`; or `false`, and the caller is to make the value. Waits while somebody else makes it.
    private static let fetch: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let place = try place(call)
            let key = try key(call)
            _ = try expiry(call, at: 2, place.now)
            guard call.stack.type(at: 3) == HG_FUNCTION else { throw call.mismatch(3, "function") }
            if call.execution.holdings.flights.contains(where: { $0.key == key }) {
                // Its own function failed before, or asks for the key that it makes: it is the one still.
                call.stack.push(false)
                return 1
            }
            return try wait(call.execution, place, key)
        }
    }

    private static func wait(_ execution: LuaExecution, _ place: Place, _ key: String) throws(LuaRaise) -> Int32 {
        // Asked before waiting, since most values are there or nobody makes them.
        switch place.cache.lookUp(key, in: place.part, now: place.now, {}) {
        case .found(let json):
            execution.stack.push(true)
            try execution.stack.push(json: json)
            return 2
        case .make(let flight):
            execution.holdings.flights.append(flight)
            execution.stack.push(false)
            return 1
        case .wait:
            return try execution.wait(in: "host.cache.fetch") { wake in
                Self.await(place, key, wake)
                return nil
            }
        }
    }

    private static func await(_ place: Place, _ key: String, _ wake: LuaWake) {
        let look = place.cache.lookUp(key, in: place.part, now: place.now) { Self.await(place, key, wake) }
        switch look {
        case .wait:
            return
        case .found(let json):
            wake { stack throws(LuaRaise) in
                stack.push(true)
                try stack.push(json: json)
                return 2
            }
        case .make(let flight):
            wake.holding(flight) { stack throws(LuaRaise) in
                stack.push(false)
                return 1
            }
        }
    }

    /// Keeps what the function returned: a value, and maybe the seconds it lasts; or nil and why there is none.
    /// Arguments: key, options, value, second.
    private static let settle: hg_callback = { L, context, detail in
        LuaCall.answer(L, context, detail) { call throws(LuaRaise) in
            let place = try place(call)
            let key = try key(call)
            let flights = call.execution.holdings.flights.filter { $0.key == key }
            call.execution.holdings.flights.removeAll { $0.key == key }
            defer { for flight in flights { flight.abandon() } }
            hg_set_top(call.L, 4)
            if call.stack.isAbsent(at: 3) { return 2 }
            var expiry = try expiry(call, at: 2, place.now)
            if let seconds = call.stack.number(at: 4) {
                guard seconds > 0 else {
                    hg_set_top(call.L, 3)
                    return 1
                }
                expiry = place.now + Int64(min(seconds, 1e9) * 1000)
            }
            try keep(call, key, try call.stack.json(at: 3), expiry, place)
            hg_set_top(call.L, 3)
            return 1
        }
    }
}
