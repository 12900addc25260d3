"""Rows 39, 42 to 46: routes, loops, tokens and credentials."""

import base64
import hashlib
import hmac
import json
import subprocess
import threading
import time

from ground import CANARY, end_to_end, require, row
from harness import Wire, request
from harness.backend import after, raw, reply

ROUTES = """
name: one
route: GET /pets/{id}
integration: {type: MOCK, requestTemplates: {application/json: '{"statusCode": 200}'}, integrationResponses: [{statusCode: "200"}]}
---
name: two
route: %s
integration: {type: MOCK, requestTemplates: {application/json: '{"statusCode": 200}'}, integrationResponses: [{statusCode: "200"}]}
"""


@row(39, "two routes that match the same are a mistake, not a matter of the order of files")
def ambiguous(ground):
    for second, is_mistake in (
        ("GET /pets/{name}", True), ("ANY /pets/{name}", False), ("GET /pets/{id}", True), ("GET /pets/{any+}", False),
        ("GET /pets/new", False),
    ):
        file = ground.folder() / "routes.yaml"
        file.write_text(ROUTES % second)
        status, said, _ = ground.command("check", file)
        require((status == 1) == is_mistake, f"{second}: {status} {said}")
        require(not is_mistake or "routes.yaml:" in said, said)


LOOP = """
name: loop
route: ANY /loop/{rest+}
integration:
  type: HTTP_PROXY
  httpMethod: ANY
  uri: ${SELF}/loop/{rest}
  timeoutInMillis: 5000
  requestParameters:
    integration.request.path.rest: method.request.path.rest
"""


@row(42, "a pipeline that calls itself is told so by 508, after a number of hops and no more", seconds=20)
def loop(ground):
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gateway = ground.gateway(LOOP, "--port", str(port), environment={"SELF": f"http://127.0.0.1:{port}"})
    ground.ask(gateway, "/good")
    before = ground.descriptors(gateway)
    began = time.monotonic()
    status = ground.ask(gateway, "/loop/a").status
    require(status == 508, f"{status} after {time.monotonic() - began:.1f} s")
    require(gateway.wait_for_log("calls itself", 3), "nobody is told")
    with Wire(gateway.admin_port) as wire:
        counted = wire.ask("/metrics").body.decode()
    require('reason="loop"' in counted, "it is not counted")
    require(ground.descriptors(gateway) < before + 300, "descriptors")
    ground.well(gateway)


JWT = """
name: guarded
route: GET /guarded
stages:
  - jwt-authorizer:
      providerARNs: ["https://issuer.test/"]
      jwksUri: ${BACKEND}/jwks
      identityValidationExpression: orders
  - request: {}
  - http: {method: GET, uri: "${BACKEND}/behind"}
  - select: [{status: 200}]
  - response
"""


def url64(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Signs tokens with a key of its own, by the openssl program."""

    def __init__(self, ground, name="issuer"):
        self.openssl = ground.program("openssl")
        self.key = ground.folder() / f"{name}.key"
        self.run("genrsa", "-out", str(self.key), "2048")
        modulus = self.run("rsa", "-in", str(self.key), "-noout", "-modulus").split(b"=")[1].strip()
        self.public = self.run("rsa", "-in", str(self.key), "-pubout")
        self.jwk = {"kty": "RSA", "kid": "k1", "alg": "RS256", "use": "sig", "e": "AQAB", "n": url64(bytes.fromhex(modulus.decode()))}

    def run(self, *arguments, data=None):
        return subprocess.run([self.openssl, *arguments], input=data, capture_output=True, check=True).stdout

    def token(self, head=None, raw_claims=None, **claims):
        head = url64({"alg": "RS256", "kid": "k1", "typ": "JWT", **(head or {})})
        now = int(time.time())
        body = raw_claims or {
            "iss": "https://issuer.test/", "aud": "orders", "sub": "ada", "iat": now, "exp": now + 600, **claims}
        signed = f"{head}.{url64(body)}"
        return f"{signed}.{url64(self.run('dgst', '-sha256', '-sign', str(self.key), data=signed.encode()))}"

    def with_hmac(self, **head):
        """A token whose signature takes the public key for a shared one."""
        now = int(time.time())
        claims = {"iss": "https://issuer.test/", "aud": "orders", "exp": now + 600}
        signed = url64({"alg": "HS256", "kid": "k1", **head}) + "." + url64(claims)
        return signed + "." + url64(hmac.new(self.public, signed.encode(), hashlib.sha256).digest())


def guard(ground, keys=None):
    issuer = Issuer(ground)
    ground.backend.behaviours["/jwks"] = keys(issuer) if keys else reply(body=json.dumps({"keys": [issuer.jwk]}))
    return issuer, ground.gateway(JWT)


def try_token(ground, gateway, headers):
    """The status, after it was seen that nothing behind is called for a refusal and that nothing is echoed."""
    ground.backend.received = [one for one in ground.backend.received if one.target == "/jwks"]
    with Wire(gateway.port, 15) as wire:
        wire.send(request("/guarded", "GET", headers))
        response = ground.keep(wire.response())
    behind = [one for one in ground.backend.received if one.target == "/behind"]
    require(len(behind) == (1 if response.status == 200 else 0), "the backend was called for a refusal")
    for _, value in headers:
        require(not value.split()[-1:] or len(value) < 12 or value.split()[-1].encode() not in response.body, "an echo")
    return response.status


@row(43, "Authorization twice, empty, too long, with two tokens, Basic with what is no base64: refused, not echoed")
def authorization(ground):
    issuer, gateway = guard(ground)
    token = issuer.token()
    require(try_token(ground, gateway, [("Authorization", f"Bearer {token}")]) == 200, "a good token is refused")
    for name, expected, values in (
        ("none", 401, []), ("empty", 401, [""]), ("only the scheme", 401, ["Bearer"]), ("only blanks", 401, ["Bearer     "]),
        ("two tokens", 401, [f"Bearer {token} {token}"]), ("twice", (400, 401), [f"Bearer {token}x", f"Bearer {token}x"]),
        ("64 KB", 431, ["Bearer " + "a" * 65_536]), ("Basic", 401, ["Basic dXNlcjpwYXNz"]), ("bad base64", 401, ["Basic !!!!"]),
        ("no colon", 401, ["Basic dXNlcg=="]), ("NUL in base64", 401, ["Basic AABhOmIA"]), ("digest", 401, ["Digest a=b"]),
        ("commas", 401, [f"Bearer {token}, Bearer {token}"]), ("no dots", 401, ["Bearer abc"]), ("dots", 401, ["Bearer ..."]),
        ("a dot more", 401, [f"Bearer {token}.x"]), ("not base64url", 401, ["Bearer a+b.c/d.e="]),
    ):
        status = try_token(ground, gateway, [("Authorization", value) for value in values])
        require(status in (expected if isinstance(expected, tuple) else (expected,)), f"{name}: {status}, expected {expected}")
    ground.well(gateway)


@row(44, "tokens that lie: no algorithm, the key as a secret, unknown keys, times, duplicates, a megabyte: 401", seconds=30)
def tokens(ground):
    issuer, gateway = guard(ground)
    other = Issuer(ground, "other")
    now = int(time.time())
    good = issuer.token()
    head, claims, signature = good.split(".")
    require(try_token(ground, gateway, [("Authorization", good)]) == 200, "a good token is refused")
    twice = b'{"iss":"https://issuer.test/","aud":"orders","exp":%d,"exp":%d}' % (now + 9000, now - 9000)
    for name, token in (
        ("alg none", url64({"alg": "none", "kid": "k1"}) + f".{claims}."),
        ("alg None, signed", url64({"alg": "None", "kid": "k1"}) + f".{claims}.{signature}"),
        ("no alg", url64({"kid": "k1"}) + f".{claims}.{signature}"),
        ("the public key as a secret", issuer.with_hmac()),
        ("another's key", other.token()), ("kid a path", other.token({"kid": "../../../../etc/passwd"})),
        ("kid SQL", other.token({"kid": "k1' OR '1'='1"})), ("own key in the head", other.token({"jwk": other.jwk})),
        ("key from a URL", other.token({"jku": "http://127.0.0.1:1/jwks", "kid": "k9"})),
        ("x5u", other.token({"x5u": "http://127.0.0.1:1/x"})), ("crit", issuer.token({"crit": ["b64"], "b64": False})),
        ("huge exp and nbf later", issuer.token(exp=10**18, nbf=now + 9000)), ("exp 1e400", issuer.token(raw_claims=(
            b'{"iss":"https://issuer.test/","aud":"orders","exp":1e400}'))),
        ("expired", issuer.token(exp=now - 9000)), ("not yet", issuer.token(nbf=now + 9000)),
        ("no exp", issuer.token(raw_claims={"iss": "https://issuer.test/", "aud": "orders"})),
        ("exp a text", issuer.token(exp="never")), ("exp negative", issuer.token(exp=-1)), ("exp null", issuer.token(exp=None)),
        ("other issuer", issuer.token(iss="https://evil.test/")), ("issuer with a tail", issuer.token(iss="https://issuer.test/.evil")),
        ("other audience", issuer.token(aud="admin")), ("audience in part", issuer.token(aud="orders-and-more")),
        ("a claim twice, of which the last counts", issuer.token(raw_claims=twice)), ("claims no object", issuer.token(raw_claims=b"[1]")),
        ("claims no JSON", issuer.token(raw_claims=b"\xff\xfe")), ("signature cut", good[:-8]), ("no signature", f"{head}.{claims}."),
        ("signature of zeros", f"{head}.{claims}.{url64(bytes(256))}"), ("deep claims", issuer.token(raw_claims=b"[" * 3000)),
        ("payload changed", f"{head}.{url64({'iss': 'https://issuer.test/', 'aud': 'orders', 'exp': now + 9})}.{signature}"),
    ):
        status = try_token(ground, gateway, [("Authorization", f"Bearer {token}")])
        require(status == 401, f"{name}: {status}")
    require(try_token(ground, gateway, [("Authorization", "Bearer " + issuer.token(pad="x" * 1_000_000))]) == 431, "a megabyte")
    fetched = [one for one in ground.backend.received if one.target == "/jwks"]
    require(len(fetched) <= 3, f"the keys were fetched {len(fetched)} times")
    require(try_token(ground, gateway, [("Authorization", good)]) == 200, "a good token is refused afterwards")
    ground.well(gateway)


@row(44, "the issuer's keys are gone, slow, huge or no keys: refused in time, and not asked for again by every token", seconds=40)
def key_sets(ground):
    for name, behaviour in (
        ("500", reply(500)), ("HTML", reply(body="<html>")), ("closed", lambda *_: False), ("empty", reply(body='{"keys": []}')),
        ("no list", reply(body='{"keys": 7}')), ("deep", reply(body="[" * 100_000)), ("huge", reply(body="x" * 12_000_000)),
        ("slow", after(8, reply(body='{"keys": []}'))), ("redirect", reply(302, headers=[("Location", "http://169.254.169.254/")])),
        ("weak key", reply(body=json.dumps({"keys": [{"kty": "RSA", "kid": "k1", "e": "AQAB", "n": "AQAB"}]}))),
        ("a shared key", reply(body=json.dumps({"keys": [{"kty": "oct", "kid": "k1", "k": "AAAA"}]}))),
    ):
        issuer, gateway = guard(ground, lambda _: behaviour)
        token = issuer.token()
        began = time.monotonic()
        statuses, threads = [], []
        for _ in range(10):
            threads.append(threading.Thread(
                target=lambda: statuses.append(try_token(ground, gateway, [("Authorization", token)]))))
            threads[-1].start()
        for thread in threads:
            thread.join(15)
        require(set(statuses) <= {401, 500} and len(statuses) == 10, f"{name}: {statuses}")
        require(time.monotonic() - began < 12, f"{name}: {time.monotonic() - began:.0f} s")
        fetched = [one for one in ground.backend.received if one.target == "/jwks"]
        require(len(fetched) <= 3, f"{name}: the keys were fetched {len(fetched)} times")
        ground.well(gateway)
        ground.stop(gateway)
        ground.backend.forget()


TOKEN = """
name: with-token
route: GET /with-token
stages:
  - oauth2-client-credentials: {token_url: "${BACKEND}/token", client_id: gateway, client_secret: provider-password}
  - http-proxy: {uri: "${BACKEND}/behind"}
  - oauth2-client-credentials: {token_url: "${BACKEND}/token", client_id: gateway, client_secret: provider-password}
"""


def provider(ground, behaviour):
    import pathlib

    ground.backend.forget()
    ground.backend.behaviours["/token"] = behaviour
    plugins = pathlib.Path(__file__).resolve().parents[3] / "plugins"
    return ground.gateway(
        TOKEN, "--plugins", str(plugins), "--script-network", "127.0.0.0/8",
        environment={"HEADGATE_SECRET_PROVIDER_PASSWORD": CANARY})


def token_answer(**changes):
    return reply(body=json.dumps({"access_token": CANARY + "-token", "token_type": "Bearer", "expires_in": 600, **changes}))


@row(45, "a token endpoint that fails, lies or is slow: the integration's error, one flight, no token in any output", seconds=60)
def exchange(ground):
    for name, behaviour in (
        ("500", reply(500)), ("HTML", reply(body="<html>")), ("10 MB", reply(body="x" * 10_000_000)), ("closed", lambda *_: False),
        ("another type", token_answer(token_type="mac")), ("no token", reply(body='{"token_type": "Bearer"}')),
        ("a token with a line end", token_answer(access_token="a\r\nX-Evil: 1")), ("a token that is a table", token_answer(access_token={})),
        ("redirect", reply(302, headers=[("Location", "http://169.254.169.254/")])), ("401", reply(401, '{"error": "invalid_client"}')),
        ("half", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "close")),
    ):
        gateway = provider(ground, behaviour)
        status = ground.ask(gateway, "/with-token").status
        require(status in (500, 502, 504), f"{name}: {status}")
        require(all(one.target != "/behind" for one in ground.backend.received), f"{name}: the backend was called")
        ground.well(gateway)
        ground.stop(gateway)
    gateway = provider(ground, after(1, token_answer()))
    threads = [threading.Thread(target=ground.ask, args=(gateway, "/with-token")) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    asked = [one for one in ground.backend.received if one.target == "/token"]
    require(len(asked) == 1, f"the endpoint was asked {len(asked)} times at once")
    require(len(ground.backend.received) == 21, "not all calls were made")
    gateway = provider(ground, token_answer(expires_in=0))
    require(ground.ask(gateway, "/with-token").status in (200, 500), "a token that is old at once")
    ground.well(gateway)


for test in ("test_one_flight", "test_denied", "test_cut", "test_expired_at_birth", "test_expired_token"):
    end_to_end(45, f"test_credentials.Roles.{test}")


@row(46, "a token that is refused while in use is thrown away, and the next call gets a new one")
def refused_in_use(ground):
    gateway = provider(ground, token_answer())
    require(ground.ask(gateway, "/with-token").status == 200, "the first call")
    ground.backend.behaviours["/behind"] = reply(401)
    require(ground.ask(gateway, "/with-token").status == 401, "the backend's refusal")
    ground.backend.behaviours["/behind"] = reply()
    ground.backend.behaviours["/token"] = token_answer(access_token="second")
    require(ground.ask(gateway, "/with-token").status == 200, "the call after it")
    used = [one.header("Authorization") for one in ground.backend.received if one.target == "/behind"]
    require(used[-1] == "Bearer second", "the old token is used again")
    ground.well(gateway)


end_to_end(46, "test_credentials.Roles.test_expired_source")
end_to_end(46, "test_credentials.Roles.test_skew")
