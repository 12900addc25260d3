extension LuaReference {
    static let hostSections: [Section] = [
        Section(
            title: "JSON: `host.json`",
            text: "What is read keeps its order and its kind: an empty list stays a list.",
            entries: [
                .function(
                    "host.json.decode",
                    "text: string, options?: {depth: integer}",
                    returns: "any, string|nil",
                    "The value of a JSON text; nil and what is wrong where.",
                    example: """
                        local value = host.json.decode('{"ids": [1, 2], "none": null}')
                        assert(#value.ids == 2 and value.none == host.json.null)
                        assert(select(2, host.json.decode("{")))
                        """,
                ),
                .function(
                    "host.json.encode",
                    "value: any, options?: {pretty: boolean, depth: integer}",
                    returns: "string",
                    "A value as JSON. Tables with elements are lists; keys of others are sorted, unless they were read from JSON.",
                    example: "assert(host.json.encode({ b = 1, a = { 1, 2 } }) == '{\"a\":[1,2],\"b\":1}')",
                ),
                .function(
                    "host.json.array",
                    "table?: table",
                    returns: "table",
                    "A table that is a list also when it is empty.",
                    example: "assert(host.json.encode(host.json.array{}) == \"[]\")",
                ),
                .function(
                    "host.json.object",
                    "table?: table",
                    returns: "table",
                    "A table that is an object also when it is empty.",
                    example: "assert(host.json.encode(host.json.object{}) == \"{}\")",
                ),
                .value("host.json.null", "userdata", "JSON's null; it is true in conditions, so compare with it."),
            ],
        ),
        Section(
            title: "Requests: `host.http`",
            text:
                "Requests of the script's own, at most eight in a run. The script waits, its lane does not. Where they may go "
                + "stands in `permissions: {http: [https://api.example.com/*]}`; names that lead into private networks are "
                + "refused. A response is a table with `status`, `headers` (names in lower case) and `body`. Statuses of any kind "
                + "are responses: nil and a text mean that there was none.",
            entries: [
                .function(
                    "host.http.request",
                    "request: {url: string, method?: string, headers?: table, query?: table, json?: any, form?: table, body?: string, timeout_ms?: integer}",
                    returns: "table|nil, string|nil",
                    "Sends a request. `json`, `form` or `body` make it a POST unless a method is given.",
                    example: """
                        local answer, problem = host.http.request{ url = "https://api.example.com/items", json = { id = 7 } }
                        if not answer then return nil, problem end
                        assert(answer.status == 200 and answer.headers["content-type"] == "application/json")
                        """,
                ),
                .function(
                    "host.http.get",
                    "url: string, options?: table",
                    returns: "table|nil, string|nil",
                    "As `request`, with GET.",
                    example:
                        "local answer = host.http.get(\"https://api.example.com/items\", { query = { page = \"2\" } })",
                ),
                .function(
                    "host.http.post",
                    "url: string, options?: table",
                    returns: "table|nil, string|nil",
                    "As `request`, with POST.",
                    example:
                        "local answer = host.http.post(\"https://api.example.com/items\", { form = { a = \"1\" } })",
                ),
                .function(
                    "host.http.all",
                    "requests: table[]",
                    returns: "table, table",
                    "Sends several requests at the same time and waits for all. Gives the responses in their order, false for "
                        + "those that failed, and a table of the reasons by position.",
                    example: """
                        local answers, problems = host.http.all{
                          { url = "https://api.example.com/items/1" },
                          { url = "https://api.example.com/items/2" },
                        }
                        assert(answers[1].status == 200 and not problems[2])
                        """,
                ),
            ],
        ),
        Section(
            title: "Logging: `host.log`",
            text:
                "Lines go to the gateway's log with pipeline, stage, request id and the line of the script; at most 100 a run. "
                + "`print` is `host.log.info`.",
            entries: [
                .function("host.log.debug", "message: string, fields?: table", "For the author."),
                .function(
                    "host.log.info",
                    "message: string, fields?: table",
                    "For the operator.",
                    example: "host.log.info(\"order enriched\", { order = 7 })",
                ),
                .function("host.log.warn", "message: string, fields?: table", "Something is odd."),
                .function("host.log.error", "message: string, fields?: table", "Something is wrong."),
            ],
        ),
        Section(
            title: "Cache: `host.cache`",
            text:
                "Values that outlive the request, shared by all lanes; each plugin and each script file has a part of its own. "
                + "Its size stands in `permissions: {cache: 1MiB}`; when it is full, what was not used for longest goes.",
            entries: [
                .function(
                    "host.cache.get",
                    "key: string",
                    returns: "any",
                    "The value; nil where there is none any more.",
                    example: """
                        host.cache.set("answer", { 42 }, { ttl = 60 })
                        assert(host.cache.get("answer")[1] == 42)
                        """,
                ),
                .function(
                    "host.cache.set",
                    "key: string, value: any, options?: {ttl: number}",
                    "Keeps a value, for `ttl` seconds if given.",
                ),
                .function(
                    "host.cache.delete",
                    "key: string",
                    "Forgets a value.",
                    example: "host.cache.delete(\"answer\")",
                ),
                .function(
                    "host.cache.fetch",
                    "key: string, options: {ttl: number}|nil, make: fun(key: string): any, any",
                    returns: "any, any",
                    "The value, or what `make` returns, which is kept. However many ask at the same time, `make` runs once and the "
                        + "others wait. It may return the seconds that the value lasts as a second value, or nil and a reason, "
                        + "which is not kept.",
                    example: """
                        local count = host.cache.fetch("count", { ttl = 10 }, function()
                          return host.json.decode(host.http.get("https://api.example.com/count").body)
                        end)
                        """,
                ),
            ],
        ),
        Section(
            title: "Secrets: `host.secret`",
            text:
                "Values that a script can use and cannot see, from `HEADGATE_SECRET_NAME` in the environment or a file in the "
                + "folder of `--secrets`. Which ones stands in `permissions: {secrets: [signing-*]}`. They can be joined with text, "
                + "encoded, put into headers, forms and bodies, and serve as keys; printed, they are `[secret]`.",
            entries: [
                .function(
                    "host.secret",
                    "name: string",
                    returns: "headgate.secret|nil, string|nil",
                    "A secret; nil and why there is none.",
                    example: """
                        local token = host.secret("api-token")
                        ctx.integration.request.headers["Authorization"] = "Bearer " .. token
                        assert(tostring(token) == "[secret]")
                        """,
                ),
                .function("secret:reveal", "", returns: "string", "The text; needs `permissions: {reveal: true}`."),
            ],
        ),
    ]
}
