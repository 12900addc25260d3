"""The workloads: what is asked, and how much CPU time it may cost beside nginx."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    what: str
    target: str
    headers: dict
    # CPU time a request, at most, as a multiple of nginx's in the same run.
    reach: float | None
    # The workload without the scripts, or the link, whose cost is looked at.
    beside: str | None = None
    # What these may cost in microseconds more than that, at most; None: what nginx's cost.
    added: float | None = None


WORKLOADS = [
    Workload("W1", "mock from a template, path parameter", "/hello/ada", {}, 2.0),
    Workload("W2", "HTTP proxy, 1 KB JSON", "/proxy/items/7", {}, 1.7),
    Workload("W3", "request and response mapped, 1 KB JSON", "/pets/7?kind=dog", {"X-Tenant": "acme"}, 1.0),
    Workload("W4", "signed call of DynamoDB, JSON from path and query", "/items/7?kind=dog", {}, 1.6),
    Workload("W2K", "W2 through a link, three targets, health checks", "/link/items/7", {}, None, "W2", 2.0),
    Workload("W2L", "W2 with an empty Lua stage", "/empty/items/7", {}, None, "W2", 2.0),
    Workload("W2J", "W2 with Lua: headers, JSON decoded and encoded", "/json/items/7", {"X-Tenant": "acme"}, None, "W2"),
]
