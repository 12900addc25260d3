import Headgate
import Testing

@testable import HeadgateHTTP

@Suite("Links: which target a call goes to")
struct BalancingTests {
    private let three = [LinkTarget.test("a"), .test("b"), .test("c")]

    @Test("alike targets get alike parts")
    func even() {
        var state = LinkState.test(three)
        let counts = state.spread(3000, at: at(0))
        for name in ["a", "b", "c"] { #expect((900...1100).contains(counts[name] ?? 0), "\(counts)") }
    }

    @Test("weights are kept")
    func weights() {
        var state = LinkState.test([.test("a"), .test("b", weight: 4)])
        let counts = state.spread(1000, at: at(0))
        #expect((770...830).contains(counts["b"] ?? 0), "\(counts)")
        var running: [String: Int] = [:]
        for _ in 0..<100 {
            guard let target = state.choose(at(0)) else { continue }
            running[target.name, default: 0] += 1
        }
        #expect((76...84).contains(running["b"] ?? 0), "\(running)")
    }

    @Test("of two, the one with less to do")
    func leastOutstanding() {
        var state = LinkState.test(three)
        var running: [String: Int] = [:]
        for _ in 0..<300 {
            guard let target = state.choose(at(0)) else { continue }
            running[target.name, default: 0] += 1
        }
        for name in ["a", "b", "c"] { #expect((98...102).contains(running[name] ?? 0), "\(running)") }
    }

    @Test("one that answers slowly gets less")
    func slowTarget() {
        var state = LinkState.test(three)
        var counts: [String: Int] = [:]
        for _ in 0..<300 {
            guard let target = state.choose(at(0)) else { continue }
            counts[target.name, default: 0] += 1
            if target.name != "a" { _ = state.ended(target, succeeded: true, at(0)) }
        }
        #expect((counts["a"] ?? 0) < 3, "\(counts)")
    }

    @Test("what a call has tried it does not get again, and nothing when it has tried all")
    func tried() {
        var state = LinkState.test(three)
        for _ in 0..<50 {
            #expect(state.choose(at(0), tried: [three[0], three[2]])?.name == "b")
        }
        #expect(state.choose(at(0), tried: three) == nil)
    }

    @Test("a sticky value keeps its target; the others' stay when one goes")
    func sticky() {
        var state = LinkState.test(three)
        let before = (0..<300).map { state.choose(at(0), sticky: StableHash.of("user \($0)"))?.name }
        let again = (0..<300).map { state.choose(at(0), sticky: StableHash.of("user \($0)"))?.name }
        #expect(before == again)
        #expect(Set(before).count == 3)
        state.use([three[0], three[1]])
        let after = (0..<300).map { state.choose(at(0), sticky: StableHash.of("user \($0)"))?.name }
        for (old, new) in zip(before, after) where old != "c" { #expect(old == new) }
    }

    @Test("sticky values follow weights, and leave a target that is not well")
    func stickyWeights() {
        let heavy = LinkTarget.test("b", weight: 3)
        var state = LinkState.test([three[0], heavy])
        let counts = state.spread(1000, at: at(0)) { StableHash.of("user \($0)") }
        #expect((700...800).contains(counts["b"] ?? 0), "\(counts)")
        _ = state.fail(heavy, times: 3, at: at(0))
        #expect(state.spread(100, at: at(1)) { StableHash.of("user \($0)") }["a"] == 100)
    }

    @Test("targets that stay keep what is known of them")
    func replacement() {
        var state = LinkState.test(three)
        _ = state.fail(three[0], times: 3, at: at(0))
        state.use([three[0], .test("d")])
        #expect(state.spread(50, at: at(1)) == ["d": 50])
    }

    @Test("without targets there is none")
    func none() {
        var state = LinkState.test([])
        #expect(state.choose(at(0)) == nil)
    }
}
