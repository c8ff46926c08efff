"""What is handed out: a source archive, the wheel that is built from it, and vsm installed from that wheel alone."""

import tarfile
import zipfile
from pathlib import Path

import pytest

import vsm
from tests.installed import built, said
from tests.reports.rendered import demo_work, report_of

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


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
    assert len(notebooks) == 14
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


def test_the_demo_runs_where_only_the_wheel_is_installed() -> None:
    """In an environment of its own, which borrows the libraries of this one, far from any checkout."""
    work = demo_work()
    home = work.parent
    python = home / "environment" / "bin" / "python"
    site, version = said(python, "-c", "import vsm; print(vsm.__file__, vsm.__version__)", where=home).split()
    assert Path(site).is_relative_to(home / "environment")
    assert version == vsm.__version__
    assert said(python, "-m", "pip", "check", where=home).startswith("No broken requirements")
    assert vsm.__version__ in said(python.with_name("vsm"), "--version", where=home)
    assert "wait in 'Reported' now" in (home / "demo.txt").read_text(encoding="utf-8")
    assert len(list(report_of(work).glob("*.ipynb"))) == 10
