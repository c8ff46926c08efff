"""The conda environment and the package ask for the same things."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
import yaml

import vsm

ROOT = Path(__file__).parents[1]
BROUGHT = {
    "IPython": "jupyterlab",
    "choreographer": "kaleido",
    "ipykernel": "jupyterlab",
    "jupyter_client": "papermill",
    "markupsafe": "jinja2",
    "nbformat": "nbconvert",
    "traitlets": "nbconvert",
    "typing_extensions": "pydantic",
}
"""Libraries that come with a dependency, and are its own words."""
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


PINS = ("constraints.txt", "constraints-dev.txt", "constraints-bench.txt")


def pins_of(name: str) -> dict[str, str]:
    """Version and hashes of each pin, by package; for which Python it is needed is left out."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if not line.strip().startswith("#")]
    pins = [pin.split("==", 1) for pin in "\n".join(lines).replace("\\\n", " ").splitlines()]
    return {package: " ".join([pin.split()[0], *re.findall(r"--hash=\S+", pin)]) for package, pin in pins}


@pytest.mark.parametrize("name", PINS)
def test_constraints_pin_by_hash_and_name_no_registry(name: str) -> None:
    """Every pin has hashes, every dependency is pinned, and no address of a registry stands in the file."""
    pins = pins_of(name)
    assert all("--hash=sha256:" in pin for pin in pins.values())
    assert "://" not in (ROOT / name).read_text()
    dependencies = _pyproject()["dependencies"]
    assert isinstance(dependencies, list)
    assert {spec.split(">=")[0] for spec in dependencies} <= set(pins)


def test_the_demo_installs_nothing_that_only_tests_need() -> None:
    """What vsm needs is pinned the same for the demo and for tests; what tests need is pinned for them alone."""
    demo, dev = pins_of("constraints.txt"), pins_of("constraints-dev.txt")
    assert {package: dev.get(package) for package in demo} == demo
    extras = _pyproject()["optional-dependencies"]
    assert isinstance(extras, dict)
    for extra in ("dev", "keyring", "lab", "large", "pptx", "s3"):
        asked = {spec.partition(">=")[0].partition("[")[0] for spec in extras[extra]}
        assert asked <= set(dev)
        assert asked & set(demo) <= {"jsonschema", "pyyaml"}  # which JupyterLab needs as well


@pytest.mark.slow
def test_vsm_imports_only_what_it_asks_for() -> None:
    """Every library imported below vsm/ is Python's own, a dependency, or that of an extra which users ask for."""
    project = _pyproject()
    dependencies, extras = project["dependencies"], project["optional-dependencies"]
    assert isinstance(dependencies, list)
    assert isinstance(extras, dict)
    asked = [*dependencies, *extras["keyring"], *extras["lab"], *extras["pptx"], *extras["s3"]]
    names = {spec.partition(">=")[0].partition("[")[0].lower() for spec in asked}
    imported = {
        name.partition(".")[0]
        for path in (ROOT / "vsm").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
    }
    distributions = packages_distributions()
    known = {
        module for module in imported if {d.lower() for d in distributions.get(module, [module])} & names
    }
    assert imported - known - set(sys.stdlib_module_names) - {"vsm"} == set(BROUGHT)
    assert set(BROUGHT.values()) <= names


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def test_the_version_is_one_fact_in_one_place() -> None:
    """It stands in pyproject.toml alone; the package, and whoever asks the command, reads it from there."""
    project = _pyproject()
    assert project["version"] == version("vsm") == vsm.__version__
    places = [
        path
        for path in (ROOT / "vsm").rglob("*.py")
        if f'"{project["version"]}"' in path.read_text(encoding="utf-8")
    ]
    assert places == []
