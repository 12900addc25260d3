"""Rows 72 to 80: scripts.json, and scripts that wait."""

import json
import pathlib
import threading
import time

from ground import CANARY, end_to_end, require, row
from harness import Wire, request

SCRIPTS = json.loads((pathlib.Path(__file__).resolve().parents[1] / "scripts.json").read_text())


def pipelines(scripts):
    """A pipeline for each script; one that speaks of the response stands behind a mock."""
    texts = {}
    for number, case in enumerate(scripts):
        # What names ctx outside of functions is a list of statements, not a module that is run once.
        code = "".join(f"      {line}\n" for line in ["local exchange = ctx.pipeline", *case["script"].split("\n")])
        script = f"  - script: |\n{code}"
        mock = "  - mock: {status: 200}\n"
        stages = mock + script if "ctx.response" in case["script"] else script + mock
        texts[f"s{number}.yaml"] = f"name: s{number}\nroute: GET /s{number}\nstages:\n{stages}"
    return texts


def play(ground, number):
    for case in SCRIPTS:
        if case["row"] == number and case["expect"] == "refused":
            file = ground.folder() / "refused.yaml"
            file.write_text(next(iter(pipelines([case]).values())))
            status, said, _ = ground.command("check", file)
            require(status == 1 and "refused.yaml:" in said, f"{case['name']}: {status} {said}")
    scripts = [case for case in SCRIPTS if case["row"] == number and case["expect"] != "refused"]
    gateway = ground.gateway(pipelines(scripts))
    before = gateway.rss_megabytes()
    for index, case in enumerate(scripts):
        began = time.monotonic()
        with Wire(gateway.port, 20) as wire:
            wire.send(request(f"/s{index}"))
            response = ground.keep(wire.response())
        require(response.status in case["expect"], f"{case['name']}: {response.status} {response.body[:200]!r}")
        require(time.monotonic() - began < 6, f"{case['name']}: it took {time.monotonic() - began:.1f} s")
        require(response.body == case.get("body", "").encode() or "body" not in case, f"{case['name']}: {response.body!r}")
        everything = "".join(f"{name}: {value}\n" for name, value in response.headers).encode() + response.body
        require(case.get("never", "\0").encode() not in everything, f"{case['name']}: {everything!r}")
        ground.well(gateway)
    require(gateway.rss_megabytes() - before < 160, f"memory grew from {before:.0f} to {gateway.rss_megabytes():.0f} MB")
    for line in gateway.log.splitlines():
        require(len(line) < 8000, f"a line of {len(line)} characters")
    return gateway


for at, what in (
    (72, "loops everywhere: each costs its own request an error"), (73, "memory and patterns: an error, and the lane lives"),
    (74, "the system, files, libraries, bytecode and secrets are out of reach"), (75, "globals are frozen or private; the next request is clean"),
    (76, "what belongs to one request is of no use in the next"), (77, "errors of any kind are one line, cut off"),
    (80, "what may not stand in a message raises, and nothing of it is sent"),
):
    row(at, what, seconds=60)(lambda ground, at=at: play(ground, at))


@row(74, "a library that is a symbolic link to elsewhere is refused")
def linked(ground):
    folder = ground.folder()
    (folder / "pipelines").mkdir()
    (folder / "outside.lua").write_text("return {run = function(ctx) return ctx:respond{status = 200, body = 'outside'} end}\n")
    (folder / "pipelines" / "inside.lua").symlink_to(folder / "outside.lua")
    (folder / "pipelines" / "a.yaml").write_text("name: a\nroute: GET /a\nstages:\n  - lua: {file: inside.lua}\n  - mock: {status: 200}\n")
    status, said, _ = ground.command("check", folder / "pipelines")
    require(status == 1 and "inside.lua" in said, f"{status} {said}")


end_to_end(78, "test_plugins.Plugins.test_client_leaves")


@row(79, "a hundred scripts that sleep a second are done after one; one that computes delays the others by a slice")
def sleepers(ground):
    gateway = ground.gateway({
        "sleep.yaml": "name: sleep\nroute: GET /sleep\nstages:\n  - script: |\n      host.time.sleep(1)\n      return ctx:respond{status = 200}\n  - mock: {status: 200}\n",
        "burn.yaml": "name: burn\nroute: GET /burn\nstages:\n  - script: {script: \"while true do end\", limits: {cpu: 2s, instructions: 10000000000}}\n  - mock: {status: 200}\n",
    }, "--loops", "1")
    began = time.monotonic()
    wires = [Wire(gateway.port, 20) for _ in range(100)]
    for wire in wires:
        wire.send(request("/sleep"))
    for wire in wires:
        require(wire.response().status == 200, "a sleeper failed")
        wire.close()
    require(1 <= time.monotonic() - began < 4, f"it took {time.monotonic() - began:.1f} s")
    burners = [Wire(gateway.port, 30) for _ in range(2)]
    for wire in burners:
        wire.send(request("/burn"))
    longest = 0
    for _ in range(20):
        began = time.monotonic()
        ground.ask(gateway, "/good")
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.02)
    require(longest < 1, f"another request waited {longest:.2f} s")
    for wire in burners:
        require(wire.response().status == 500, "a burner was not stopped")
        wire.close()


end_to_end(72, "test_lua.Lua.test_attacks")
