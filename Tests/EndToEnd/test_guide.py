"""The guide "Write a stage in ten minutes": its files are made, its commands are run, what it promises is printed."""

import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "write-a-stage.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"^(?:#|--) ((?:pipelines|plugins)/\S+)\n")


def masked(text):
    """What differs from one run to the next is out of the way: numbers, and how far things are apart."""
    return re.sub(r"\s+", " ", re.sub(r"\d+(\.\d+)?", "N", text)).strip()


class Guide(unittest.TestCase):
    def run_command(self, command, folder):
        binary = os.path.abspath(os.environ.get("HEADGATE_BIN", ROOT / ".build" / "debug" / "headgate"))
        words = shlex.split(command)
        self.assertEqual(words[0], "headgate", command)
        done = subprocess.run([binary, *words[1:]], cwd=folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def test_guide(self):
        """every block of the guide is a file, a command that works, or what the commands print"""
        printed, files, commands, promises = "", 0, 0, 0
        with tempfile.TemporaryDirectory(prefix="headgate-guide-") as folder:
            for kind, text in BLOCK.findall(GUIDE.read_text()):
                if kind in ("yaml", "lua"):
                    found = PATH.match(text)
                    self.assertTrue(found, f"the block has no path:\n{text}")
                    path = pathlib.Path(folder) / found[1]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
                    files += 1
                elif kind == "sh":
                    printed = ""
                    for command in text.splitlines():
                        printed += self.run_command(command, folder)
                        commands += 1
                elif kind == "text":
                    for line in text.splitlines():
                        self.assertIn(masked(line), masked(printed), f"not printed: {line}\n{printed}")
                        promises += 1
                else:
                    self.fail(f"a block of kind {kind}, which nothing looks at")
            # A mistake in a script of the guide names its line.
            broken = pathlib.Path(folder) / "pipelines" / "greeting.yaml"
            broken.write_text(broken.read_text().replace("#name > 20", "#nam > 20"))
            binary = os.path.abspath(os.environ.get("HEADGATE_BIN", ROOT / ".build" / "debug" / "headgate"))
            done = subprocess.run(
                [binary, "invoke", "greeting", "--path", "/greeting/Ada"], cwd=folder, capture_output=True, text=True, timeout=60)
            self.assertIn("greeting.yaml:7", done.stdout + done.stderr)
        self.assertGreaterEqual((files, commands, promises), (10, 11, 20))
