"""The workloads: what is asked, and how much CPU time it may cost beside nginx."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    what: str
    target: str
    headers: dict
    # CPU time a request, at most, as a multiple of nginx's in the same run.
    reach: float


WORKLOADS = [
    Workload("W1", "mock from a template, path parameter", "/hello/ada", {}, 2.0),
    Workload("W2", "HTTP proxy, 1 KB JSON", "/proxy/items/7", {}, 1.7),
    Workload("W3", "request and response mapped, 1 KB JSON", "/pets/7?kind=dog", {"X-Tenant": "acme"}, 1.0),
]
