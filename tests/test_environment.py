"""The conda environment and the package ask for the same things."""

import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
CONDA = {"kaleido": "python-kaleido"}  # the name of a package there, where it is not that of PyPI


def _pyproject() -> dict[str, object]:
    project: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project


def test_environment_and_pyproject_agree() -> None:
    """environment.yml lists Python, exactly the package's own dependencies, and the package by pip."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    project = _pyproject()
    dependencies = project["dependencies"]
    assert isinstance(dependencies, list)
    specs = [spec.partition(">=") for spec in dependencies]
    theirs = [CONDA.get(name, name) + sign + least for name, sign, least in specs]
    assert conda == [f"python{project['requires-python']}", *theirs, "pip"]
    assert pip == {"pip": ["-e ."]}
    assert environment["channels"] == ["conda-forge"]


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-bench.txt"])
def test_constraints_pin_by_hash_and_name_no_registry(name: str) -> None:
    """Every pin has hashes, every dependency is pinned, and no address of a registry stands in the file."""
    text = (ROOT / name).read_text()
    pins = [
        line.split("==")[0] for line in text.splitlines() if "==" in line and not line.startswith((" ", "#"))
    ]
    blocks = text.replace("\\\n", " ").splitlines()
    assert all(
        "--hash=sha256:" in block for block in blocks if "==" in block and not block.startswith((" ", "#"))
    )
    assert "://" not in text
    dependencies = _pyproject()["dependencies"]
    assert isinstance(dependencies, list)
    assert {spec.split(">=")[0] for spec in dependencies} <= set(pins)
