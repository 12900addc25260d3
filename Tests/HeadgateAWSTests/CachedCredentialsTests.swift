import Headgate
import SigV4
import Synchronization
import Testing

@testable import HeadgateAWS

struct CachedCredentialsTests {
    final class HeldClock: GatewayClock {
        let now = Mutex<Int64>(1_744_202_096_000)
        func epochMilliseconds() -> Int64 { now.withLock { $0 } }
        func monotonicMicroseconds() -> Int64 { epochMilliseconds() * 1000 }
        func advance(_ milliseconds: Int64) { now.withLock { $0 += milliseconds } }
    }

    /// Gives credentials for an hour, or fails, and counts.
    final class Source: Sendable {
        let calls = Mutex(0)
        let fails = Mutex(false)
        let clock: HeldClock

        init(_ clock: HeldClock) { self.clock = clock }

        var count: Int { calls.withLock { $0 } }

        func cached() -> CachedCredentials {
            CachedCredentials(clock: clock, random: RandomSource(seed: 1)) { () async throws(CredentialsProblem) in
                let number = self.calls.withLock { calls in
                    calls += 1
                    return calls
                }
                if self.fails.withLock({ $0 }) { throw CredentialsProblem("refused") }
                return Credentials(
                    accessKeyID: "ASIA\(number)",
                    secretAccessKey: "s",
                    expiration: self.clock.epochMilliseconds() + 3_600_000,
                )
            }
        }
    }

    @Test func oneFetchServesAllWhoWait() async throws {
        let source = Source(HeldClock())
        let cached = source.cached()
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await cached.value().accessKeyID } }
            for try await id in group { #expect(id == "ASIA1") }
        }
        #expect(source.count == 1)
    }

    @Test func freshOnesAreGivenWithoutWaiting() async throws {
        let source = Source(HeldClock())
        let cached = source.cached()
        _ = try await cached.value()
        source.clock.advance(44 * 60_000)
        #expect(try cached.get { _ in Issue.record("it waited") }?.accessKeyID == "ASIA1")
        #expect(source.count == 1)
    }

    @Test func theyAreRenewedBehindThoseThatStillHold() async throws {
        let source = Source(HeldClock())
        let cached = source.cached()
        _ = try await cached.value()
        source.clock.advance(46 * 60_000)
        #expect(try cached.get { _ in }?.accessKeyID == "ASIA1")
        while source.count < 2 { await Task.yield() }
        while try await cached.value().accessKeyID == "ASIA1" { await Task.yield() }
        #expect(try await cached.value().accessKeyID == "ASIA2")
    }

    @Test func whileRenewingFailsTheFormerOnesServeUntilTheyExpire() async throws {
        let source = Source(HeldClock())
        let cached = source.cached()
        _ = try await cached.value()
        source.fails.withLock { $0 = true }
        source.clock.advance(51 * 60_000)
        #expect(try await cached.value().accessKeyID == "ASIA1")
        #expect(source.count == 2)
        // Nobody asks again at once.
        #expect(try await cached.value().accessKeyID == "ASIA1")
        #expect(source.count == 2)
        source.clock.advance(10 * 60_000)
        await #expect(throws: CredentialsProblem("refused")) { try await cached.value() }
    }

    @Test func afterAFailureThereIsABackOff() async throws {
        let source = Source(HeldClock())
        source.fails.withLock { $0 = true }
        let cached = source.cached()
        for _ in 0..<5 { await #expect(throws: CredentialsProblem("refused")) { try await cached.value() } }
        #expect(source.count == 1)
        source.clock.advance(1001)
        await #expect(throws: CredentialsProblem("refused")) { try await cached.value() }
        #expect(source.count == 2)
    }

    @Test func whatHasExpiredAlreadyIsAFailure() async {
        let clock = HeldClock()
        let cached = CachedCredentials(clock: clock, random: RandomSource(seed: 1)) {
            () async throws(CredentialsProblem) in
            Credentials(accessKeyID: "A", secretAccessKey: "s", expiration: 1)
        }
        await #expect(throws: CredentialsProblem("the credentials that were given had expired already")) {
            try await cached.value()
        }
    }

    @Test func answersOfSTS() throws {
        let xml = """
            <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>a&amp;b</SecretAccessKey>\
            <SessionToken>t</SessionToken><Expiration>2025-04-09T13:34:56Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>
            """
        let credentials = try CredentialsDocument.sts(Array(xml.utf8), status: 200, from: "x")
        #expect(credentials.secretAccessKey.revealed == "a&b")
        #expect(credentials.expiration == 1_744_205_696_000)
        for cut in [0, 40, 90, 140] {
            #expect(throws: CredentialsProblem.self) {
                try CredentialsDocument.sts(Array(xml.utf8.prefix(cut)), status: 200, from: "x")
            }
        }
        let refusal = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
        #expect(throws: CredentialsProblem("x: AccessDenied: no", code: "AccessDenied")) {
            try CredentialsDocument.sts(Array(refusal.utf8), status: 403, from: "x")
        }
    }

    @Test(arguments: [
        ("aws_access_key_id = canary\n", "f:1: found a setting before the first section such as [default]"),
        ("[default]\n# note\ncanary\n", "f:3: expected NAME = VALUE or a section such as [default]"),
        ("[default\n", "f:1: the section has no \"]\""),
        ("[a]\n= canary\n", "f:2: the setting has no name"),
    ])
    func mistakesInSharedFiles(_ text: String, _ message: String) {
        var configuration = SharedConfiguration()
        #expect(throws: CredentialsProblem(message)) { try configuration.read(text, file: "f", isCredentials: true) }
    }
}
