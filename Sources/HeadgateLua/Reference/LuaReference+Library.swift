extension LuaReference {
    static let libraryHostSections: [Section] = [
        Section(
            title: "Cryptography: `host.crypto`",
            text: "Keys may be secrets. Digests are bytes: encode them with `host.hex` or `host.base64`.",
            entries: [
                .function(
                    "host.crypto.digest",
                    "algorithm: \"sha256\"|\"sha384\"|\"sha512\", text: string",
                    returns: "string",
                    "A hash.",
                    example:
                        "assert(host.hex.encode(host.crypto.digest(\"sha256\", \"abc\")):sub(1, 8) == \"ba7816bf\")",
                ),
                .function(
                    "host.crypto.hmac",
                    "algorithm: string, key: string|headgate.secret, text: string",
                    returns: "string",
                    "A keyed hash (RFC 2104).",
                    example: "assert(#host.crypto.hmac(\"sha512\", \"key\", \"text\") == 64)",
                ),
                .function(
                    "host.crypto.random",
                    "count: integer",
                    returns: "string",
                    "Random bytes that nobody can guess, up to 1024.",
                    example: "assert(#host.crypto.random(16) == 16)",
                ),
                .function(
                    "host.crypto.equals",
                    "a: string|headgate.secret, b: string|headgate.secret",
                    returns: "boolean",
                    "Compares in a time that does not say where two texts differ.",
                    example: "assert(host.crypto.equals(\"same\", \"same\"))",
                ),
                .function(
                    "host.crypto.sigv4",
                    "request: table, options: {service: string, region: string, access_key: string|headgate.secret, "
                        + "secret_key: string|headgate.secret, session_token?: string|headgate.secret, unsigned_payload?: boolean, "
                        + "time?: number}",
                    returns: "table",
                    "AWS Signature Version 4 for a request as `host.http.request` takes it: the headers to send, its own and those "
                        + "that sign it. A session token that is a secret stays one.",
                    example: """
                        local request = { url = "https://api.example.com/queue?Action=ListQueues", json = { limit = 5 } }
                        request.headers = host.crypto.sigv4(request, {
                          service = "sqs", region = "eu-central-1",
                          access_key = "AKIDEXAMPLE", secret_key = host.secret("api-token"),
                        })
                        assert(request.headers["Authorization"]:find("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/", 1, true) == 1)
                        local answer = host.http.request(request)
                        """,
                ),
                .function(
                    "host.crypto.jwt_sign",
                    "claims: table, key: string|headgate.secret|table, options?: {alg?: string, header?: table}",
                    returns: "string",
                    "A JSON Web Token. A shared key signs with HS256 (the default), HS384 or HS512; a private one, PEM or a JWK, "
                        + "with RS*, PS*, ES256 or ES384, of which its kind has a default. The `kid` of a JWK goes into "
                        + "the header.",
                    example: """
                        local token = host.crypto.jwt_sign({ sub = "ada", exp = host.time.now() + 60 }, "shared key")
                        assert(host.crypto.jwt_verify(token, "shared key").sub == "ada")
                        local key = {
                          kty = "EC", crv = "P-256", kid = "mine", d = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
                          x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                        }
                        local signed = host.crypto.jwt_sign({ sub = "ada" }, key)
                        local claims, header = host.crypto.jwt_verify(signed, key)
                        assert(claims.sub == "ada" and header.alg == "ES256" and header.kid == "mine")
                        """,
                ),
                .function(
                    "host.crypto.jwt_verify",
                    "token: string, key: string|headgate.secret|table, options?: {algorithms: string[], issuer: string, audience: string[], leeway: number}",
                    returns: "table|nil, table|string",
                    "Claims and header of a token with a good signature, whose time, issuer and audience are right; nil and why not. "
                        + "The key is a text for HS*, or a JWK, a list of them or a JWK Set for RS*, PS*, ES256 and ES384.",
                    example: """
                        local claims, problem = host.crypto.jwt_verify("a.b.c", { keys = {} })
                        assert(claims == nil and problem)
                        """,
                ),
                .function(
                    "host.crypto.jwt_decode",
                    "token: string",
                    returns: "table|nil, table|string",
                    "Claims and header of which nothing is verified: for choosing a key, for nothing else.",
                ),
            ],
        ),
        Section(
            title: "Encodings: `host.base64`, `host.hex`, `host.url`",
            text: "Secrets stay secrets when they are encoded.",
            entries: [
                .function(
                    "host.base64.encode",
                    "bytes: string|headgate.secret, options?: {url: boolean}",
                    returns: "string",
                    "Base64; with `url` in the alphabet for URLs, without padding.",
                    example:
                        "assert(host.base64.encode(\"a?\") == \"YT8=\" and host.base64.encode(\"a?\", { url = true }) == \"YT8\")",
                ),
                .function(
                    "host.base64.decode",
                    "text: string",
                    returns: "string|nil, string|nil",
                    "Takes both alphabets.",
                    example: "assert(host.base64.decode(\"YT8\") == \"a?\")",
                ),
                .function(
                    "host.hex.encode",
                    "bytes: string",
                    returns: "string",
                    "Two lower-case digits for each byte.",
                    example: "assert(host.hex.encode(\"\\1\\255\") == \"01ff\")",
                ),
                .function(
                    "host.hex.decode",
                    "text: string",
                    returns: "string|nil, string|nil",
                    "Takes digits of both cases.",
                    example: "assert(host.hex.decode(\"01FF\") == \"\\1\\255\")",
                ),
                .function(
                    "host.url.encode",
                    "text: string|headgate.secret",
                    returns: "string",
                    "Percent-encodes all but letters, digits and `-._~`.",
                    example: "assert(host.url.encode(\"a b/c\") == \"a%20b%2Fc\")",
                ),
                .function(
                    "host.url.decode",
                    "text: string",
                    returns: "string",
                    "The reverse.",
                    example: "assert(host.url.decode(\"a%20b\") == \"a b\")",
                ),
                .function(
                    "host.url.parse",
                    "url: string",
                    returns: "table|nil, string|nil",
                    "`scheme`, `host`, `port`, `path` and `query` of an absolute http or https URL.",
                    example: "assert(host.url.parse(\"https://example.com/a?b=1\").port == 443)",
                ),
            ],
        ),
        Section(
            title: "Time: `host.time`",
            text: "Moments are seconds since 1970, UTC, with fractions.",
            entries: [
                .function(
                    "host.time.now",
                    "",
                    returns: "number",
                    "The moment.",
                    example: "assert(host.time.now() > 1.6e9)",
                ),
                .function(
                    "host.time.monotonic",
                    "",
                    returns: "number",
                    "Seconds of a clock that never goes back, for durations.",
                ),
                .function(
                    "host.time.format",
                    "moment: number, format?: \"iso\"|\"http\"",
                    returns: "string",
                    "As RFC 3339 has it, or as HTTP's `Date`.",
                    example: "assert(host.time.format(0, \"http\") == \"Thu, 01 Jan 1970 00:00:00 GMT\")",
                ),
                .function(
                    "host.time.parse",
                    "text: string",
                    returns: "number|nil, string|nil",
                    "Reads both forms.",
                    example: "assert(host.time.parse(\"1970-01-01T00:01:00Z\") == 60)",
                ),
                .function(
                    "host.time.sleep",
                    "seconds: number",
                    "Waits; others run meanwhile.",
                    example: "host.time.sleep(0.001)",
                ),
            ],
        ),
        Section(
            title: "Patterns: `host.re`",
            text:
                "Java's regular expressions, as selection patterns have them, with bounded work. Flags are letters of `imsxu`.",
            entries: [
                .function(
                    "host.re.match",
                    "subject: string, pattern: string, flags?: string",
                    returns: "string|nil",
                    "The groups of the first match, or all of it where there are none.",
                    example:
                        "local year, month = host.re.match(\"2026-01\", [[(\\d+)-(\\d+)]])\nassert(year == \"2026\" and month == \"01\")",
                ),
                .function(
                    "host.re.find",
                    "subject: string, pattern: string, flags?: string",
                    returns: "integer|nil, integer",
                    "First and last byte of the first match.",
                    example: "assert(host.re.find(\"abc\", \"c\") == 3)",
                ),
                .function(
                    "host.re.test",
                    "subject: string, pattern: string, flags?: string",
                    returns: "boolean",
                    "Whether it matches anywhere.",
                    example: "assert(host.re.test(\"ABC\", \"b\", \"i\"))",
                ),
                .function(
                    "host.re.gsub",
                    "subject: string, pattern: string, replacement: string, flags?: string",
                    returns: "string",
                    "Replaces all matches; `$1` is a group.",
                    example: "assert(host.re.gsub(\"a1b2\", [[\\d]], \"-\") == \"a-b-\")",
                ),
                .function(
                    "host.re.split",
                    "subject: string, pattern: string, flags?: string",
                    returns: "string[]",
                    "The pieces between the matches.",
                    example: "assert(#host.re.split(\"a, b;c\", \"[,;] *\") == 3)",
                ),
            ],
        ),
        Section(
            title: "Templates: `host.template`",
            text: "The engine of mapping templates.",
            entries: [
                .function(
                    "host.template.render",
                    "template: string, body?: any",
                    returns: "string",
                    "Renders a mapping template with `$input`, `$context` and `$stageVariables` of this exchange. The body is text, or "
                        + "a value that becomes JSON; without it, that of the request or of the backend's answer.",
                    example:
                        "assert(host.template.render(\"Hello $input.path('$.name')\", { name = \"Ada\" }) == \"Hello Ada\")",
                )
            ],
        ),
        Section(
            title: "Metrics: `host.metrics`",
            text:
                "Series are named `headgate_script_NAME` and have the labels `pipeline` and `stage`. A metric has 200 series at "
                + "most; more are counted under the label value `other`.",
            entries: [
                .function(
                    "host.metrics.increment",
                    "name: string, by?: number, labels?: table",
                    "Adds to a counter.",
                    example: "host.metrics.increment(\"orders_total\", 1, { kind = \"new\" })",
                ),
                .function("host.metrics.set", "name: string, value: number, labels?: table", "Sets a gauge."),
                .function(
                    "host.metrics.observe",
                    "name: string, value: number, labels?: table",
                    "Adds to a histogram.",
                    example: "host.metrics.observe(\"order_lines\", 3)",
                ),
            ],
        ),
        Section(
            title: "Traces: `host.trace`",
            text: "For `headgate invoke` and failing tests, which show what each stage did.",
            entries: [
                .function(
                    "host.trace.note",
                    "name: string, value: any",
                    "A remark.",
                    example: "host.trace.note(\"total\", { cents = 1250 })",
                ),
                .function(
                    "host.trace.span",
                    "name: string, body: function, ...: any",
                    returns: "any",
                    "Calls a function, notes how long it took, and returns what it returned.",
                    example: "assert(host.trace.span(\"sum\", function(a, b) return a + b end, 1, 2) == 3)",
                ),
            ],
        ),
        Section(
            title: "Others",
            text: "",
            entries: [
                .function(
                    "host.uuid",
                    "",
                    returns: "string",
                    "A random UUID (version 4).",
                    example: "assert(#host.uuid() == 36)",
                ),
                .function(
                    "print",
                    "...: any",
                    "As `host.log.info`, all arguments as text.",
                    example: "print(\"seen\", 7)",
                ),
                .function(
                    "require",
                    "name: string",
                    returns: "any",
                    "In plugins: the value of `lib/NAME.lua` by the name `lib.NAME`. It runs once in each run of a script.",
                ),
            ],
        ),
        Section(
            title: "Lua's own library",
            text:
                "Lua 5.4 without what reaches outside or escapes limits. There are `assert`, `error`, `getmetatable`, `ipairs`, "
                + "`next`, `pairs`, `pcall`, `rawequal`, `rawget`, `rawlen`, `rawset`, `select`, `setmetatable`, `tonumber`, "
                + "`tostring`, `type`, `xpcall`, `math`, `string`, `table`, `utf8`, and of `os` `clock`, `date`, `difftime` and "
                + "`time`. There are no `coroutine`, `debug`, `io`, `load`, `package`, no finalizers and no closing values; "
                + "patterns have bounded work.",
            entries: [],
        ),
    ]
}
