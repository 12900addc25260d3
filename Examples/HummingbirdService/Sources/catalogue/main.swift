import CatalogueService

// CATALOGUE=http://127.0.0.1:8081 swift run catalogue pipelines
try await CatalogueService.run(pipelines: CommandLine.arguments.dropFirst().first ?? "pipelines")
