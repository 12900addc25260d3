import Headgate
import OrderedJSON

/// Reference documentation in Markdown, made from the declarations that read pipeline files.
public enum ReferencePages {
    // MARK: Stages

    /// The kinds of stage, one a line, for a terminal.
    public static func list(of registry: StageRegistry) -> String {
        let width = registry.kinds.map(\.count).max() ?? 0
        return registry.declarations.map { declaration in
            let phase = declaration.phase == .any ? "anywhere" : declaration.phase.rawValue
            return padded(declaration.kind, to: width) + "  " + padded(phase, to: 11) + "  " + declaration.summary
        }.joined(separator: "\n")
    }

    /// The kinds of stage as a JSON array, indented: `kind`, `phase`, `origin`, `summary`, `documentation`,
    /// `example` and `fields`, each with `name`, `type`, `required`, `default` and `documentation`.
    public static func listJSON(of registry: StageRegistry) -> String {
        let list = registry.declarations.map { declaration -> JSONValue in
            [
                "kind": .string(declaration.kind),
                "phase": .string(declaration.phase.rawValue),
                "origin": .string(declaration.origin),
                "summary": .string(declaration.summary),
                "documentation": .string(declaration.documentation),
                "example": .string(declaration.example),
                "fields": .array(declaration.shape.fields().map(json)),
            ]
        }
        return JSONWriter.string(.array(list), style: .pretty)
    }

    private static func json(_ field: FieldShape) -> JSONValue {
        var value: JSONValue = [
            "name": .string(field.name),
            "type": .string(TypeWords.words(for: field.shape)),
            "required": .bool(field.isRequired),
        ]
        value["default"] = field.defaultText.map(JSONValue.string)
        value["documentation"] = .string(field.documentation)
        return value
    }

    /// The page of one kind of stage.
    public static func page(of declaration: StageDeclaration) -> String {
        section(of: declaration, level: 1)
    }

    /// One page with all kinds of stage.
    public static func stagesPage(of registry: StageRegistry) -> String {
        var out = """
            # Stages

            The kinds of stage that a `stages:` list may have. This page is generated from their declarations.

            | kind | place in the order | what it does |
            | --- | --- | --- |

            """
        for declaration in registry.declarations {
            let phase = declaration.phase == .any ? "anywhere" : declaration.phase.rawValue
            out += "| [`\(declaration.kind)`](#\(declaration.kind)) | \(phase) | \(cell(declaration.summary)) |\n"
        }
        for declaration in registry.declarations {
            out += "\n" + section(of: declaration, level: 2) + "\n"
        }
        return String(out.dropLast())
    }

    private static func section(of declaration: StageDeclaration, level: Int) -> String {
        let place =
            declaration.phase == .any
            ? "May stand anywhere in a list." : "Its place in the order is `\(declaration.phase.rawValue)`."
        var parts = [heading(declaration.kind, level), declaration.summary + " " + place]
        if !declaration.documentation.isEmpty { parts.append(declaration.documentation) }
        var tables = FieldTables(level: level + 1)
        tables.add(declaration.shape, named: nil)
        parts.append(tables.text.isEmpty ? "It has no settings." : tables.text)
        parts.append(heading("Example", level + 1))
        parts.append(yaml(entry(declaration.example)))
        return parts.joined(separator: "\n\n")
    }

    /// Examples may be written with or without the dash of a list's entry.
    private static func entry(_ example: String) -> String {
        if example.hasPrefix("- ") { return example }
        let lines = example.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().map { ($0.offset == 0 ? "- " : $0.element.isEmpty ? "" : "  ") + $0.element }.joined(
            separator: "\n"
        )
    }

    // MARK: Pipeline files

    /// The page of the pipeline file: its keys, the `integration:` block, and `tests:`.
    public static func pipelineFilePage(of registry: StageRegistry) -> String {
        var tables = FieldTables(level: 2)
        tables.add(PipelineDraft.record(registry).shape, named: nil)
        var api = FieldTables(level: 3)
        api.add(APIBlock.record.shape, named: nil)
        var stage = FieldTables(level: 3)
        stage.add(StageBlock.record.shape, named: nil)
        var functions = FieldTables(level: 3)
        functions.add(FunctionBlock.record.shape, named: nil)
        var links = FieldTables(level: 3)
        links.add(LinkBlock.record.shape, named: nil)
        return """
            # Pipeline files

            A file whose name ends with `.yaml`, `.yml` or `.json` holds one pipeline, several documents with `---` between \
            them, each a pipeline, or a list of them below the key `pipelines`. This page is generated from the declarations \
            that read the files.

            Unknown keys, wrong types, bad templates and bad patterns are all reported in one run, with file, line and column. \
            Plain words are never guessed at: `no`, `012` and `1e3` are the text that was written, and the key's type says \
            what it means. Tags (`!!int`) are refused. Anchors and aliases work inside of a document, and `<<` merges mappings.

            ## Values from the environment

            `${NAME}` takes the value of an environment variable, `${NAME:-default}` a default where it is unset or empty, and \
            `$${NAME}` stays `${NAME}`. A name has capitals, digits and underscores. This works in plain and quoted values, but \
            not in blocks (`|` and `>`), and not below the keys \(verbatimKeys), whose languages use `${…}` themselves.

            ## Keys of a pipeline

            \(tables.text)

            ## An API: `api` and `stage`

            A file with the key `api` says what the pipelines of its folder, and of the folders in it, share: they are one API. \
            It is served at `/`, at `/STAGE` and under the host name `ID.execute-api.localhost`, and what no pipeline serves is \
            answered as an API does. Beside it `stage` describes the deployment stage. Both have the names of API Gateway's \
            resources, and `headgate import` writes them.

            ```yaml
            api:
              name: Pets
              binaryMediaTypes: [image/*]
              gatewayResponses:
                DEFAULT_4XX:
                  responseParameters:
                    gatewayresponse.header.Access-Control-Allow-Origin: "'*'"
            stage:
              name: prod
              variables: {host: 127.0.0.1:9000}
              canary: {percentTraffic: 5, stageVariableOverrides: {host: 127.0.0.1:9001}}
              apiKeys:
                - {id: shop, value: a-key-of-twenty-characters, quota: {limit: 1000, period: DAY}}
              callers:
                - accessKeyId: AKIDEXAMPLE
                  secretAccessKey: ${ANAS_SECRET}
                  userArn: arn:aws:iam::123456789012:user/ana
                  policy: {Statement: {Effect: Allow, Action: execute-api:Invoke, Resource: '*'}}
              methodSettings:
                "*/*": {throttlingRateLimit: 100, throttlingBurstLimit: 20}
            ```

            ### Keys of `api`

            \(api.text)

            ### Keys of `stage`

            \(stage.text)

            ## Functions: `functions`

            \(FunctionBlock.documentation) A process is started when it is needed and kept for the next call; one that fails, \
            ends, takes too long or uses too much memory costs its own call: the client gets what Lambda's failure would give it, \
            a 502 from a proxy integration, and the log names the cause. A process that is no longer needed gets SIGTERM, and \
            SIGKILL two seconds later. What it prints is logged with the invocation's id. With \
            `HEADGATE_FUNCTIONS_PORT` in the environment the functions are also served by Lambda's Invoke API, for \
            `aws lambda invoke --endpoint-url`.

            ```yaml
            functions:
              - name: hello
                command: python3 -m awslambdaric hello.handler
                code: functions
                timeout: 5
            ```

            \(functions.text)

            ## Links: `links`

            \(LinkBlock.documentation) `--links FILE` declares them for an API that is served from its OpenAPI document.

            ```yaml
            links:
              - name: orders
                targets: [orders-1.internal:8080, orders-2.internal:8080, {address: "10.0.0.9:8080", weight: 2}]
                proxy: socks5://bastion.internal:1080
                health: {path: /healthz, interval: 2s}
                breaker: {}
            ```

            A call goes to the one of two targets, drawn by their weights, that has less to do. A target is left out while its \
            health checks fail, and for a while after several calls in a row have failed; then single calls try it. A call is \
            made again, at another target, only where that is safe, and only as far as the budget goes. `--admin-port` shows \
            what is known of the targets at `/status`, and `headgate invoke` each attempt.

            \(links.text)
            """
    }

    private static var verbatimKeys: String {
        let keys = EnvironmentSubstitution.verbatimKeys.sorted().map { "`\($0)`" }
        return keys.dropLast().joined(separator: ", ") + " and " + (keys.last ?? "")
    }

    // MARK: Markdown

    static func heading(_ text: String, _ level: Int) -> String {
        String(repeating: "#", count: level) + " " + text
    }

    static func cell(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "|": out += "\\|"
            case "\n": out += " "
            default: out.append(character)
            }
        }
        return out
    }

    private static func yaml(_ text: String) -> String {
        "```yaml\n" + text + "\n```"
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
