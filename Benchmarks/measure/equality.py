"""Before anything is measured: both gateways must do the same work.

Each is asked the same things in front of a backend that notes what reached it and answers as it is
told. What the client got and what the backend got must be equal, so that no figure can come from
work left out.
"""

import http.server
import json
import threading

from . import servers, signatures
from .workloads import WORKLOADS

# Beside the workloads themselves: the statuses that W3's patterns tell apart.
STATUSES = [200, 201, 404, 500, 503]


class Unequal(Exception):
    """The two gateways answered, or asked the backend, differently."""


class NotingBackend(http.server.ThreadingHTTPServer):
    """Answers 1 KB of JSON with `status`, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self):
        # On every address, because the targets of a link have several.
        super().__init__(("0.0.0.0", 0), _NotingHandler)
        self.status, self.asked = 200, None
        self.pet = (servers.NGINX_FILES / "pet.json").read_bytes().strip()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class _NotingHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked = {
            "method": self.command,
            "target": self.path,
            "type": self.headers.get("Content-Type"),
            "body": json.loads(body) if body else None,
            "signature": signatures.judge(self.command, self.path, self.headers, body),
        }
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.pet)))
        self.send_header("X-Revision", "42")
        self.end_headers()
        self.wfile.write(self.server.pet)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


def observe(gateway, backend):
    """Everything that is compared, by the case's name."""
    seen = {}
    for workload in WORKLOADS:
        seen[workload.name] = _ask(gateway, backend, workload.target, workload.headers)
    w3 = WORKLOADS[2]
    for status in STATUSES:
        backend.status = status
        seen[f"W3, backend answers {status}"] = _ask(gateway, backend, w3.target, w3.headers)
    backend.status = 200
    return seen


def _ask(gateway, backend, target, headers):
    backend.asked = None
    status, answered, body = gateway.request(target, headers)
    try:
        content = json.loads(body)
    except ValueError:
        raise Unequal(f"{gateway.name}, {target}: {status} with a body that is not JSON: {body[:200]!r}") from None
    return {
        "status": status,
        "type": (answered.get("content-type") or "").split(";")[0],
        "x-pet-revision": answered.get("x-pet-revision"),
        "x-seen-by": answered.get("x-seen-by"),
        "content": content,
        "backend was asked": backend.asked,
    }


def require(nginx_saw, headgate_saw):
    """Raises Unequal with every difference."""
    differences = [
        f"{case}\n  nginx     {json.dumps(nginx_saw[case])}\n  headgate  {json.dumps(headgate_saw[case])}"
        for case in nginx_saw
        if nginx_saw[case] != headgate_saw[case]
    ]
    if differences:
        raise Unequal("the two do not do the same work:\n" + "\n".join(differences))


def require_sense(saw):
    """The comparison itself must not pass on two equally wrong answers."""
    expected = {
        "W1": (200, {"message": "hello ada", "from": "a mapping template"}, None),
        "W3": (
            200,
            {"id": 7, "name": "Rex", "kind": "dog", "visits": list(range(101, 111))},
            {
                "method": "POST",
                "target": "/",
                "type": "application/json",
                "body": {"id": "7", "kind": "dog", "tenant": "acme"},
                "signature": None,
            },
        ),
        "W3, backend answers 404": (404, {"error": "no such pet"}, None),
        "W3, backend answers 503": (502, {"error": "the pet store is not well"}, None),
    }
    for case, (status, content, asked) in expected.items():
        got = saw[case]
        if (got["status"], got["content"]) != (status, content) or (asked and got["backend was asked"] != asked):
            raise Unequal(f"{case}: unexpected {json.dumps(got)}")
    if (saw["W2J"]["x-seen-by"], saw["W2J"]["content"].get("seen")) != ("acme at 42", True):
        raise Unequal(f"W2J: unexpected {json.dumps(saw['W2J'])}")
    if saw["W4"]["backend was asked"] != {
        "method": "POST", "target": "/?Action=GetItem", "type": "application/x-amz-json-1.0",
        "body": {"TableName": "pets", "Key": {"id": {"S": "7"}, "kind": {"S": "dog"}}}, "signature": "good",
    }:
        raise Unequal(f"W4: unexpected {json.dumps(saw['W4'])}")
    if saw["W2"]["status"] != 200 or len(json.dumps(saw["W2"]["content"], separators=(",", ":"))) != 1024:
        raise Unequal(f"W2: unexpected {json.dumps(saw['W2'])}")
