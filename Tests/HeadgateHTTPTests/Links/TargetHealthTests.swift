import Headgate
import Testing

@testable import HeadgateHTTP

@Suite("Links: health of targets")
struct TargetHealthTests {
    private let three = [LinkTarget.test("a"), .test("b"), .test("c")]
    private let checks = HealthCheckSettings(healthyAfter: 2, unhealthyAfter: 3)

    @Test("failures in a row take a target out, single ones do not")
    func ejection() {
        var state = LinkState.test(three)
        for _ in 0..<10 {
            #expect(state.fail(three[0], times: 2, at: at(0)) == nil)
            #expect(state.ended(three[0], succeeded: true, at(0)) == nil)
        }
        #expect(state.fail(three[0], times: 3, at: at(0)) == .ejected)
        #expect(state.spread(200, at: at(4999))["a"] == nil)
    }

    @Test("when its time is over one call tries; a success brings it back")
    func probing() {
        var state = LinkState.test(three)
        _ = state.fail(three[0], times: 3, at: at(0))
        // The end is spread by a tenth.
        let now = at(5600)
        #expect(state.members[0].health.standing(now) == .probing)
        var chosen: [LinkTarget] = []
        for _ in 0..<100 { if let target = state.choose(now) { chosen.append(target) } }
        #expect(chosen.filter { $0 === three[0] }.count == 1)
        #expect(state.ended(three[0], succeeded: true, now) == .cameBack)
        #expect(state.members[0].health.standing(now) == .healthy)
    }

    @Test("a failed probe takes it out for twice as long, up to a bound")
    func backoff() {
        var state = LinkState.test(
            three,
            ejection: EjectionSettings(durationMilliseconds: 1000, maximumMilliseconds: 4000),
        )
        _ = state.fail(three[0], times: 3, at: at(0))
        var now = 1100
        for expected in [2000, 4000, 4000, 4000] {
            #expect(state.members[0].health.standing(at(now)) == .probing)
            while state.choose(at(now)) !== three[0] {}
            _ = state.ended(three[0], succeeded: false, at(now))
            #expect(state.members[0].health.standing(at(now + expected - 1)) == .ejected)
            now += expected * 11 / 10
        }
    }

    @Test("calls that ran when it was taken out neither prolong nor end that")
    func stragglers() {
        var state = LinkState.test(three)
        _ = state.fail(three[0], times: 3, at: at(0))
        #expect(state.fail(three[0], times: 50, at: at(100)) == nil)
        #expect(state.ended(three[0], succeeded: true, at(100)) == nil)
        #expect(state.members[0].health.standing(at(200)) == .ejected)
        #expect(state.members[0].health.standing(at(5600)) == .probing)
    }

    @Test("a probe that was given up leaves the place to the next")
    func abandonedProbe() {
        var state = LinkState.test(three)
        _ = state.fail(three[0], times: 3, at: at(0))
        while state.choose(at(5600)) !== three[0] {}
        _ = state.ended(three[0], succeeded: nil, at(5601))
        var again = 0
        for _ in 0..<100 where state.choose(at(5602)) === three[0] { again += 1 }
        #expect(again == 1)
    }

    @Test("with too few that are well, all are used")
    func panic() {
        var state = LinkState.test(three, ejection: EjectionSettings(panicPercent: 50))
        _ = state.fail(three[0], times: 3, at: at(0))
        #expect(state.spread(300, at: at(1)).count == 2)
        _ = state.fail(three[1], times: 3, at: at(0))
        #expect(state.spread(300, at: at(1)).count == 3)
    }

    @Test("when none is well, all are used however low the bound is")
    func allDown() {
        var state = LinkState.test(three, ejection: EjectionSettings(panicPercent: 0))
        for target in three { _ = state.fail(target, times: 3, at: at(0)) }
        #expect(state.spread(300, at: at(1)).count == 3)
    }

    @Test("the first check decides alone, later ones in a row")
    func thresholds() {
        var state = LinkState.test(three, health: checks)
        #expect(state.checked(three[0], isGood: false, at(0)) == .wentDown)
        #expect(state.spread(100, at: at(0))["a"] == nil)
        #expect(state.checked(three[0], isGood: true, at(1)) == nil)
        #expect(state.checked(three[0], isGood: true, at(2)) == .cameBack)
        #expect(state.checked(three[0], isGood: false, at(3)) == nil)
        #expect(state.checked(three[0], isGood: false, at(4)) == nil)
        #expect(state.checked(three[0], isGood: true, at(5)) == nil)
        #expect(state.checked(three[0], isGood: false, at(6)) == nil)
        #expect(state.checked(three[0], isGood: false, at(7)) == nil)
        #expect(state.checked(three[0], isGood: false, at(8)) == .wentDown)
    }

    @Test("a check that brings a target back ends its ejection, too")
    func checkEndsEjection() {
        var state = LinkState.test(three, health: checks)
        _ = state.checked(three[0], isGood: false, at(0))
        _ = state.fail(three[0], times: 3, at: at(0))
        _ = state.checked(three[0], isGood: true, at(1))
        #expect(state.checked(three[0], isGood: true, at(2)) == .cameBack)
        #expect(state.members[0].health.standing(at(3)) == .healthy)
    }

    @Test("one that is back gets its full part only after a while")
    func slowStart() {
        var state = LinkState.test([three[0], three[1], three[2], .test("d")], slowStart: 10_000, health: checks)
        _ = state.checked(three[0], isGood: false, at(0))
        _ = state.checked(three[0], isGood: true, at(0))
        _ = state.checked(three[0], isGood: true, at(0))
        func part(_ now: Int) -> Int {
            var copy = state
            return copy.spread(1000, at: at(now))["a"] ?? 0
        }
        #expect(part(100) < 60)
        #expect(part(100) < part(9000))
        #expect((200...300).contains(part(10_001)))
    }

    @Test("nothing takes a target out where ejection is off")
    func off() {
        var state = LinkState.test(three, ejection: EjectionSettings(failures: nil))
        #expect(state.fail(three[0], times: 1000, at: at(0)) == nil)
        #expect(state.spread(300, at: at(1))["a"] != nil)
    }
}
