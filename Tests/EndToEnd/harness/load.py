"""Steady load from a few clients on keep-alive connections, which forgives nothing."""

import threading
import time

from .wire import Closed, Wire


class Load:
    """Runs until `stop`. `answers` counts bodies, `failures` says what went wrong.

    A failure is any answer but a 200, an answer cut short, or a connection that ends after a
    request was sent on it. Only a new connection that is refused once `may_refuse` is set counts
    as the end of the service instead.
    """

    def __init__(self, port, target, clients=4):
        self.port, self.target = port, target
        self.answers, self.failures = {}, []
        self.may_refuse = False
        self.stopped = False
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._client, daemon=True) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    @property
    def count(self):
        with self.lock:
            return sum(self.answers.values())

    def wait_for(self, count, seconds=10):
        """Waits until so many more requests were answered."""
        aim, end = self.count + count, time.monotonic() + seconds
        while self.count < aim and time.monotonic() < end:
            time.sleep(0.005)
        if self.count < aim:
            self.failures.append(f"only {self.count} answers, {aim} were due")

    def stop(self):
        self.stopped = True
        self.join()

    def join(self, seconds=15):
        for thread in self.threads:
            thread.join(seconds)

    def _client(self):
        while not self.stopped:
            try:
                wire = Wire(self.port)
            except OSError as error:
                if not self.may_refuse:
                    self._fail(f"connect: {error}")
                return
            with wire:
                if not self._use(wire):
                    return

    def _use(self, wire):
        """Requests on one connection until it is over; False ends the client."""
        while not self.stopped:
            try:
                response = wire.ask(self.target)
            except (Closed, OSError) as error:
                self._fail(f"{type(error).__name__}: {error}")
                return False
            if response.status != 200:
                self._fail(f"{response.status} {response.body[:200]!r}")
                return False
            with self.lock:
                self.answers[response.body] = self.answers.get(response.body, 0) + 1
            if (response.header("Connection") or "").lower() == "close":
                return True
        return False

    def _fail(self, what):
        with self.lock:
            self.failures.append(what)
