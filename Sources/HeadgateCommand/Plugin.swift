import ArgumentParser

/// `headgate plugin`: what the author of a plugin needs.
struct Plugin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes, checks, tests and documents plugins: stages that are written in Lua.",
        discussion: """
            Examples:
              headgate plugin new stamp            a plugin to begin with, in plugins/stamp
              headgate plugin test plugins/*
            """,
        subcommands: [PluginNew.self, PluginCheck.self, PluginTest.self, PluginDocs.self],
    )
}
