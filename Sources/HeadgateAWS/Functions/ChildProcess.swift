import CProcess

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program that runs beside the gateway, in a process group of its own, with its output in a pipe.
///
/// Standard input is empty. No other file of the gateway's is open in it.
final class ChildProcess: Sendable {
    /// How it ended.
    enum Status: Sendable, Equatable, CustomStringConvertible {
        case exited(Int32)
        case signalled(Int32)

        var description: String {
            switch self {
            case .exited(let code): "exit status \(code)"
            case .signalled(let signal): "signal \(signal)"
            }
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let id: pid_t
    private let output: Int32
    /// Can be read from once the process has ended; -1 where the system does not say so.
    private let end: Int32

    /// - Parameters:
    ///   - arguments: the program, found on the `PATH` of `environment`, and its arguments.
    ///   - directory: where it runs; nil is where the gateway does.
    ///   - takesErrors: whether standard error goes into the pipe as well.
    init(
        _ arguments: [String],
        environment: [(String, String)],
        directory: String?,
        takesErrors: Bool = true,
    ) throws {
        var pipes: [Int32] = [-1, -1]
        let problem = headgate_pipe(&pipes)
        guard problem == 0 else { throw Self.failure("no pipe", problem) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
        if takesErrors { posix_spawn_file_actions_adddup2(&actions, pipes[1], 2) }
        headgate_spawn_close_from(&actions, 3)
        if let directory { headgate_spawn_change_directory(&actions, directory) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        sigdelset(&signals, SIGKILL)
        sigdelset(&signals, SIGSTOP)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
        )
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0.0 + "=" + $0.1) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var id: pid_t = 0
        let code = posix_spawnp(&id, arguments.first ?? "", &actions, &attributes, &argv, &envp)
        close(pipes[1])
        guard code == 0 else {
            close(pipes[0])
            throw Self.failure(arguments.first ?? "", code)
        }
        self.id = id
        output = pipes[0]
        end = headgate_process_file(id)
    }

    private static func failure(_ what: String, _ code: Int32) -> Failure {
        Failure(description: "\(what): \(String(cString: strerror(code)))")
    }

    /// Waits for more output; nil when there will be none: also where the process has ended, and something that
    /// it has left behind still holds its output.
    func readOutput() -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 8192)
        var hasEnded = false
        while true {
            var files = [pollfd(fd: output, events: Int16(POLLIN), revents: 0)]
            if end >= 0, !hasEnded { files.append(pollfd(fd: end, events: Int16(POLLIN), revents: 0)) }
            let ready = poll(&files, nfds_t(files.count), hasEnded ? Self.restMilliseconds : -1)
            if ready < 0, errno == EINTR { continue }
            if ready <= 0 { return nil }
            if files[0].revents != 0 {
                let count = read(output, &chunk, chunk.count)
                if count > 0 { return Array(chunk[..<count]) }
                if count < 0, errno == EINTR { continue }
                return nil
            }
            hasEnded = true
        }
    }

    /// How long the output of a process that has ended may still be on its way.
    private static let restMilliseconds: Int32 = 50

    /// The memory that the process uses, in bytes; nil where the system does not say so.
    var residentBytes: Int? {
        guard let text = try? FileReader.text("/proc/\(id)/statm"),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return pages.multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE))).partialValue
    }

    func closeOutput() {
        close(output)
        if end >= 0 { close(end) }
    }

    /// Waits for the end; to be called once.
    func wait() -> Status {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 {
            if errno != EINTR { return .exited(-1) }
        }
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
    }

    /// Ends the process and everything that it has started; only before ``wait()`` has returned.
    func kill(_ signal: Int32 = SIGKILL) {
        #if canImport(Glibc)
        _ = Glibc.kill(-id, signal)
        #elseif canImport(Musl)
        _ = Musl.kill(-id, signal)
        #else
        _ = Darwin.kill(-id, signal)
        #endif
    }
}
