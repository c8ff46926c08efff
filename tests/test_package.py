"""What is handed out: a source archive, the wheel that is built from it, and vsm installed from that wheel alone."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

import vsm

ROOT = Path(__file__).parents[1]
CLEAN = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
CLEAN["JUPYTER_PATH"] = str(Path(sys.prefix, "share", "jupyter"))  # lent as well: templates and kernels

pytestmark = pytest.mark.slow


def said(*words: object, where: Path) -> str:
    """What a command says that must end well; it knows nothing of the checkout."""
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
    """Build with the pinned hatchling of this environment."""
    said(sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", to, where=checkout)
    (made,) = to.iterdir()
    return made


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout that lies in the source archive."""
    root = tmp_path_factory.mktemp("sdist")
    with tarfile.open(built("sdist", ROOT, root / "made")) as archive:
        archive.extractall(root, filter="data")
    return root / f"vsm-{vsm.__version__}"


@pytest.fixture(scope="module")
def wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that is built from the source archive."""
    return built("wheel", unpacked, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_the_package_and_the_notebooks(wheel: Path, tmp_path: Path) -> None:
    """All of both and nothing else, and it is the same from the source archive as from the checkout."""
    names, direct = (
        {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
        for path in (wheel, built("wheel", ROOT, tmp_path / "wheel"))
    )
    assert names == direct
    notebooks = {f"vsm/notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "vsm").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    held = {name for name in names if ".dist-info/" not in name}
    assert len(notebooks) == 8
    assert notebooks <= held
    assert {name for name in held if not name.startswith("vsm/notebooks/")} == files


def test_the_source_archive_can_be_tested(unpacked: Path) -> None:
    """It holds what ``make test`` needs."""
    needed = [
        "Makefile",
        "constraints.txt",
        "constraints-dev.txt",
        "data/sample/vsm.toml",
        "tests/conftest.py",
    ]
    assert [name for name in needed if not (unpacked / name).exists()] == []


def test_the_demo_runs_where_only_the_wheel_is_installed(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own, which borrows the libraries of this one, far from any checkout."""
    home = tmp_path / "environment"
    said(sys.executable, "-m", "venv", home, where=tmp_path)
    python, script = home / "bin" / "python", home / "bin" / "vsm"
    site = Path(
        said(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", where=tmp_path).strip()
    )
    (site / "libraries.pth").write_text(
        sysconfig.get_path("purelib")
    )  # its .pth, which leads to the checkout, is not read
    said(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel, where=tmp_path)
    where = said(python, "-c", "import vsm; print(vsm.__file__, vsm.__version__)", where=tmp_path).split()
    assert where == [str(site / "vsm" / "__init__.py"), vsm.__version__]
    assert said(python, "-m", "pip", "check", where=tmp_path).startswith("No broken requirements")
    assert vsm.__version__ in said(script, "--version", where=tmp_path)
    told = said(script, "demo", "--dir", "demo", where=tmp_path)
    assert "of lead time is spent waiting in 'Waiting for QA'" in told
    (page,) = (tmp_path / "demo" / "runs").glob("*/index.html")
    assert len(list(page.parent.glob("*.ipynb"))) == 7
