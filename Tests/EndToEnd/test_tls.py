"""HTTPS for clients: names, renewal, clients' certificates; and backends whose certificates are not to be trusted."""

import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
import unittest

from harness import Gateway, files, request
from harness.authority import Authority
from harness.wire import Closed, Wire

PIPELINES = r"""
name: who
route: ANY /who
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
      responseTemplates:
        application/json: |-
          {"subject": "$util.escapeJavaScript($context.identity.clientCert.subjectDN)", "issuer": "$context.identity.clientCert.issuerDN",
           "serial": "$context.identity.clientCert.serialNumber",
           "until": "$context.identity.clientCert.validity.notAfter",
           "pem": "$util.escapeJavaScript($context.identity.clientCert.clientCertPem)",
           "ip": "$context.identity.sourceIp"}
"""

BACKEND = r"""
name: backend
route: GET /backend
integration:
  type: HTTP
  httpMethod: GET
  uri: https://localhost:${PORT}/
  timeoutInMillis: 3000
  integrationResponses:
    - statusCode: "200"
---
name: trusting
route: GET /trusting
integration:
  type: HTTP
  httpMethod: GET
  uri: https://localhost:${PORT}/
  timeoutInMillis: 3000
  tlsConfig:
    insecureSkipVerification: true
  integrationResponses:
    - statusCode: "200"
"""


class SecureWire(Wire):
    """One connection with TLS."""

    def __init__(self, port, context, name="localhost", timeout=10):
        super().__init__(port, timeout)
        try:
            self.socket = context.wrap_socket(self.socket, server_hostname=name)
        except Exception:
            self.socket.close()
            raise

    def _receive(self):
        try:
            return super()._receive()
        except ssl.SSLError as error:
            raise Closed(self.buffer) from error


@unittest.skipUnless(shutil.which("openssl"), "there is no openssl program")
class TLSCase(unittest.TestCase):
    pipelines = files(PIPELINES)

    @classmethod
    def setUpClass(cls):
        cls.authority = Authority()
        cls.addClassCleanup(cls.authority.close)

    def gateway(self, *options):
        gateway = Gateway(self.pipelines, *options)
        self.addCleanup(gateway.stop)
        return gateway

    def context(self, **changes):
        context = ssl.create_default_context(cafile=self.authority.certificate)
        for name, value in changes.items():
            setattr(context, name, value)
        return context

    def connect(self, gateway, context=None, name="localhost"):
        wire = SecureWire(gateway.port, context or self.context(), name)
        self.addCleanup(wire.close)
        return wire


class ServerCertificates(TLSCase):
    def test_https(self):
        """HTTPS with ALPN, keep-alive and pipelining; the address is said with its scheme"""
        certificate, key = self.authority.issue("site", ["localhost"])
        gateway = self.gateway("--tls-cert", certificate, "--tls-key", key)
        self.assertTrue(gateway.first_line.startswith("https://"))
        context = self.context()
        context.set_alpn_protocols(["http/1.1"])
        wire = self.connect(gateway, context)
        self.assertEqual(wire.socket.selected_alpn_protocol(), "http/1.1")
        self.assertIn(wire.socket.version(), ("TLSv1.3", "TLSv1.2"))
        for _ in range(20):
            self.assertEqual(wire.ask("/who").status, 200)
        wire.send(request("/who") * 20)
        for _ in range(20):
            self.assertEqual(json.loads(wire.response().body)["ip"], "127.0.0.1")
        self.assertEqual(wire.ask("/who", headers={"Connection": "close"}).status, 200)
        self.assertTrue(wire.ends())
        # Every cut of a request into two records.
        wire = self.connect(gateway, context)
        whole = request("/who")
        for cut in range(1, len(whole)):
            wire.send(whole[:cut])
            wire.send(whole[cut:])
            self.assertEqual(wire.response().status, 200)

    def test_what_is_not_tls(self):
        """plain HTTP, old TLS and silence are ended without harm"""
        certificate, key = self.authority.issue("site", ["localhost"])
        gateway = self.gateway("--tls-cert", certificate, "--tls-key", key, "--header-timeout", "1")
        for data in (request("/who"), b"\x16\x03\x01\xff\xff" + b"\0" * 1000, bytes(100)):
            with Wire(gateway.port) as wire:
                wire.send(data)
                self.assertNotIn(b"HTTP/1.1 200", wire.rest())
        old = self.context()
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with self.assertRaises((ssl.SSLError, OSError)):
            self.connect(gateway, old)
        began = time.monotonic()
        with Wire(gateway.port) as wire:
            self.assertEqual(wire.rest(), b"")
        self.assertLess(time.monotonic() - began, 4)
        self.assertEqual(self.connect(gateway).ask("/who").status, 200)

    def test_names(self):
        """each client gets the certificate for the server that it names"""
        options = []
        for name, names in (("first", ["localhost"]), ("second", ["b.test", "*.b.test"])):
            certificate, key = self.authority.issue(name, names)
            options += ["--tls-cert", certificate, "--tls-key", key]
        gateway = self.gateway(*options)
        for name, expected in (
            ("localhost", "first"), ("b.test", "second"), ("x.b.test", "second"), ("B.Test", "second"),
        ):
            wire = self.connect(gateway, name=name)
            subject = dict(entry[0] for entry in wire.socket.getpeercert()["subject"])
            self.assertEqual(subject["commonName"], expected, name)
            self.assertEqual(wire.ask("/who").status, 200)
        for name in ("x.y.b.test", "unknown.test"):
            with self.assertRaises(ssl.SSLCertVerificationError, msg=name):
                self.connect(gateway, name=name)

    def test_renewal(self):
        """a renewed certificate serves without a restart, a broken one does not replace it"""
        base = self.authority.folder / "renewed"
        certificate, key = self.authority.issue("old", ["localhost"], path=base)
        gateway = self.gateway("--tls-cert", certificate, "--tls-key", key)
        kept = self.connect(gateway)
        self.assertEqual(kept.ask("/who").status, 200)
        self.authority.issue("new", ["localhost"], path=base)
        self.assertTrue(gateway.wait_for_log("certificates are read anew"))
        subject = dict(entry[0] for entry in self.connect(gateway).socket.getpeercert()["subject"])
        self.assertEqual(subject["commonName"], "new")
        self.assertEqual(kept.ask("/who").status, 200, "an open connection was harmed")
        pathlib.Path(key).write_text("no key")
        self.assertTrue(gateway.wait_for_log("certificates are not read anew"))
        self.assertIn(key, gateway.log)
        self.assertEqual(self.connect(gateway).ask("/who").status, 200)

    def test_files_that_cannot_be_used(self):
        """a bad certificate or key is one clear line, an exit status, and no open port"""
        certificate, key = self.authority.issue("site", ["localhost"])
        _, other = self.authority.issue("other", ["localhost"])
        for options, expected in (
            (["--tls-cert", certificate, "--tls-key", other], "not the key of the certificate"),
            (["--tls-cert", key, "--tls-key", key], "no certificate in PEM"),
            (["--tls-cert", "/nowhere.pem", "--tls-key", key], "/nowhere.pem"),
            (["--tls-cert", certificate], "needs its key"),
        ):
            done = subprocess.run(
                [os.environ["HEADGATE_BIN"], "serve", str(self.authority.folder), "--port", "0", *options],
                capture_output=True, text=True, timeout=20)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(expected, done.stderr)
            self.assertEqual(done.stdout, "")


class ClientCertificates(TLSCase):
    def test_required(self):
        """a client without a certificate, or with one of another authority, is turned away"""
        certificate, key = self.authority.issue("site", ["localhost"])
        gateway = self.gateway("--tls-cert", certificate, "--tls-key", key, "--tls-client-ca", self.authority.certificate)
        stranger = Authority("Stranger")
        self.addCleanup(stranger.close)
        for identity in (None, stranger.issue("client")):
            context = self.context()
            if identity:
                context.load_cert_chain(*identity)
            with self.assertRaises((ssl.SSLError, OSError, Closed)):
                self.connect(gateway, context).ask("/who")
        context = self.context()
        context.load_cert_chain(*self.authority.issue("client", subject="/C=FR/O=Acme, Inc/OU=Ops/CN=client-7"))
        told = json.loads(self.connect(gateway, context).ask("/who").body)
        self.assertEqual(told["subject"], r"CN=client-7,OU=Ops,O=Acme\, Inc,C=FR")
        self.assertEqual(told["issuer"], "CN=Test Authority")
        self.assertRegex(told["serial"], r"^([0-9a-f]{2}:)+[0-9a-f]{2}$")
        self.assertRegex(told["until"], r"^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT$")
        self.assertEqual(ssl.PEM_cert_to_DER_cert(told["pem"])[:1], b"0")

    def test_optional(self):
        """where it is optional, a client without one is served and has no identity"""
        certificate, key = self.authority.issue("site", ["localhost"])
        gateway = self.gateway(
            "--tls-cert", certificate, "--tls-key", key, "--tls-client-ca", self.authority.certificate,
            "--tls-client-optional")
        self.assertEqual(json.loads(self.connect(gateway).ask("/who").body)["subject"], "")
        context = self.context()
        context.load_cert_chain(*self.authority.issue("client"))
        self.assertEqual(json.loads(self.connect(gateway, context).ask("/who").body)["subject"], "CN=client")


class Backends(TLSCase):
    def serve(self, identity, **changes):
        """A backend with TLS that answers every request; its port and what it received."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*identity)
        for name, value in changes.items():
            setattr(context, name, value)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        received = []

        def accept():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                try:
                    connection = context.wrap_socket(connection, server_side=True)
                    data = connection.recv(65_536)
                    if not data:
                        continue
                    received.append(data)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    connection.recv(1)
                except OSError:
                    pass
                finally:
                    connection.close()

        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1], received

    def test_backends(self):
        """expired, for another name, without a name, self-signed, of an unknown authority, too old: 502, and nothing is sent"""
        stranger = Authority("Stranger")
        self.addCleanup(stranger.close)
        old = {"maximum_version": ssl.TLSVersion.TLSv1_1, "minimum_version": ssl.TLSVersion.TLSv1}
        for name, identity, changes, expected in (
            ("good", self.authority.issue("good", ["localhost"]), {}, 200),
            ("expired", self.authority.issue("expired", ["localhost"], days=-1), {}, 502),
            ("wrong name", self.authority.issue("wrong", ["other.test"]), {}, 502),
            ("a name in the subject alone", self.authority.issue("nameless", subject="/CN=localhost"), {}, 502),
            ("unknown authority", stranger.issue("unknown", ["localhost"]), {}, 502),
            ("self-signed", (stranger.certificate, stranger.key), {}, 502),
            ("TLS 1.1", self.authority.issue("old", ["localhost"]), old, 502),
        ):
            with self.subTest(name):
                port, received = self.serve(identity, **changes)
                gateway = Gateway(
                    files(BACKEND), "--backend-ca", str(self.authority.certificate), environment={"PORT": str(port)})
                self.addCleanup(gateway.stop)
                with Wire(gateway.port) as wire:
                    response = wire.ask("/backend")
                self.assertEqual(response.status, expected, response.body)
                self.assertEqual(len(received), 1 if expected == 200 else 0, "something was sent")
                if name == "self-signed":
                    with Wire(gateway.port) as wire:
                        self.assertEqual(wire.ask("/trusting").status, 200)
                gateway.stop()
