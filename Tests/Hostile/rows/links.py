"""Rows 58 to 60 through links: what a breaker, panic mode and a retry budget make of backends that fail."""

import concurrent.futures
import re
import time

from ground import cpu_seconds, require, row
from harness import Backend, Wire
from harness.backend import Nobody, after, close, once, reply

LINKS = r"""
links:
  - name: fragile
    targets: ["127.0.0.1:${FRAGILE}"]
    retries: 1
    ejection: 0
    breaker: {failures: 50, minimumRequests: 5, openFor: 1s, probes: 1}
  - name: sound
    targets: ["127.0.0.1:${SOUND}"]
  - name: panicking
    targets: ["127.0.0.1:${DEAD}", "127.0.0.2:${DEAD}"]
    ejection: {failures: 1, duration: 60s}
  - name: broken
    targets: ["127.0.0.1:${DEAD}", "127.0.0.2:${DEAD}"]
    breaker: {failures: 50, minimumRequests: 5, openFor: 60s}
  - name: pair
    targets: ["127.0.0.1:${FRAGILE}", "127.0.0.1:${SOUND}"]
    retries: {attempts: 3, budget: 20}
    ejection: 0
pipelines:
""" + "".join(rf"""
  - name: {name}
    route: ANY /{name}
    integration:
      type: HTTP_PROXY
      httpMethod: ANY
      uri: http://backend.test/{name}
      timeoutInMillis: 1000
      connectionType: VPC_LINK
      connectionId: {name}
""" for name in ("fragile", "sound", "panicking", "broken", "pair"))


class Links:
    """A gateway with the links above, and what stands behind them."""

    def __init__(self, ground):
        self.ground = ground
        self.fragile, self.sound = (ground.stack.enter_context(Backend()) for _ in range(2))
        dead = ground.stack.enter_context(Nobody())
        ports = {"FRAGILE": self.fragile.port, "SOUND": self.sound.port, "DEAD": dead.port}
        self.gateway = ground.gateway(LINKS, environment={name: str(port) for name, port in ports.items()})

    def ask(self, name, method="POST"):
        return self.ground.ask(self.gateway, f"/{name}", method, {"Content-Length": "0"})

    def counted(self, series, link):
        """The metric's values of one link, by outcome (or '')."""
        with Wire(self.gateway.admin_port) as wire:
            text = wire.ask("/metrics").body.decode()
        found = re.findall(rf'^{series}\{{link="{link}"(?:,outcome="(\w+)")?\}} (\d+)$', text, re.M)
        return {outcome: int(count) for outcome, count in found}

    def require_counted(self, series, link, expected):
        """The metric comes to this: requests are counted together, a moment after they have ended."""
        end = time.monotonic() + 3
        while (found := self.counted(series, link)) != expected:
            require(time.monotonic() < end, f"{series} of {link} is {found} instead of {expected}")
            time.sleep(0.05)


@row(58, "a breaker opens after five errors, stays open when its probe is slow, closes when one is well; others feel nothing")
def breaker(ground):
    links = Links(ground)
    links.fragile.behaviours["/fragile"] = once(*[close] * 5, after(2, reply()), reply())
    asked = 0

    def ask(expected, calls):
        nonlocal asked
        answer = links.ask("fragile")
        require(answer.status == expected, f"{answer.status} instead of {expected}")
        require(len(links.fragile.begun) == calls, f"{len(links.fragile.begun)} calls instead of {calls}")
        began = time.monotonic()
        asked += 1
        require(links.ask("sound").status == 200, "another link's callers suffer")
        require(time.monotonic() - began < 0.5, "another link's callers wait")
        return answer

    for number in range(1, 6):
        ask(502, number)
    require(ask(503, 5).header("Retry-After") == "1", "no Retry-After")
    links.require_counted("headgate_link_breaker_open", "fragile", {"": 1})
    time.sleep(1.1)
    ask(504, 6)
    ask(503, 6)
    time.sleep(1.1)
    for number in range(7, 10):
        ask(200, number)
    links.require_counted("headgate_link_breaker_open", "fragile", {"": 0})
    links.require_counted("headgate_link_calls_total", "fragile", {"closed": 5, "open": 2, "timeout": 1, "success": 3})
    links.require_counted("headgate_link_calls_total", "sound", {"success": asked})
    ground.well(links.gateway)


@row(59, "every target of a link is gone: 504 in panic mode, 503 behind a breaker, at once and without a busy loop")
def all_gone(ground):
    links = Links(ground)
    began, before = time.monotonic(), cpu_seconds(links.gateway)
    panicking = [links.ask("panicking").status for _ in range(20)]
    require(set(panicking) == {504}, f"panic mode: {panicking}")
    broken = [links.ask("broken").status for _ in range(20)]
    require(broken[:5] == [504] * 5 and set(broken[5:]) == {503}, f"behind a breaker: {broken}")
    took = time.monotonic() - began
    require(took < 10, f"{took:.1f} s for 40 answers")
    links.require_counted("headgate_link_calls_total", "broken", {"connect": 5, "open": 15})
    attempts = sum(links.counted("headgate_link_attempts_total", "panicking").values())
    require(20 <= attempts <= 60, f"{attempts} attempts of 20 calls")
    attempts = sum(links.counted("headgate_link_attempts_total", "broken").values())
    require(attempts <= 15, f"{attempts} attempts of the five calls that the breaker let through")
    time.sleep(1)
    require(cpu_seconds(links.gateway) - before < 3, f"{cpu_seconds(links.gateway) - before:.1f} s of CPU time")
    ground.well(links.gateway)


@row(60, "200 calls a second, of which first one in ten and then most fail: retries stay within the budget, a POST is sent once",
     seconds=60)
def budget(ground):
    links = Links(ground)
    calls = {"GET": 0, "POST": 0}

    def fails_every(number):
        """How many calls there may be between two good ones, or the other way round."""

        def behave(connection, received):
            calls[received.method] += 1
            fails = calls[received.method] % abs(number) == 0
            return False if fails == (number > 0) else reply()(connection, received)

        return behave

    def load(number, seconds=3):
        """200 calls a second, half of them POST: how many there were of each method, and their statuses."""
        links.fragile.behaviours["/pair"] = links.sound.behaviours["/pair"] = fails_every(number)
        calls.update(GET=0, POST=0)
        statuses = {"GET": [], "POST": []}
        start = time.monotonic()

        def one(index):
            time.sleep(max(start + index / 200 - time.monotonic(), 0))
            method = ("GET", "POST")[index % 2]
            statuses[method].append(links.ask("pair", method).status)

        with concurrent.futures.ThreadPoolExecutor(16) as clients:
            list(clients.map(one, range(200 * seconds)))
        return statuses, time.monotonic() - start

    statuses, _ = load(10)
    require(calls["POST"] == 300, f"300 POSTs became {calls['POST']} calls")
    require(calls["GET"] <= 360, f"300 GETs became {calls['GET']} calls")
    good = statuses["GET"].count(200)
    require(good >= 295, f"{good} of 300 GETs went well")
    require(set(statuses["POST"]) == {200, 502}, f"{set(statuses['POST'])}")

    statuses, took = load(-5)
    require(calls["POST"] == 300, f"300 POSTs became {calls['POST']} calls")
    # What all 600 requests bring, what ten a second bring, and what was saved before.
    most = 300 + 0.2 * 600 + 10 * took + 100
    require(calls["GET"] <= most, f"300 GETs became {calls['GET']} calls, {most:.0f} were allowed")
    require(calls["GET"] > 300, "nothing was repeated")
    ground.well(links.gateway)
