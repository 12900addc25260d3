"""Rows 62 to 71: values, templates, patterns, paths and numbers on their way through a pipeline."""

import json
import pathlib
import time

from ground import end_to_end, require, row
from harness.backend import reply

FUZZ = pathlib.Path(__file__).resolve().parents[2] / "Fuzz"

VALUES = r"""
name: values
route: POST /values/{id}
integration:
  type: HTTP
  httpMethod: POST
  uri: ${BACKEND}/values/{id}
  requestParameters:
    integration.request.path.id: method.request.path.id
    integration.request.querystring.q: method.request.querystring.q
  requestTemplates:
    application/json: |-
      {"v": $input.json("$.v"), "whole": $input.json("$")}
  integrationResponses:
    - statusCode: "200"
      responseTemplates:
        application/json: '{"back": $input.json("$.v")}'
"""

EVIL = ['"', "\\", "\n", "</script>", "${context.stage}", "$input.body", "#set($x = 1)", "#if(true)x#end", "{{7*7}}", "#{x}", "$!x",
        "#macro(a)#end", "%{1}", "`id`", "$(id)", "a\u0000b", "\u2028", "\U0001f600", "#[[x]]#", "##", "#stop", "$util.base64Encode('x')"]


@row(62, "values with the signs of every language go through a template as data, unchanged")
def values(ground):
    gateway = ground.gateway(VALUES)
    for value in EVIL:
        ground.backend.forget()
        ground.backend.behaviours = {"/values/a": reply(body=json.dumps({"v": value}))}
        response = ground.ask(gateway, "/values/a", "POST", {"Content-Type": "application/json"}, json.dumps({"v": value}))
        [seen] = ground.backend.received
        require(json.loads(seen.body)["v"] == value and json.loads(seen.body)["whole"] == {"v": value}, f"{value!r}: {seen.body!r}")
        require(json.loads(response.body) == {"back": value}, f"{value!r}: {response.body!r}")
    ground.well(gateway)


end_to_end(62, "test_seed.SeedCase.test_d_values_stay_data")
for test in (
    "test_request_header_and_query", "test_request_path", "test_request_override", "test_response_header", "test_response_override",
    "test_framing_is_ours", "test_backend_response_headers",
):
    end_to_end(63, f"test_injection.Injection.{test}")


@row(64, "templates that loop, recurse, grow or nest end in time, with a place or a result", seconds=120)
def templates(ground):
    names = sorted(FUZZ.glob("templates/hostile-*"))
    require(len(names) > 50, "the seeds are gone")
    slowest = 0
    for file in names:
        status, said, took = ground.command("template", file, "--body", '{"a": [1, 2, 3], "b": "text"}', seconds=20)
        require(status in (0, 1), f"{file.name}: exit {status}: {said[-300:]}")
        require(len(said) < 12 << 20, f"{file.name}: {len(said)} bytes came out")
        slowest = max(slowest, took)
    require(slowest < 15, f"one took {slowest:.1f} s")


@row(64, "a template that would not end costs its own request an error, and no other request anything")
def template_in_service(ground):
    text = VALUES.replace('{"v": $input.json("$.v"), ', "#foreach($a in [1..2000])#foreach($b in [1..2000])#foreach($c in [1..2000])x#end#end#end")
    gateway = ground.gateway(text)
    status = ground.ask(gateway, "/values/a", "POST", {"Content-Type": "application/json"}, "{}").status
    require(status == 500, f"{status}")
    require(ground.backend.received == [], "something was sent")
    ground.well(gateway)


PATTERNS = """
name: patterns
route: GET /patterns
stages:
  - request: {}
  - http: {method: GET, uri: "${BACKEND}/patterns"}
  - select:
      - {pattern: %s, status: 409}
      - {pattern: '2.*', status: 201}
      - {pattern: '20\\d', status: 202}
      - {status: 503}
  - response: {}
"""


@row(67, "patterns that explode, are huge, empty or broken: refused at load, or over at once; a whole match, the first counts")
def patterns(ground):
    file = ground.folder() / "patterns.yaml"
    for pattern, statuses in (
        ("(a+)+$", (0, 1)), ("(" * 5000 + ")" * 5000, (1,)), ("a" * 100_000, (0, 1)), ("", (0, 1)), ("(", (1,)), ("[z-a]", (1,)),
        ("(?<=a+)b", (0, 1)), ("a{1000000000}", (0, 1)), ("(a{1000}){1000}", (0, 1)), ("\\\\", (0, 1)), ("*", (1,)), ("(x|x|x)*" * 50, (0, 1)),
        ("\\k<a>", (1,)), ("(.*)\\1\\1\\1", (0, 1)),
    ):
        file.write_text(PATTERNS % json.dumps(pattern))
        status, said, took = ground.command("check", file, environment={"BACKEND": "http://127.0.0.1:1"})
        require(status in statuses, f"{pattern[:40]!r}: {status} {said[-400:]}")
        require(status == 0 or "patterns.yaml:" in said, f"no place is told: {said[-300:]}")
        require(took < 10, f"{pattern[:40]!r} took {took:.1f} s")
    gateway = ground.gateway(PATTERNS % "'(2+)+$|(4+)+x|0'")
    for status, expected in ((200, 201), (201, 201), (299, 201), (404, 503), (222, 409)):
        ground.backend.behaviours = {"/patterns": reply(status)}
        answered = ground.ask(gateway, "/patterns").status
        require(answered == expected, f"{status} gave {answered}, expected {expected}")
    ground.well(gateway)


ERRORS = """
name: errors
route: GET /errors
integration:
  type: HTTP
  httpMethod: GET
  uri: ${GONE}/errors
  timeoutInMillis: 500
  integrationResponses:
    - statusCode: "200"
    - statusCode: "299"
      selectionPattern: "refused|timed out|504|502|.*refused.*"
"""


@row(68, "what went wrong on the way to a backend is a failure of the gateway's own, that no pattern and no client chooses")
def errors(ground):
    gateway = ground.gateway(ERRORS, environment={"GONE": "http://127.0.0.1:1"})
    for headers in ({}, {"X-Selection-Pattern": "299", "X-Amzn-ErrorType": "refused"}):
        status = ground.ask(gateway, "/errors?selectionPattern=299", "GET", headers).status
        require(status in (502, 504), f"{status}")
    ground.well(gateway)


@row(69, "JSONPath that looks everywhere, filters without end, slices backwards or joins ten thousand names: bounded", seconds=60)
def paths(ground):
    folder = ground.folder()
    wide = folder / "wide.json"
    wide.write_text(json.dumps({f"k{number}": {"a": list(range(20)), "b": {"a": "x" * 20}} for number in range(20_000)}))
    deep = folder / "deep.json"
    deep.write_text('{"a":' * 900 + "1" + "}" * 900)
    for expression, file in (
        ("$..*", wide), ("$..*..*..*", wide), ("$..[?(@.a)]", wide), ("$..[?(@..a)]", wide), ("$..a..a..a..a", deep), ("$..*..*..*..*", deep),
        ("$[" + ",".join(f"'k{number}'" for number in range(10_000)) + "]", wide), ("$.k1.a[-99999999999999999999:]", wide),
        ("$.k1.a[9223372036854775807]", wide), ("$.k1.a[-1:-9:-1]", wide), ("$" + "[0]" * 30_000, wide), ("$[?(" * 2000, wide),
        ("$..[?(@.b.a =~ /(x+)+y/)]", wide), ("$.k1.a[::0]", wide), ("$..[?(@.a == $..a)]", wide), ("$" + ".." * 5000, deep),
    ):
        status, said, took = ground.command("jsonpath", expression, file, seconds=30)
        require(status in (0, 1, 2, 64), f"{expression[:40]}: exit {status}")
        require(took < 20, f"{expression[:40]}: {took:.1f} s")
        require(len(said) < 64 << 20, f"{expression[:40]}: {len(said)} bytes came out")


@row(70, "numbers go through unchanged: beyond 2^53, -0, 1e400, long fractions")
def numbers(ground):
    gateway = ground.gateway(VALUES)
    # What the service writes otherwise: exponents as decimals, zero without its sign, nothing for more than a double holds.
    changed = {"-0": "0", "1e400": "null", "1E+2": "100.0", "-1e-400": "-0.0"}
    for number in ("9007199254740993", "-0", "1e400", "18446744073709551616", "0.1000000000000000055511151231257827", "1E+2", "-1e-400", "7" * 200):
        ground.backend.forget()
        ground.backend.behaviours = {"/values/a": reply(body=f'{{"v": {number}}}')}
        response = ground.ask(gateway, "/values/a", "POST", {"Content-Type": "application/json"}, f'{{"v": {number}}}')
        number = changed.get(number, number)
        require(f'{{"v": {number},'.encode() in ground.backend.received[0].body, f"{number}: {ground.backend.received[0].body!r}")
        require(response.body == f'{{"back": {number}}}'.encode(), f"{number}: {response.body!r}")


@row(71, "the order of keys stays, of a repeated key the last counts, null is not nothing, and nothing is empty")
def keys(ground):
    gateway = ground.gateway(VALUES)
    for sent, whole in (
        (b'{"z":1,"a":2,"m":3}', b'"whole": {"z":1,"a":2,"m":3}}'), (b'{"v":null}', b'"whole": {"v":null}}'), (b'{"v":""}', b'"whole": {"v":""}}'),
        (b'{"w":1}', b'"whole": {"w":1}}'),
        (b'{"b":{"y":1,"x":2}}', b'"whole": {"b":{"y":1,"x":2}}}'), (b'{"v":1,"v":2}', b'{"v": 2,'),
    ):
        ground.backend.forget()
        require(ground.ask(gateway, "/values/a", "POST", {"Content-Type": "application/json"}, sent).status == 200, sent)
        require(whole in ground.backend.received[0].body, f"{sent}: {ground.backend.received[0].body!r}")
