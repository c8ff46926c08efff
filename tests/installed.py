"""vsm installed from a wheel alone, in an environment of its own that knows nothing of the checkout."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

CLEAN: Final = {
    name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}
} | {"JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter"))}  # lent as well: templates and kernels


def said(*words: object, where: Path) -> str:
    """What a command says that must end well."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=where,
        env=CLEAN,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def built(kind: str, checkout: Path, to: Path) -> Path:
    """Build a wheel or a source archive with the pinned hatchling of this environment."""
    said(sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", to, where=checkout)
    (made,) = to.iterdir()
    return made


def installed(wheel: Path, home: Path) -> Path:
    """Install a wheel where nothing else is, but the libraries of this environment, and give its ``vsm``."""
    said(sys.executable, "-m", "venv", home, where=home.parent)
    python = home / "bin" / "python"
    purelib = said(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", where=home.parent)
    # A .pth file lends the libraries; those that it leads to, such as the one to the checkout, are not read.
    Path(purelib.strip(), "libraries.pth").write_text(sysconfig.get_path("purelib"))
    said(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel, where=home.parent)
    return home / "bin" / "vsm"
