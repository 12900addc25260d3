import ArgumentParser
import Headgate
import HeadgateGateway
import HeadgateOpenAPI

/// Which API definitions to read, and what they do not say themselves.
struct DocumentArguments: ParsableArguments {
    @Option(
        name: .customLong("openapi"),
        help: ArgumentHelp(
            "An API to serve: an OpenAPI or Swagger document, or a SAM or CloudFormation template; repeatable.",
            valueName: "file",
        ),
    )
    var documents: [String] = []

    @Option(
        name: .customLong("stage-file"),
        help: ArgumentHelp(
            "Describes the deployment stage as x-stage does: variables, canary, API keys, method settings. "
                + "With several --openapi: the first is for the first, and so on.",
            valueName: "file",
        ),
    )
    var stageFiles: [String] = []

    @OptionGroup var reading: DefinitionArguments

    func validate() throws {
        if stageFiles.count > documents.count {
            throw ValidationError("--stage-file describes the deployment stage of --openapi FILE, which is missing")
        }
    }

    func documents(_ gateway: GatewayArguments, environment: [String: String]) -> [APIDocument] {
        let options = reading.options(gateway, environment: environment)
        return documents.enumerated().map { index, path in
            APIDocument(path: path, stageFile: index < stageFiles.count ? stageFiles[index] : nil, options: options)
        }
    }
}

/// How a definition is read.
struct DefinitionArguments: ParsableArguments {
    @Option(
        name: .customLong("var"),
        help: ArgumentHelp(
            "A value for ${NAME}, a parameter or a resource in a definition, NAME=VALUE; repeatable.",
            valueName: "name=value",
        ),
    )
    var variables: [String] = []

    @Option(help: "Of a template with several APIs, the one with this logical id or name.")
    var api: String?

    @Option(help: "What becomes of a definition's base path: ignore, prepend or split.")
    var basePath = DefinitionOptions.BasePath.ignore

    @Flag(help: "Take warnings for errors.")
    var strict = false

    func validate() throws {
        for variable in variables where !variable.contains("=") {
            throw ValidationError("--var \(variable.quotedForMessage): expected NAME=VALUE")
        }
    }

    func options(_ gateway: GatewayArguments, environment: [String: String]) -> DefinitionOptions {
        var options = DefinitionOptions()
        for variable in variables {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            options.variables[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        options.basePath = basePath
        options.region = gateway.region(environment)
        options.accountID = gateway.accountID(environment)
        options.deploymentStage = gateway.deploymentStage
        options.api = api
        options.isStrict = strict
        return options
    }
}

extension DefinitionOptions.BasePath: ExpressibleByArgument {}
