"""A test case with one backend and one gateway for all its tests."""

import time
import unittest

from .backend import Backend
from .gateway import Gateway
from .wire import Wire


class GatewayCase(unittest.TestCase):
    """Subclasses set `pipelines` (file name to text; BACKEND is in the environment), `options` and `documents`."""

    pipelines = {}
    documents = ()
    options = ()
    environment = {}

    @classmethod
    def setUpClass(cls):
        cls.backend = Backend()
        cls.addClassCleanup(cls.backend.stop)
        environment = {"BACKEND": cls.backend.url, **cls.environment}
        cls.gateway = Gateway(cls.pipelines, *cls.options, environment=environment, documents=cls.documents)
        cls.addClassCleanup(cls.gateway.stop)

    def setUp(self):
        self.backend.forget()
        self.backend.behaviours = {}
        self.addCleanup(self.check_alive)

    def check_alive(self):
        """Whatever a test did, the process lives. Named apart, so that no test forgets it."""
        self.assertTrue(self.gateway.alive, f"the gateway died:\n{self.gateway.log[-3000:]}")

    def wait_until(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        self.fail(f"it never came\n{self.gateway.log[-2000:]}")

    def connect(self, timeout=10):
        wire = Wire(self.gateway.port, timeout)
        self.addCleanup(wire.close)
        return wire

    def ask(self, target, method="GET", headers=(), body=None):
        """One request on a connection of its own."""
        with Wire(self.gateway.port) as wire:
            return wire.ask(target, method, headers, body)
