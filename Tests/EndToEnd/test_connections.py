"""Keep-alive, pipelining in order, and the ends of connections."""

import threading
import time

from harness import GatewayCase, files, reply, request
from harness.backend import after
from harness.wire import Closed

PIPELINES = r"""
name: hello
route: ANY /hello/{name}
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 200}'
  integrationResponses:
    - statusCode: "200"
      responseTemplates:
        application/json: '{"hello": "$input.params("name")"}'
---
name: item
route: GET /item/{id}
integration:
  type: HTTP
  httpMethod: GET
  uri: ${BACKEND}/item/{id}
  requestParameters:
    integration.request.path.id: method.request.path.id
  integrationResponses:
    - statusCode: "200"
---
name: empty
route: GET /empty
integration:
  type: MOCK
  requestTemplates:
    application/json: '{"statusCode": 204}'
  integrationResponses:
    - statusCode: "204"
      responseTemplates:
        application/json: 'a body that 204 cannot have'
"""


class Connections(GatewayCase):
    pipelines = files(PIPELINES)

    def test_keep_alive(self):
        """a hundred requests share one connection"""
        wire = self.connect()
        for number in range(100):
            response = wire.ask(f"/hello/{number}")
            self.assertEqual((response.status, response.body), (200, b'{"hello": "%d"}' % number))

    def test_http_1_0(self):
        """HTTP/1.0 closes after the answer unless it asks to stay"""
        wire = self.connect()
        wire.send("GET /hello/a HTTP/1.0\r\nHost: x\r\n\r\n")
        self.assertEqual(wire.response().status, 200)
        self.assertTrue(wire.ends())

    def test_connection_close(self):
        """Connection: close is honoured and said"""
        wire = self.connect()
        response = wire.ask("/hello/a", headers={"Connection": "close"})
        self.assertEqual((response.status, response.header("Connection").lower()), (200, "close"))
        self.assertTrue(wire.ends())

    def test_pipelining_in_order(self):
        """50 pipelined requests are answered in order though the first backends are the slowest"""
        for number in range(50):
            slow = 0.3 if number % 10 == 0 else 0
            self.backend.behaviours[f"/item/{number}"] = after(slow, reply(body=str(number)))
        wire = self.connect(30)
        wire.send(b"".join(request(f"/item/{number}") for number in range(50)))
        for number in range(50):
            response = wire.response()
            self.assertEqual((response.status, response.body), (200, str(number).encode()))

    def test_pipelining_mixed(self):
        """a fast answer waits for the slow one before it"""
        self.backend.behaviours["/item/slow"] = after(0.5, reply(body="slow"))
        wire = self.connect()
        wire.send(request("/item/slow") + request("/hello/fast") + request("/nowhere"))
        self.assertEqual(wire.response().body, b"slow")
        self.assertEqual(wire.response().body, b'{"hello": "fast"}')
        self.assertEqual(wire.response().status, 403)

    def test_third_of_50_is_invalid(self):
        """50 pipelined, the third invalid: two answers in order, 400, close, nothing after it runs"""
        self.backend.behaviours["/item/0"] = after(0.3, reply(body="0"))
        requests = [request(f"/item/{number}") for number in range(50)]
        requests[2] = b"GET /item/2 HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n"
        wire = self.connect()
        wire.send(b"".join(requests))
        self.assertEqual(wire.response().body, b"0")
        self.assertEqual(wire.response().status, 200)
        self.assertEqual(wire.response().status, 400)
        self.assertTrue(wire.ends())
        self.assertEqual({seen.target for seen in self.backend.received}, {"/item/0", "/item/1"})

    def test_endless_pipelining_is_bounded(self):
        """a client that sends without reading is made to wait, and others are served"""
        wire = self.connect()
        piece = b"".join(request(f"/hello/{number}") for number in range(200))
        stopped = threading.Event()

        def flood():
            try:
                for _ in range(20_000):
                    wire.send(piece)
            except OSError:
                pass
            stopped.set()

        wire.socket.settimeout(3)
        before = self.gateway.rss_megabytes()
        threading.Thread(target=flood, daemon=True).start()
        took = time.monotonic()
        self.assertEqual(self.ask("/hello/other").status, 200)
        self.assertLess(time.monotonic() - took, 2)
        self.assertTrue(stopped.wait(30), "the client was never made to wait")
        self.assertLess(self.gateway.rss_megabytes() - before, 40)

    def test_head(self):
        """HEAD has the headers of the answer and no body"""
        wire = self.connect()
        response = wire.ask("/hello/a", "HEAD")
        self.assertEqual(response.status, 200)
        self.assertEqual(wire.ask("/hello/b").body, b'{"hello": "b"}', "bytes of a body would stand here")

    def test_204(self):
        """204 has no body, whatever a template made"""
        wire = self.connect()
        self.assertEqual(wire.ask("/empty").status, 204)
        self.assertEqual(wire.ask("/hello/b").body, b'{"hello": "b"}', "bytes of a body would stand here")

    def test_half_close(self):
        """a client that only stops sending still gets its answer"""
        self.backend.behaviours["/item/1"] = after(0.3, reply(body="one"))
        wire = self.connect()
        wire.send(request("/item/1"))
        wire.finish_sending()
        self.assertEqual(wire.response().body, b"one")
        self.assertTrue(wire.ends())

    def test_stray_byte(self):
        """a valid request, one stray byte, the end: answered, then closed"""
        wire = self.connect()
        wire.send(request("/hello/a") + b"G")
        wire.finish_sending()
        self.assertEqual(wire.response().body, b'{"hello": "a"}')
        wire.rest()

    def test_every_fragmentation(self):
        """a request cut in two at any byte is the same request"""
        whole = request("/hello/cut?x=1", "POST", {"X-A": "b", "Content-Type": "application/json"}, '{"a": 1}')
        wire = self.connect()
        for cut in range(1, len(whole)):
            wire.send(whole[:cut])
            time.sleep(0.001)
            wire.send(whole[cut:])
            self.assertEqual(wire.response().body, b'{"hello": "cut"}', f"cut at {cut}")

    def test_connect_storm(self):
        """connections that come and go, some by reset, harm nobody"""
        for number in range(300):
            wire = self.connect()
            if number % 3 == 0:
                wire.send("GET /hello/a HTTP/1.1\r\nHos")
            wire.close()
        self.assertEqual(self.ask("/hello/a").status, 200)

    def test_expect_continue(self):
        """100-continue is answered, then the request"""
        wire = self.connect()
        wire.send(
            "POST /hello/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
        try:
            self.assertEqual(wire.response().status, 100)
        except (Closed, TimeoutError) as error:
            self.fail(f"a client that waits for 100 waits for ever: {error!r}")
        wire.send("{}")
        self.assertEqual(wire.response().status, 200)
