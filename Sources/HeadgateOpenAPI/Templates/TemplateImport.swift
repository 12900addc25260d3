import Headgate

/// Finds APIs in a document: the document itself, or those of a SAM or CloudFormation template.
struct TemplateImport {
    let options: DefinitionOptions
    let directory: String?
    let diagnostics: Diagnostics

    func apis(in node: ConfigurationNode) -> [RestAPI] {
        let variables = DefinitionVariables(options: options, diagnostics: diagnostics)
        let isTemplate = !OpenAPIReader.isDocument(node) && (node["Resources"]?.isMapping ?? false)
        let functions = IntrinsicFunctions(
            template: isTemplate ? node : nil,
            variables: variables,
            directory: directory,
            diagnostics: diagnostics,
        )
        if isTemplate {
            return TemplateAPIs(
                template: node,
                options: options,
                functions: functions,
                variables: variables,
                diagnostics: diagnostics,
            )
            .apis()
        }
        guard OpenAPIReader.isDocument(node) else {
            diagnostics.error(
                at: node.location,
                "Invalid OpenAPI input.",
                expected:
                    "expected an OpenAPI document (openapi: or swagger:) or a template with Resources; found \(node.found)",
            )
            return []
        }
        guard let root = functions.evaluate(node) else { return [] }
        return [OpenAPIReader(root: root, options: options, variables: variables, diagnostics: diagnostics).api()]
            .compactMap { $0 }
    }
}
