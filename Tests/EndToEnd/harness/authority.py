"""A certificate authority made for one test, by the openssl program."""

import pathlib
import subprocess
import tempfile


class Authority:
    """Issues certificates into a folder of its own. `certificate` is the path of its own one."""

    def __init__(self, name="Test Authority"):
        self.scratch = tempfile.TemporaryDirectory(prefix="headgate-ca-")
        self.folder = pathlib.Path(self.scratch.name)
        self.certificate, self.key = self.folder / "ca.pem", self.folder / "ca.key"
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, names=(), subject=None, days=30, path=None):
        """A certificate and its key, as two paths. `names` are DNS names, or addresses with `IP:` in front."""
        base = path or self.folder / name
        key, request, certificate, extensions = (f"{base}.{end}" for end in ("key", "csr", "pem", "ext"))
        entries = [entry if entry.startswith("IP:") else f"DNS:{entry}" for entry in names]
        pathlib.Path(extensions).write_text(f"subjectAltName={','.join(entries)}\n" if entries else "")
        self._openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", subject or f"/CN={name}", "-keyout", key, "-out", request)
        validity = ["-days", str(days)]
        self._openssl(
            "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
            "-out", certificate, "-extfile", extensions, *validity)
        return certificate, key

    def close(self):
        self.scratch.cleanup()

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"openssl {arguments[0]}: {done.stderr}")
