import Headgate
import NIOCore
import Testing

@testable import HeadgateHTTP

@Suite("Links: budget, breaker, bounds")
struct LinkPolicyTests {
    @Test("retries are a part of the requests, beside a few in every second")
    func budget() {
        var budget = RetryBudget(percent: 25)
        for _ in 0..<10 { #expect(budget.withdraw(at(0)) == true) }
        #expect(budget.withdraw(at(0)) == false)
        for _ in 0..<40 { budget.deposit() }
        var granted = 0
        while budget.withdraw(at(0)) { granted += 1 }
        #expect(granted == 10)
        #expect(budget.withdraw(at(50)) == false)
        #expect(budget.withdraw(at(200)) == true)
    }

    @Test("what was not used does not pile up")
    func budgetIsBounded() {
        var budget = RetryBudget(percent: 100)
        for _ in 0..<100_000 { budget.deposit() }
        var granted = 0
        while budget.withdraw(at(0)) { granted += 1 }
        #expect(granted == 100)
        granted = 0
        while budget.withdraw(at(1_000_000)) { granted += 1 }
        #expect(granted == 10)
    }

    @Test("a budget of nothing grants nothing")
    func noBudget() {
        var budget = RetryBudget(percent: 0)
        #expect(budget.withdraw(at(0)) == false)
    }

    private let settings = BreakerSettings(
        failurePercent: 50,
        minimumRequests: 10,
        windowMilliseconds: 1000,
        openMilliseconds: 500,
        probes: 2,
    )

    /// A breaker that has seen calls, so many of which failed.
    private func breaker(_ succeeded: Int, _ failed: Int, at now: NIODeadline = at(0)) -> CircuitBreaker {
        var breaker = CircuitBreaker(settings)
        for _ in 0..<succeeded { breaker.ended(succeeded: true, now) }
        for _ in 0..<failed { breaker.ended(succeeded: false, now) }
        return breaker
    }

    @Test("it opens when the part of failures is reached by enough calls")
    func opens() {
        #expect(breaker(0, 9).state == .closed)
        #expect(breaker(0, 10).state == .open)
        #expect(breaker(11, 10).state == .closed)
        #expect(breaker(10, 10).state == .open)
    }

    @Test("old calls count no longer")
    func window() {
        var breaker = breaker(0, 9)
        breaker.ended(succeeded: false, at(1200))
        #expect(breaker.state == .closed)
    }

    @Test("open it refuses, then lets a few through, and closes when these succeed")
    func recovers() {
        var breaker = breaker(0, 10)
        #expect(breaker.admit(at(499)) == false)
        #expect(breaker.remaining(at(100)) == .milliseconds(400))
        #expect(breaker.admit(at(500)) == true)
        #expect(breaker.admit(at(500)) == true)
        #expect(breaker.admit(at(500)) == false)
        breaker.ended(succeeded: true, at(510))
        #expect(breaker.state == .halfOpen)
        #expect(breaker.admit(at(511)) == false)
        breaker.ended(succeeded: true, at(520))
        #expect(breaker.state == .closed)
        #expect(breaker.admit(at(521)) == true)
    }

    @Test("one failure opens it again")
    func reopens() {
        var breaker = breaker(0, 10)
        #expect(breaker.admit(at(500)) == true)
        breaker.ended(succeeded: false, at(600))
        #expect(breaker.state == .open)
        #expect(breaker.admit(at(1099)) == false)
        #expect(breaker.admit(at(1100)) == true)
    }

    @Test("a probe whose client went away leaves its place")
    func abandonedProbe() {
        var breaker = breaker(0, 10)
        #expect(breaker.admit(at(500)) == true)
        #expect(breaker.admit(at(500)) == true)
        breaker.ended(succeeded: nil, at(510))
        #expect(breaker.admit(at(511)) == true)
    }

    @Test("what ran when it opened changes nothing")
    func stragglers() {
        var breaker = breaker(0, 10)
        breaker.ended(succeeded: true, at(10))
        breaker.ended(succeeded: false, at(20))
        #expect(breaker.state == .open)
        #expect(breaker.admit(at(500)) == true)
    }

    @Test("no more calls than may run at a time")
    func inFlight() throws {
        var state = LinkState.test([.test("a")], policy: CallPolicy(limits: LimitSettings(inFlight: 2)))
        try state.enter(at(0))
        try state.enter(at(0))
        #expect(throws: LinkState.Refusal.overloaded(limit: 2)) { try state.enter(at(0)) }
        _ = state.leave(succeeded: true, at(0))
        try state.enter(at(0))
    }

    @Test("a refusal says when to come again")
    func retryAfter() throws {
        var state = LinkState.test([.test("a")], policy: CallPolicy(breaker: settings))
        for _ in 0..<10 {
            try state.enter(at(0))
            _ = state.leave(succeeded: false, at(0))
        }
        #expect(throws: LinkState.Refusal.open(seconds: 1)) { try state.enter(at(1)) }
        #expect(state.inFlight == 0)
    }
}
