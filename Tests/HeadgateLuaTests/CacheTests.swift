import Testing

@testable import HeadgateLua

@Suite("The cache of scripts")
struct CacheTests {
    private static let value = [UInt8](repeating: 0x31, count: 872)

    @Test("What was not used for longest makes room, and nothing grows beyond the limit")
    func room() {
        let cache = LuaCache()
        // A thousand bytes each, with the key.
        let keys = (0..<64).map { String($0 + 10) }
        for key in keys.prefix(32) {
            #expect(cache.set(key, in: "a", to: Self.value, expiry: nil, limit: 33_000))
        }
        #expect(cache.value(keys[0], in: "a", now: 0) != nil)
        for key in keys[32..<40] { #expect(cache.set(key, in: "a", to: Self.value, expiry: nil, limit: 33_000)) }
        #expect(cache.value(keys[0], in: "a", now: 0) != nil)
        #expect(cache.value(keys[1], in: "a", now: 0) == nil)
        #expect(keys.filter { cache.value($0, in: "a", now: 0) != nil }.count <= 33)
        #expect(!cache.set("large", in: "a", to: [UInt8](repeating: 0x31, count: 40_000), expiry: nil, limit: 33_000))
    }

    @Test("Values end, parts are apart, and clear forgets")
    func ends() {
        let cache = LuaCache()
        #expect(cache.set("k", in: "a", to: [0x31], expiry: 1000, limit: 10_000))
        #expect(cache.value("k", in: "a", now: 999) == [0x31])
        #expect(cache.value("k", in: "b", now: 999) == nil)
        #expect(cache.value("k", in: "a", now: 1000) == nil)
        #expect(cache.set("k", in: "a", to: [0x32], expiry: nil, limit: 10_000))
        cache.clear()
        #expect(cache.value("k", in: "a", now: 0) == nil)
    }

    @Test("A hundred thousand values under one limit cost no more than their number")
    func many() {
        let cache = LuaCache()
        for number in 0..<100_000 { _ = cache.set(String(number), in: "a", to: [0x31], expiry: nil, limit: 1 << 30) }
        #expect(cache.value("99999", in: "a", now: 0) != nil)
        #expect(cache.value("1", in: "a", now: 0) == nil)
    }
}
