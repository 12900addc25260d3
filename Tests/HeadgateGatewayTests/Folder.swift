import Foundation
import Headgate
import HeadgateGateway
import HeadgateTesting

/// A directory of pipeline files that lives as long as its test.
final class Folder {
    let path: String

    init(_ files: [String: String]) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("headgate-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(name, text) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Replaces a file in one step, as an editor does.
    func write(_ name: String, _ text: String) throws {
        let file = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true,
        )
        try Data(text.utf8).write(to: file, options: .atomic)
    }
}

/// A clock that goes on by one millisecond whenever it is read.
final class SteppingClock: GatewayClock, @unchecked Sendable {
    private let lock = NSLock()
    private var microseconds: Int64 = 0

    func epochMilliseconds() -> Int64 { 1_700_000_000_000 }

    func monotonicMicroseconds() -> Int64 {
        lock.withLock {
            microseconds += 1000
            return microseconds
        }
    }
}

extension GatewayOptions {
    /// A gateway in which nothing depends on the machine; backends answer as `answer` says.
    static func repeatable(
        _ answer: @escaping @Sendable (IntegrationRequest) -> Result<IntegrationResponse, GatewayFailure>
    ) -> Self {
        var options = GatewayOptions()
        options.clock = SteppingClock()
        options.seed = 7
        options.services[(any Dispatcher).self] = ScriptedDispatcher(answer)
        return options
    }
}
