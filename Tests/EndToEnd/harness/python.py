"""Programs from PyPI in a virtual environment of the tests' own, made at first use and kept."""

import hashlib
import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]


def environment(*packages):
    """The `bin` folder of an environment that has `packages`. Skips the test where pip cannot get them."""
    name = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:12]
    folder = pathlib.Path(os.environ.get("HEADGATE_TEST_VENVS", ROOT / ".build" / "venvs")) / name
    done = folder / "complete"
    if done.exists():
        return folder / "bin"
    try:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True, timeout=120)
        pip = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run(pip, check=True, capture_output=True, timeout=600)
    except (subprocess.SubprocessError, OSError) as error:
        said = getattr(error, "stderr", b"") or b""
        raise unittest.SkipTest(f"{', '.join(packages)} cannot be installed: {said.decode()[-200:] or error}")
    done.touch()
    return folder / "bin"


def use(*packages):
    """Makes `packages` importable by the test itself."""
    library = next((environment(*packages).parent / "lib").glob("python*/site-packages"))
    if str(library) not in sys.path:
        sys.path.append(str(library))
