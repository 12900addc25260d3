"""What plugins must be before they serve: passing their own tests where that is asked for, and nobody else's to write."""

import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from harness import Gateway, Wire

PIPELINE = """
name: stamped
route: GET /stamped
stages:
  - stamp: {value: one}
  - mock: {status: 200}
"""

MANIFEST = """
manifest: 1
name: stamp
version: 1.0.0
summary: Answers with a word.
phases: [request]
example: "stamp: {value: x}"
config:
  value: {type: string, required: true, description: The value.}
"""

SCRIPT = """
local M = {}
function M.request(ctx, config)
  return ctx:respond{ body = "%s " .. config.value }
end
return M
"""

UNIT = """
local plugin = require("init")
return {
  ["it greets"] = function(ctx)
    local said
    plugin.request({ respond = function(_, response) said = response.body end }, { value = "x" })
    assert(said == "hello x" or said == "hi x", "it said " .. said)
  end,
}
"""


class PluginReload(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="headgate-plugins-")
        self.addCleanup(scratch.cleanup)
        self.plugin = pathlib.Path(scratch.name) / "plugins" / "stamp"
        (self.plugin / "tests").mkdir(parents=True)
        (self.plugin / "plugin.yaml").write_text(MANIFEST)
        (self.plugin / "tests" / "stamp_test.lua").write_text(UNIT)
        self.write("hello")

    def write(self, word):
        new = self.plugin / ".init.lua.new"
        new.write_text(SCRIPT % word)
        new.replace(self.plugin / "init.lua")

    def serve(self, *options):
        gateway = Gateway({"stamped.yaml": PIPELINE}, "--plugins", self.plugin.parent, *options)
        self.addCleanup(gateway.stop)
        return gateway

    def ask(self, gateway):
        with Wire(gateway.port) as wire:
            return wire.ask("/stamped").body

    def wait_for(self, gateway, body):
        for _ in range(200):
            if self.ask(gateway) == body:
                return
            time.sleep(0.05)
        self.fail(f"{body} never came\n{gateway.log[-2000:]}")

    def test_tests_first(self):
        """with --test-plugins-on-reload a plugin whose tests fail does not serve, and is named"""
        gateway = self.serve("--test-plugins-on-reload")
        self.assertEqual(self.ask(gateway), b"hello one")
        self.write("good bye")
        self.assertTrue(gateway.wait_for_log("it said good bye x"), gateway.log[-2000:])
        self.assertIn("stamp_test.lua:7", gateway.log)
        self.assertEqual(self.ask(gateway), b"hello one")
        self.write("hi")
        self.wait_for(gateway, b"hi one")

    def test_without(self):
        """without it the change serves"""
        gateway = self.serve()
        self.write("good bye")
        self.wait_for(gateway, b"good bye one")

    def test_writable(self):
        """a plugin that everybody may write is not loaded, unless --unsafe-writable-plugins says so, which is logged"""
        script = self.plugin / "init.lua"
        for path in (script, self.plugin / "plugin.yaml", self.plugin):
            with self.subTest(path.name):
                mode = path.stat().st_mode
                path.chmod(mode | 0o002)
                done = subprocess.run(
                    [os.environ["HEADGATE_BIN"], "plugin", "check", self.plugin], capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 1)
                self.assertIn("everybody on this machine may write", done.stdout + done.stderr)
                path.chmod(mode)
        script.chmod(0o666)
        with self.assertRaises(AssertionError) as refused:
            self.serve()
        self.assertIn("everybody on this machine may write", str(refused.exception))
        gateway = self.serve("--unsafe-writable-plugins")
        self.assertEqual(self.ask(gateway), b"hello one")
        self.assertIn("plugins are loaded even where everybody", gateway.log)
