"""A private network in a network namespace, with nginx as targets and proxies at its border.

The namespace has the targets' addresses, to which this machine has no route. A pair of interfaces joins
the two: what leaves by it, or comes from the address that has a rule of its own, gets there.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

OUTSIDE, SOURCE, BORDER = "10.198.0.1", "10.198.0.2", "10.198.0.10"
TABLE, PREFERENCE, CUT_TABLE = "1066", "1066", "66"


def missing():
    """Why there can be no private network here; None when there can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("ip", "nginx"):
        if not shutil.which(program):
            return f"there is no {program}"
    probe = f"hgprobe{os.getpid()}"
    done = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    if done.returncode:
        return f"no network namespaces here: {done.stderr.strip()}"
    subprocess.run(["ip", "netns", "del", probe], capture_output=True)
    return None


class PrivateNetwork:
    """`interface` and `source` are the two ways in; `border` is an address in it that this machine has a route to."""

    def __init__(self):
        self.name = f"hg{os.getpid()}"
        self.interface = f"hgo{os.getpid() % 100000}"
        self.source, self.border = SOURCE, BORDER
        self.scratch = tempfile.TemporaryDirectory(prefix="headgate-net-")
        self.folder = pathlib.Path(self.scratch.name)
        self.processes = []
        inside = f"hgi{os.getpid() % 100000}"
        self._ip("netns", "add", self.name)
        try:
            self._ip("link", "add", self.interface, "type", "veth", "peer", "name", inside, "netns", self.name)
            self._ip("addr", "add", f"{OUTSIDE}/32", "dev", self.interface)
            self._ip("addr", "add", f"{SOURCE}/32", "dev", self.interface)
            self._ip("link", "set", self.interface, "up")
            self._inside("link", "set", "lo", "up")
            self._inside("addr", "add", f"{BORDER}/32", "dev", inside)
            self._inside("link", "set", inside, "up")
            self._inside("route", "add", "10.198.0.0/24", "dev", inside)
            self._ip("route", "add", f"{BORDER}/32", "dev", self.interface, "src", OUTSIDE)
            # Whoever takes no way of its own does not get anywhere, whatever this machine's default route leads to.
            self._ip("route", "add", "unreachable", "10.199.0.0/24")
            self._ip("route", "add", "10.199.0.0/24", "dev", self.interface, "table", TABLE)
            self._ip("rule", "add", "from", SOURCE, "lookup", TABLE, "preference", PREFERENCE)
        except AssertionError:
            self.close()
            raise

    def _ip(self, *words):
        done = subprocess.run(["ip", *words], capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"ip {' '.join(words)}: {done.stderr.strip()}")

    def _inside(self, *words):
        self._ip("-n", self.name, *words)

    def target(self, number, **settings):
        """An nginx at 10.199.0.NUMBER; with `socket` at a Unix socket of that name instead, in the network's folder."""
        address = f"10.199.0.{number}"
        if not any(isinstance(other, Nginx) and other.address == address for other in self.processes):
            self._inside("addr", "add", f"{address}/32", "dev", "lo")
        target = Nginx(self, address, **settings)
        self.processes.append(target)
        return target

    def tunnel(self, kind, port, *words):
        """A proxy at the border; its `lines` are what went through."""
        tunnel = Tunnel(self, kind, f"{BORDER}:{port}", words)
        self.processes.append(tunnel)
        return tunnel

    def cut(self, target):
        """From now on nothing that the target sends comes out: no reset, no refusal, nothing."""
        self._inside("route", "replace", "blackhole", "default", "table", CUT_TABLE)
        self._inside("rule", "add", "from", target.address, "to", "10.198.0.0/24", "lookup", CUT_TABLE)

    def mend(self, target):
        self._inside("rule", "del", "from", target.address, "to", "10.198.0.0/24", "lookup", CUT_TABLE)

    def start(self, *command, **options):
        return subprocess.Popen(["ip", "netns", "exec", self.name, *map(str, command)], **options)

    def close(self):
        for process in self.processes:
            process.stop()
        subprocess.run(["ip", "rule", "del", "preference", PREFERENCE], capture_output=True)
        subprocess.run(["ip", "route", "del", "unreachable", "10.199.0.0/24"], capture_output=True)
        subprocess.run(["ip", "link", "del", self.interface], capture_output=True)
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)
        self.scratch.cleanup()


class Nginx:
    """Answers every path with its address; its log tells what it got."""

    def __init__(self, network, address, port=80, tls=None, client_authority=None, socket=None):
        self.network, self.address, self.port = network, address, port
        self.folder = network.folder / f"{address}-{port}"
        self.folder.mkdir(exist_ok=True)
        self.log_file = self.folder / "log"
        self.socket = network.folder / socket if socket else None
        listen, more = f"unix:{self.socket}" if socket else f"{address}:{port}", ""
        if tls:
            listen += " ssl"
            more = f"ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]};"
            if client_authority:
                more += f" ssl_client_certificate {client_authority}; ssl_verify_client on;"
        (self.folder / "nginx.conf").write_text(f"""
            daemon off; user root; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/errors;
            events {{ worker_connections 512; }}
            http {{
                log_format seen '$request_method $request_uri $status';
                access_log {self.log_file} seen;
                client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy;
                fastcgi_temp_path {self.folder}/f; uwsgi_temp_path {self.folder}/u; scgi_temp_path {self.folder}/s;
                keepalive_requests 100000;
                server {{
                    listen {listen}; {more}
                    location / {{
                        default_type application/json;
                        return 200 '{{"target": "{address}", "host": "$host", "user": "$ssl_client_s_dn"}}';
                    }}
                    location = /health {{ access_log off; return 200 'well'; }}
                }}
            }}""")
        self.process = None
        self.start()

    def start(self):
        self.process = self.network.start(
            "nginx", "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", self.folder / "errors",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        probe = f"import socket; socket.create_connection(('{self.address}', {self.port}), 1)"
        if self.socket:
            probe = f"import socket; socket.socket(socket.AF_UNIX).connect('{self.socket}')"
        while time.monotonic() < end:
            if self.network.start(sys.executable, "-c", probe, stderr=subprocess.DEVNULL).wait() == 0:
                return
            time.sleep(0.05)
        raise AssertionError(f"nginx does not start: {(self.folder / 'errors').read_text()[-1000:]}")

    @property
    def seen(self):
        """What it got, a line a request: method, target, status."""
        return self.log_file.read_text().splitlines() if self.log_file.exists() else []

    def forget(self):
        self.log_file.write_text("")

    def _workers(self):
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return [int(child) for child in children]

    def pause(self):
        """Hangs: connections are taken, and nothing is answered."""
        for worker in self._workers():
            os.kill(worker, signal.SIGSTOP)

    def resume(self):
        for worker in self._workers():
            os.kill(worker, signal.SIGCONT)

    def stop(self):
        """At once, in the middle of whatever it does."""
        if self.process is None:
            return
        self.resume()
        self.process.terminate()
        self.process.wait()
        self.process = None


class Tunnel:
    def __init__(self, network, kind, address, words):
        self.log_file = network.folder / f"tunnel-{kind}-{address.rsplit(':', 1)[1]}"
        with open(self.log_file, "wb") as sink:
            self.process = network.start(
                sys.executable, pathlib.Path(__file__).with_name("tunnel.py"), kind, address, *words,
                stdout=sink, stderr=subprocess.STDOUT)
        end = time.monotonic() + 10
        while "ready" not in self.log_file.read_text():
            if time.monotonic() > end:
                raise AssertionError(f"the proxy does not start: {self.log_file.read_text()}")
            time.sleep(0.02)

    @property
    def lines(self):
        return self.log_file.read_text().splitlines()[1:]

    def stop(self):
        self.process.terminate()
        self.process.wait()
