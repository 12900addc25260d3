import Dispatch

/// Runs `credential_process`, a command of the operator's that prints credentials.
enum CredentialProcess {
    private static let timeoutSeconds = 60
    private static let largestOutput = 65_536

    /// What the command prints. Its errors go to the gateway's own standard error, since they may ask for something.
    static func run(
        _ command: String,
        environment: [String: String],
        source: String,
    ) async throws(CredentialsProblem) -> [UInt8] {
        let result: Result<[UInt8], CredentialsProblem> = await withCheckedContinuation { continuation in
            DispatchQueue(label: "headgate.credential-process").async {
                continuation.resume(returning: runAndWait(command, environment, source))
            }
        }
        return try result.get()
    }

    private static func runAndWait(
        _ command: String,
        _ environment: [String: String],
        _ source: String,
    ) -> Result<[UInt8], CredentialsProblem> {
        let process: ChildProcess
        do {
            process = try ChildProcess(
                ["/bin/sh", "-c", command],
                environment: environment.map { ($0.key, $0.value) },
                directory: nil,
                takesErrors: false,
            )
        } catch {
            return .failure(CredentialsProblem("\(source) cannot be started: \(error)"))
        }
        let guardian = DispatchWorkItem { process.kill() }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(timeoutSeconds), execute: guardian)
        var output: [UInt8] = []
        while let piece = process.readOutput(), output.count <= largestOutput { output += piece }
        if output.count > largestOutput { process.kill() }
        let status = process.wait()
        guardian.cancel()
        process.closeOutput()
        guard status == .exited(0) else { return .failure(CredentialsProblem("\(source) failed: \(status)")) }
        return .success(output)
    }
}
