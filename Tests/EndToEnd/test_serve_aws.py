"""The samples, served as `make serve-aws` serves them."""

import json
import os
import pathlib
import re
import select
import signal
import subprocess
import unittest

from harness.python import environment
from harness.wire import Wire

ROOT = pathlib.Path(__file__).resolve().parents[2]
JSON = {"Content-Type": "application/json"}


class Samples(unittest.TestCase):
    def test_samples(self):
        """a queue, a table, a state machine and a local function answer with nothing else to start"""
        tools = environment("moto[server]", "boto3")
        process = subprocess.Popen(
            [ROOT / "scripts" / "serve-aws", os.environ["HEADGATE_BIN"], "--port", "0", "--demo-backend"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
            env={**os.environ, "HEADGATE_MOTO": str(tools)})
        try:
            ready, _, _ = select.select([process.stdout], [], [], 300)
            found = re.search(r":(\d+)$", process.stdout.readline().decode().strip()) if ready else None
            self.assertTrue(found, "it does not start")
            with Wire(int(found.group(1)), 20) as wire:
                sent = wire.ask("/jobs", "POST", JSON, b'{"task": 1}')
                self.assertEqual(sent.status, 202, sent.body)
                self.assertRegex(json.loads(sent.body)["id"], r"^[0-9a-f-]{36}$")
                item = wire.ask("/items/7")
                self.assertEqual((item.status, json.loads(item.body)), (200, {"id": "7", "price": 9.5}))
                started = wire.ask("/executions", "POST", JSON, b'{"order": 1}')
                self.assertEqual(started.status, 202, started.body)
                self.assertIn(":execution:orders:", json.loads(started.body)["executionArn"])
                hello = wire.ask("/hello?name=Ada")
                self.assertEqual((hello.status, json.loads(hello.body)), (200, {"hello": "Ada", "method": "GET"}))
        finally:
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(20), 0)
            process.stdout.close()
