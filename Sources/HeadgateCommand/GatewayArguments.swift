import ArgumentParser
import Headgate
import HeadgateDefinitions
import HeadgateGateway

/// Where the pipelines are and what they run in: the same for every command that loads them.
struct GatewayArguments: ParsableArguments {
    @Option(
        name: .customLong("deployment-stage"),
        help: "Name of the deployment stage: $context.stage. Default: what the API says, or else local.",
    )
    var deploymentStage: String?

    @Option(
        name: .customLong("stage-variable"),
        help: ArgumentHelp("A stage variable, NAME=VALUE; repeatable.", valueName: "name=value"),
    )
    var stageVariables: [String] = []

    @Option(
        name: .customLong("account-id"),
        help: "Twelve digits: $context.accountId. Default: $AWS_ACCOUNT_ID, or else zeros.",
    )
    var accountID: String?

    @Option(help: "The folder of plugins. Default: plugins, beside the pipelines.")
    var plugins: String?

    @Flag(help: "Load plugins that everybody on this machine may write.")
    var unsafeWritablePlugins = false

    @Option(help: "A folder whose files are secrets of scripts; variables HEADGATE_SECRET_… go before.")
    var secrets: String?

    @Option(
        name: .customLong("script-network"),
        help: ArgumentHelp(
            "Addresses beside the public internet's that scripts may call, such as 10.0.0.0/8; repeatable.",
            valueName: "addresses",
        ),
    )
    var scriptNetworks: [String] = []

    @Option(
        name: .customLong("links"),
        help: ArgumentHelp(
            "A file with links: for private integrations, beside the pipelines or documents; repeatable.",
            valueName: "file",
        ),
    )
    var linkFiles: [String] = []

    @Option(help: "The region: $AWS_REGION, or else us-east-1.")
    var region: String?

    func validate() throws {
        for text in scriptNetworks where AddressRange(text) == nil {
            throw ValidationError("--script-network \(text.quotedForMessage): expected addresses such as 10.0.0.0/8")
        }
        for variable in stageVariables where !variable.contains("=") {
            throw ValidationError("--stage-variable \(variable.quotedForMessage): expected NAME=VALUE")
        }
    }

    func options(environment: [String: String] = Environment.current) -> GatewayOptions {
        var options = GatewayOptions()
        options.environment = environment
        options.plugins = plugins
        options.unsafeWritablePlugins = unsafeWritablePlugins
        options.secretsDirectory = secrets
        options.scriptNetworks = scriptNetworks.compactMap { AddressRange($0) }
        options.deploymentStage = deploymentStage
        options.linkFiles = linkFiles
        options.deployment = Deployment(
            accountID: accountID(environment),
            name: deploymentStage ?? "local",
            region: region(environment),
            variables: stageVariables.map { text in
                let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
            },
        )
        return options
    }

    func accountID(_ environment: [String: String]) -> String {
        accountID ?? environment["AWS_ACCOUNT_ID"] ?? "000000000000"
    }

    func region(_ environment: [String: String]) -> String {
        region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-east-1"
    }

    /// Loads the pipelines, or prints every mistake and exits with 1.
    func load(_ path: String, options: GatewayOptions) throws -> Gateway {
        try load { () throws(GatewayLoadError) in try Gateway(pipelines: path, options: options) }
    }

    /// Loads what a command was given: API definitions, a directory or file, or else `pipelines`.
    func load(
        _ path: String?,
        _ documents: DocumentArguments,
        _ options: GatewayOptions? = nil,
    ) throws -> Gateway {
        try validate(path, documents)
        let options = options ?? self.options()
        let apis = documents.documents(self, environment: options.environment)
        return try apis.isEmpty ? load(path ?? "pipelines", options: options) : load(apis, options: options)
    }

    func validate(_ path: String?, _ documents: DocumentArguments) throws {
        guard let path, !documents.documents.isEmpty else { return }
        throw ValidationError("either a directory of pipelines (\(path)) or --openapi, not both")
    }

    /// Loads APIs from their definitions, or prints every mistake and exits with 1. Warnings are printed too.
    func load(_ documents: [APIDocument], options: GatewayOptions) throws -> Gateway {
        let gateway = try load { () throws(GatewayLoadError) in try Gateway(documents: documents, options: options) }
        if !gateway.findings.isEmpty {
            let printer = DiagnosticPrinter(sources: gateway.sources, isColoured: Terminal.isErrorColoured)
            Terminal.error(printer.text(gateway.findings))
        }
        return gateway
    }

    private func load(_ body: () throws(GatewayLoadError) -> Gateway) throws -> Gateway {
        do throws(GatewayLoadError) {
            return try body()
        } catch {
            Terminal.error(
                DiagnosticPrinter(sources: error.sources, isColoured: Terminal.isErrorColoured).text(error.diagnostics)
            )
            throw ExitCode.findings
        }
    }

    /// A loaded pipeline by its name, or a list of the names there are.
    func pipeline(_ name: String, of gateway: Gateway) throws -> Pipeline {
        let pipelines = gateway.current.value.pipelines
        if let pipeline = pipelines.first(where: { $0.name == name }) { return pipeline }
        let names = pipelines.map(\.name)
        let hint = Suggestion.didYouMean(name, among: names) ?? "there are: " + names.joined(separator: ", ")
        Terminal.error("no pipeline is called \(name.quotedForMessage); \(hint)")
        throw ExitCode.findings
    }
}
