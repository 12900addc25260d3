extension LuaReference {
    static let contextSections: [Section] = [
        Section(
            title: "The exchange: `ctx`",
            text:
                "The request on its way, in four views. Views read and change the exchange in place; they are of no use "
                + "when the request is over.",
            entries: [
                .value("ctx.request", "headgate.ctx.request", "What the client sent. Read-only."),
                .value("ctx.integration", "headgate.ctx.integration", "What goes to the backend and what comes back."),
                .value("ctx.response", "headgate.ctx.response", "What the client gets. In phase `response`."),
                .value(
                    "ctx.vars",
                    "table<string, any>",
                    "Values that the stages of one exchange share, made of what JSON has. What is read is a copy: assign the "
                        + "whole value to change it.",
                    example: """
                        ctx.vars.customer = { id = 7, tags = { "new" } }
                        assert(ctx.vars.customer.tags[1] == "new")
                        ctx.vars.customer = nil
                        """,
                ),
                .value("ctx.pipeline", "string", "The name of the pipeline."),
                .value("ctx.stage", "string", "The name of the stage."),
                .value(
                    "ctx.phase",
                    "\"request\"|\"response\"|\"error\"|\"log\"",
                    "Where in the pipeline the script runs.",
                ),
                .value("ctx.deadline", "number", "When the time of the script is up, in seconds since 1970."),
                .value(
                    "ctx.identity",
                    "table|nil",
                    "Who the client is, for templates `$context.authorizer`. Set in phase `request`.",
                    example: "ctx.identity = { principalId = \"ada\" }\nassert(ctx.identity.principalId == \"ada\")",
                ),
                .value(
                    "ctx.error",
                    "table|nil",
                    "Why a stage has failed: `status` and `message` as the client would get them, `type` (a gateway response), "
                        + "`reason`, and for operators `cause`, `stage`, `file` and `line`. In the phases `error` and `log`, where it is "
                        + "nil when nothing went wrong.",
                    example: """
                        if ctx.phase == "error" and ctx.error.type == "INTEGRATION_TIMEOUT" then
                          return ctx:respond{ status = 503, json = { message = "come back later" } }
                        end
                        """,
                ),
                .function(
                    "ctx:remaining_ms",
                    "",
                    returns: "integer",
                    "Milliseconds until the time of the script is up.",
                    example: "assert(ctx:remaining_ms() > 0)",
                ),
                .function(
                    "ctx:respond",
                    "response: {status?: integer, headers?: table, body?: string, json?: any}",
                    returns: "any",
                    "What to return for an answer to the client; the stages that follow are left out. The status is 200 unless "
                        + "given; `json` sets the content type.",
                    example: "return ctx:respond{ status = 403, json = { message = \"not today\" } }",
                ),
                .function(
                    "ctx:skip",
                    "",
                    returns: "any",
                    "What to return to leave out the stages up to the backend call, or the rest behind it.",
                    example: "return ctx:skip()",
                ),
            ],
        ),
        Section(
            title: "`ctx.request`",
            text: "What the client sent.",
            entries: [
                .value("ctx.request.method", "string", "The method, e.g. `GET`."),
                .value("ctx.request.path", "string", "The path, percent-decoded."),
                .value("ctx.request.raw_path", "string", "The path as it was sent."),
                .value("ctx.request.raw_query", "string|nil", "What stood behind `?`."),
                .value(
                    "ctx.request.params",
                    "table<string, string>",
                    "The values of `{name}` in the route, percent-decoded.",
                    example: "assert(ctx.request.params.id == \"4 2\")",
                ),
                .value("ctx.request.query", "headgate.query", "The query's parameters."),
                .value("ctx.request.headers", "headgate.headers", "The header fields."),
                .value("ctx.request.body", "headgate.body", "The payload."),
                .value("ctx.request.host", "string|nil", "The `Host` header."),
                .value("ctx.request.scheme", "string", "`http` or `https`."),
                .value("ctx.request.client_ip", "string", "The client's address."),
                .value("ctx.request.protocol", "string", "`HTTP/1.1`."),
                .value("ctx.request.id", "string", "The request's id, which the client gets as `x-amzn-RequestId`."),
            ],
        ),
        Section(
            title: "`ctx.integration`",
            text: "The backend's side. The request can be changed in phase `request`; the response is there in phase "
                + "`response`, and read-only: change `ctx.response`.",
            entries: [
                .value("ctx.integration.request", "headgate.ctx.integration.request", "What goes to the backend."),
                .value("ctx.integration.response", "headgate.ctx.integration.response", "What the backend answered."),
                .value("ctx.integration.request.method", "string", "The method."),
                .value(
                    "ctx.integration.request.url",
                    "string",
                    "The absolute URL. Setting it sets path and query.",
                    example: """
                        ctx.integration.request.url = "https://backend.example.com/orders?x=1"
                        assert(ctx.integration.request.path == "/orders" and ctx.integration.request.query.x == "1")
                        """,
                ),
                .value("ctx.integration.request.path", "string", "The path, percent-encoded."),
                .value("ctx.integration.request.target", "string", "Path and query as they go out. Read-only."),
                .value("ctx.integration.request.query", "headgate.query", "The query's parameters."),
                .value("ctx.integration.request.headers", "headgate.headers", "The header fields."),
                .value("ctx.integration.request.body", "headgate.body", "The payload."),
                .value("ctx.integration.request.timeout", "integer", "Milliseconds that the backend call may take."),
                .value("ctx.integration.response.status", "integer", "The status."),
                .value("ctx.integration.response.headers", "headgate.headers", "The header fields."),
                .value("ctx.integration.response.body", "headgate.body", "The payload."),
                .value("ctx.integration.response.attempts", "integer", "How often the call was tried."),
                .value("ctx.integration.response.duration", "number", "How long it took, in milliseconds."),
            ],
        ),
        Section(
            title: "`ctx.response`",
            text: "What the client gets, in phase `response`.",
            entries: [
                .value("ctx.response.status", "integer", "The status."),
                .value("ctx.response.headers", "headgate.headers", "The header fields."),
                .value("ctx.response.body", "headgate.body", "The payload."),
            ],
        ),
        Section(
            title: "Headers",
            text:
                "Names without case, several values a name, in order. `headers[\"X-Id\"]` is the first value; assigning sets "
                + "all, nil removes. `pairs(headers)` gives every field.",
            entries: [
                .function(
                    "headers:get",
                    "name: string",
                    returns: "string|nil",
                    "The first value of a name.",
                    example: "assert(ctx.request.headers:get(\"content-type\") == \"application/json\")",
                ),
                .function(
                    "headers:all",
                    "name: string",
                    returns: "string[]",
                    "All values of a name.",
                    example: "assert(#ctx.request.headers:all(\"X-Tag\") == 2)",
                ),
                .function(
                    "headers:set",
                    "name: string, value: string|string[]|headgate.secret",
                    "Replaces all values of a name. Names that are no tokens and values with line breaks raise.",
                    example: "ctx.integration.request.headers:set(\"X-Id\", \"7\")",
                ),
                .function(
                    "headers:add",
                    "name: string, value: string|headgate.secret",
                    "Adds a value behind the others.",
                    example: "ctx.integration.request.headers:add(\"X-Id\", \"8\")",
                ),
                .function(
                    "headers:remove",
                    "name: string",
                    "Removes all values of a name.",
                    example: "ctx.integration.request.headers:remove(\"X-Id\")",
                ),
            ],
        ),
        Section(
            title: "Query",
            text:
                "Names with case, decoded; several values a name, in order. `query.name` is the first value; assigning sets "
                + "all, nil removes. `pairs(query)` gives every parameter.",
            entries: [
                .function(
                    "query:get",
                    "name: string",
                    returns: "string|nil",
                    "The first value of a name.",
                    example: "assert(ctx.request.query:get(\"b\") == \"x y\" and ctx.request.query.b == \"x y\")",
                ),
                .function(
                    "query:all",
                    "name: string",
                    returns: "string[]",
                    "All values of a name.",
                    example: "assert(#ctx.request.query:all(\"a\") == 2)",
                ),
                .function(
                    "query:set",
                    "name: string, value: string",
                    "Replaces all values of a name.",
                    example: "ctx.integration.request.query:set(\"page\", \"1\")",
                ),
                .function(
                    "query:add",
                    "name: string, value: string",
                    "Adds a value behind the others.",
                    example: "ctx.integration.request.query:add(\"page\", \"2\")",
                ),
                .function(
                    "query:remove",
                    "name: string",
                    "Removes all values of a name.",
                    example: "ctx.integration.request.query:remove(\"page\")",
                ),
            ],
        ),
        Section(
            title: "Bodies",
            text: "A script that names `body` makes the pipeline keep payloads; others let them stream past.",
            entries: [
                .function(
                    "body:bytes",
                    "",
                    returns: "string",
                    "The bytes as they are.",
                    example: "assert(#ctx.request.body:bytes() == ctx.request.body:size())",
                ),
                .function("body:text", "", returns: "string", "As UTF-8, with U+FFFD for what is none."),
                .function(
                    "body:json",
                    "",
                    returns: "any, string|nil",
                    "The value of a JSON payload; nil and why, where it is none. Objects keep their order, 64-bit integers their "
                        + "digits, and null is `host.json.null`.",
                    example: "assert(ctx.request.body:json().b[2] == 2.5)",
                ),
                .function(
                    "body:form",
                    "",
                    returns: "table<string, string>",
                    "The fields of an `application/x-www-form-urlencoded` payload, the first value of each.",
                    example: """
                        ctx.integration.request.body:set("a=1&b=x+y")
                        assert(ctx.integration.request.body:form().b == "x y")
                        """,
                ),
                .function("body:size", "", returns: "integer", "The number of bytes."),
                .function(
                    "body:set",
                    "bytes: string|headgate.secret, type?: string",
                    "Replaces the payload, and the content type if given.",
                    example: "ctx.integration.request.body:set(\"<a/>\", \"application/xml\")",
                ),
                .function(
                    "body:set_json",
                    "value: any",
                    "Replaces the payload by JSON.",
                    example: "ctx.integration.request.body:set_json({ id = 7 })",
                ),
            ],
        ),
    ]
}
