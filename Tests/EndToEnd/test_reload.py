"""A new generation of pipelines replaces the old one under load; a bad file replaces nothing."""

import signal
import time

from harness import GatewayCase, Load

MOCK = """
name: {name}
route: GET /{name}
integration:
  type: MOCK
  requestTemplates:
    application/json: '{{"statusCode": 200}}'
  integrationResponses:
    - statusCode: "200"
      responseTemplates:
        application/json: '{text}'
"""

BAD_FILES = {
    "an unknown key": (MOCK.format(name="version", text="bad").replace("type: MOCK", "tpye: MOCK"), "tpye"),
    "no YAML": ("name: [unclosed\nroute: x\n", "version.yaml"),
    "a bad template": (MOCK.format(name="version", text="#if($x) never ended"), "version.yaml"),
    "a bad route": (MOCK.format(name="version", text="x").replace("GET /", "GET pets//{"), "version.yaml"),
    "a missing environment value": (MOCK.format(name="version", text="x").replace("GET /", "GET /${SURELY_NOT_SET}"), "SURELY_NOT_SET"),
    "an alias bomb": (
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{n}: &{n} [{', '.join('*' + p for _ in range(9))}]\n" for p, n in zip("abcdefghi", "bcdefghij")),
        "version.yaml",
    ),
    "an empty file": ("", None),
}


class Reload(GatewayCase):
    pipelines = {
        "version.yaml": MOCK.format(name="version", text="v0"),
        "other.yaml": MOCK.format(name="other", text="o"),
    }

    def setUp(self):
        super().setUp()
        self.gateway.write("version.yaml", MOCK.format(name="version", text="v0"))
        self.gateway.signal(signal.SIGHUP)
        self.wait_for_answer(b"v0")

    def wait_for_answer(self, body, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            response = self.ask("/version")
            if response.body == body:
                return
            time.sleep(0.05)
        self.fail(f"still {response.status} {response.body!r}, not {body!r}\n{self.gateway.log[-2000:]}")

    def test_on_change(self):
        """a changed file serves without being told"""
        self.gateway.write("version.yaml", MOCK.format(name="version", text="v1"))
        self.wait_for_answer(b"v1")

    def test_on_hangup(self):
        """SIGHUP reloads at once"""
        self.gateway.write("version.yaml", MOCK.format(name="version", text="v2"))
        self.gateway.signal(signal.SIGHUP)
        self.wait_for_answer(b"v2", 2)

    def test_files_come_and_go(self):
        """a new file adds a route, a removed one takes it away"""
        self.gateway.write("extra.yaml", MOCK.format(name="extra", text="e"))
        self.gateway.signal(signal.SIGHUP)
        self.wait_until(lambda: self.ask("/extra").status == 200)
        (self.gateway.folder / "extra.yaml").unlink()
        self.gateway.signal(signal.SIGHUP)
        self.wait_until(lambda: self.ask("/extra").status == 403)

    def test_under_load(self):
        """fifty reloads under load, by file and by signal, fail no request"""
        load = Load(self.gateway.port, "/version")
        for number in range(1, 51):
            self.gateway.write("version.yaml", MOCK.format(name="version", text=f"v{number}"))
            if number % 2:
                self.gateway.signal(signal.SIGHUP)
            load.wait_for(20)
        self.wait_for_answer(b"v50")
        load.stop()
        self.assertEqual(load.failures, [])
        self.assertGreater(len(load.answers), 5, "the load hardly saw the reloads")
        self.assertGreater(load.count, 900)

    def test_bad_files_under_load(self):
        """whatever is wrong with a file, the old generation serves on and the log says where and why"""
        load = Load(self.gateway.port, "/version")
        for name, (text, hint) in BAD_FILES.items():
            with self.subTest(name):
                before = len(self.gateway.log)
                self.gateway.write("version.yaml", text)
                self.gateway.signal(signal.SIGHUP)
                if hint:
                    self.wait_until(lambda: hint in self.gateway.log[before:])
                    self.assertRegex(self.gateway.log[before:], r"version\.yaml:\d+", "where it is wrong")
                    self.assertEqual(self.ask("/version").body, b"v0")
                self.assertEqual(self.ask("/other").body, b"o")
                # Back to a good file, so that each case begins from the same.
                self.gateway.write("version.yaml", MOCK.format(name="version", text="v0"))
                self.gateway.signal(signal.SIGHUP)
                self.wait_for_answer(b"v0")
        load.stop()
        # An empty file is valid and takes the route away; only those 403 may be in the load.
        self.assertEqual([failure for failure in load.failures if not failure.startswith("403")], [])

    def test_folder_vanishes(self):
        """the folder renamed away and back: the old generation serves all the time"""
        away = self.gateway.folder.with_name("away")
        self.gateway.folder.rename(away)
        try:
            self.gateway.signal(signal.SIGHUP)
            time.sleep(1)
            self.assertEqual(self.ask("/version").body, b"v0")
        finally:
            away.rename(self.gateway.folder)
        self.gateway.write("version.yaml", MOCK.format(name="version", text="v3"))
        self.gateway.signal(signal.SIGHUP)
        self.wait_for_answer(b"v3")

    def test_directory_in_place_of_a_file(self):
        """a directory that is named like a pipeline file is an error with a name, not a crash"""
        wrong = self.gateway.folder / "folder.yaml"
        wrong.mkdir()
        try:
            self.gateway.signal(signal.SIGHUP)
            self.assertTrue(self.gateway.wait_for_log("folder.yaml"))
            self.assertEqual(self.ask("/version").body, b"v0")
        finally:
            wrong.rmdir()

    def test_memory(self):
        """generations that serve no longer are let go"""
        def reload(number):
            self.gateway.write("version.yaml", MOCK.format(name="version", text=f"m{number}"))
            self.gateway.signal(signal.SIGHUP)
            self.wait_for_answer(f"m{number}".encode())

        for number in range(10):
            reload(number)
        before = self.gateway.rss_megabytes()
        for number in range(10, 60):
            reload(number)
        self.assertLess(self.gateway.rss_megabytes() - before, 10)
