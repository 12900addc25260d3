import Headgate

/// The kinds of stage that this module adds: `lua`, a script in a file, and `script`, one in the pipeline file.
public enum LuaStages {
    /// `lua` and `script`, for a ``StageRegistry``.
    public static let declarations: [StageDeclaration] = [lua, script]

    // MARK: Fields

    private static let file = Field<String?>(
        optional: "file",
        .text(format: "path of a Lua file", expectation: "the path of a Lua file beside the pipeline file"),
        "The script's file, relative to the folder of the pipeline file, and inside of it.",
    )

    private static let inline = Field<LuaSource?>(
        optional: "script",
        .scalar(.text(format: "Lua"), expectation: "Lua statements as a `|` block") { scalar, _ in
            LuaSource(inline: scalar)
        },
        "The script itself. Errors name the lines of the pipeline file.",
    )

    private static let config = Field<ConfigurationNode?>(
        optional: "config",
        FieldType(.any, expectation: "any value") { node, _ in node },
        "Given to the script as `config`, read-only.",
    )

    private static let permissions = Field<LuaPermissions>(
        "permissions",
        .record(LuaPermissionsRecord.record),
        default: LuaPermissions(),
        "What the script may do beyond the exchange: nothing unless it stands here.",
    )

    static let limits = limits(default: LuaLimits())

    static func limits(default limits: LuaLimits) -> Field<LuaLimits> {
        Field("limits", .record(LuaLimitsRecord.record), default: limits, "What one run of the script may use.")
    }

    static let onError = Field<LuaErrorPolicy>(
        "onError",
        LuaErrorPolicyType.type,
        default: .fail,
        shown: "fail",
        "What becomes of the request when the script fails: `fail` answers 500 (or what the script's error says), "
            + "`skip` goes on with the next stage, `respond: {status, headers, body}` answers that.",
    )

    // MARK: Kinds

    private static let documentation = """
        The script sees the exchange as `ctx` and the host's functions as `host`:

        - `ctx.request` (what the client sent), `ctx.integration.request` (what goes to the backend),
          `ctx.integration.response` (what came back), `ctx.response` (what the client gets), each with
          `headers` and `body`, requests with `query`;
        - `ctx.vars`, `ctx.identity`, `ctx.pipeline`, `ctx.stage`, `ctx.phase`, `ctx:remaining_ms()`;
        - `host.json`, `host.log`, `host.http`, `host.cache`, `host.secret`, `host.crypto`, `host.re`, `host.time`,
          `host.url`, `host.base64`, `host.hex`, `host.uuid`, `host.template`, `host.metrics`, `host.trace`: see the
          [Lua reference](lua.md). Requests, secrets and the cache need `permissions`.

        In front of the backend call the phase is `request`, behind it `response`. A script is a list of
        statements, or returns a table of functions named as the phases, which get `ctx`, `config` and what
        `init(config)` returned. Its function `error` runs after any stage of the pipeline has failed and may change
        the response, its function `log` when the response is settled. `return ctx:respond{status = 403}` answers the client, `return ctx:skip()`
        leaves out the stages up to the backend call, `return nil, "reason"` fails.

        Globals are frozen, nothing is kept from one request to the next, and every run has a budget: a
        script that uses it up costs its own request an error and no other request anything.
        """

    static let lua = StageDeclaration(
        kind: "lua",
        phase: .any,
        summary: "Runs a Lua script from a file.",
        documentation: documentation,
        example: """
            lua:
              file: orders/enrich.lua
              config: {currency: EUR}
              limits: {cpu: 20ms}
              onError: skip
            """,
        fields: [file, inline, config, permissions, limits, onError],
        shorthand: "file",
        make: make,
    )

    static let script = StageDeclaration(
        kind: "script",
        phase: .any,
        summary: "Runs Lua statements that stand in the pipeline file.",
        documentation: documentation,
        example: """
            script: |
              if ctx.request.query.debug then
                ctx.integration.request.headers["X-Debug"] = "1"
              end
            """,
        fields: [inline, file, config, permissions, limits, onError],
        shorthand: "script",
        make: make,
    )

    // MARK: Making

    private static func make(_ settings: Settings, _ build: StageBuild) throws -> BuiltStage {
        let source: LuaSource
        switch (try settings[file], try settings[inline]) {
        case (let path?, nil):
            do throws(InvalidValue) {
                if let directory = build.directory { build.services[ConsultedFiles.self]?.add(directory + "/" + path) }
                source = try LuaFile.read(path, in: build.directory)
            } catch {
                var located = error
                located.location = located.location ?? settings.location(of: file)
                throw located
            }
        case (nil, let text?):
            source = text
        case (nil, nil):
            throw InvalidValue("the stage has no script", expected: "expected file: or script:")
        case (_?, _?):
            throw InvalidValue(
                "the stage has two scripts",
                expected: "expected file: or script:, not both",
                at: settings.location(of: inline),
            )
        }
        let limits = try settings[limits]
        let config = try settings[config].map(LuaConfiguration.json)
        let permissions = try settings[permissions]
        let policy = try settings[onError]
        do throws(LuaSyntaxError) {
            let checked = try LuaCheck.run(
                source,
                config: config,
                limits: limits,
                permissions: permissions,
                build.services,
            )
            let stage = LuaStage(
                script: checked.script,
                functions: checked.functions,
                onError: policy,
                readsPayload: checked.readsPayload,
                services: build.services,
            )
            return BuiltStage(stage, explanation: checked.explanation, details: checked.details)
        } catch {
            throw InvalidValue(error.message, expected: nil, at: error.location)
        }
    }
}
