import ArgumentParser

/// The `headgate` command. Every subcommand is a file of its own.
@main
struct HeadgateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "headgate",
        abstract: "Runs API integrations as pipelines, with the semantics of Amazon API Gateway.",
        discussion: """
            Start with:
              headgate new orders              a pipeline file to begin with
              headgate serve pipelines         serve a directory, reloading on change
              headgate invoke orders --path /orders/1
                                               one request, with what each stage received and gave

            Exit codes:
              0   all is well
              1   files have mistakes, a test failed, or a request got a 5xx from invoke
              2   the machine would not: a port in use, a file that cannot be written
              64  the command was called wrongly
            """,
        version: "0.1.0",
        subcommands: [
            Serve.self, Check.self, Explain.self, Invoke.self, Test.self, New.self, Stages.self, Schema.self,
            Template.self, EvaluatePath.self, Import.self, Export.self, Docs.self, Plugin.self,
        ],
    )
}

extension ExitCode {
    /// Files have mistakes, or a test failed.
    static let findings = ExitCode(1)
    /// The machine would not: a port in use, a file that cannot be written.
    static let machine = ExitCode(2)
}
