"""A small AWS that is asked for credentials: STS, instance metadata, a container's endpoint, and one service.

Whatever else is called answers with who has signed. Every secret that it gives contains CANARY, so that a test can
search what the gateway says for it.
"""

import collections
import email.utils
import http.server
import json
import re
import threading
import time
import urllib.parse

CANARY = "canary-wJalrXUtnFEMI"
STS = "https://sts.amazonaws.com/doc/2011-06-15/"


def sts_answer(action, key, seconds=3600):
    """The XML of a role's credentials."""
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    return (
        f'<{action}Response xmlns="{STS}"><{action}Result><Credentials><AccessKeyId>{key}</AccessKeyId>'
        f"<SecretAccessKey>{CANARY}-secret-{key}</SecretAccessKey><SessionToken>{CANARY}-token-{key}</SessionToken>"
        f"<Expiration>{expiration}</Expiration></Credentials></{action}Result></{action}Response>"
    )


def sts_error(code, message="no", status=403):
    """What STS says when it refuses."""
    body = (
        f'<ErrorResponse xmlns="{STS}"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>'
        "<RequestId>r</RequestId></ErrorResponse>"
    )
    return status, body, {}


def json_answer(key, seconds=3600, **more):
    """The JSON of metadata services and of credential_process."""
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    return json.dumps({
        "Version": 1, "Code": "Success", "AccessKeyId": key, "SecretAccessKey": f"{CANARY}-secret-{key}",
        "Token": f"{CANARY}-token-{key}", "SessionToken": f"{CANARY}-token-{key}", "Expiration": expiration, **more})


Call = collections.namedtuple("Call", "method path headers body key date form")


class FakeAWS:
    """`calls` are those that came. `roles` maps a role's name, and `services` a path, to answers that are given before
    the ordinary ones, each (status, body, headers)."""

    def __init__(self):
        self.calls = []
        self.roles = collections.defaultdict(list)
        self.services = collections.defaultdict(list)
        self.sessions = collections.Counter()
        self.instance_key = "ASIAINSTANCE"
        self.session_seconds = 3600
        self.lock = threading.Lock()
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536

            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, text, headers = owner.answer(self.command, self.path, self.headers, body)
                data = text if isinstance(text, bytes) else text.encode()
                self.send_response_only(status)
                for name, value in {"Date": email.utils.formatdate(usegmt=True), **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = answer

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def forget(self):
        with self.lock:
            self.calls.clear()
            self.roles.clear()
            self.services.clear()

    def named(self, action):
        """The calls of STS with that action."""
        return [call for call in self.calls if call.form.get("Action") == action]

    def answer(self, method, path, headers, body):
        signed = re.match(r"AWS4-HMAC-SHA256 Credential=([^/]+)/", headers.get("Authorization") or "")
        form = dict(urllib.parse.parse_qsl(body.decode("latin-1"))) if b"Action=" in body else {}
        call = Call(method, path, headers, body, signed and signed.group(1), headers.get("X-Amz-Date"), form)
        with self.lock:
            self.calls.append(call)
            return self.decide(call)

    def decide(self, call):
        action = call.form.get("Action")
        if action in ("AssumeRole", "AssumeRoleWithWebIdentity"):
            role = call.form["RoleArn"].rsplit("/", 1)[-1]
            if self.roles[role]:
                return self.roles[role].pop(0)
            self.sessions[role] += 1
            by = "web" if call.key is None else call.key
            key = f"ASIA.{role}.{self.sessions[role]}.by.{by}"
            return 200, sts_answer(action, key, self.session_seconds), {}
        if call.path == "/latest/api/token":
            good = call.method == "PUT" and call.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
            return (200, "metadata-token", {}) if good else (400, "", {})
        if call.path.startswith("/latest/"):
            if call.headers.get("X-aws-ec2-metadata-token") != "metadata-token":
                return 401, "", {}
            if call.path.endswith("/security-credentials/"):
                return 200, "instance-role\n", {}
            return 200, json_answer(self.instance_key), {}
        if call.path == "/container-credentials":
            if call.headers.get("Authorization") != "container-token":
                return 401, "", {}
            return 200, json_answer("ASIACONTAINER"), {}
        if self.services[call.path]:
            return self.services[call.path].pop(0)
        has_token = "X-Amz-Security-Token" in call.headers
        return 200, json.dumps({"key": call.key, "token": has_token}), {"Content-Type": "application/json"}
