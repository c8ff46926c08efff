"""Is every number still the same? A digest of all that streams of known data give, beside one made earlier.

``python -m tests.golden compare`` builds the streams anew and names each column, graph, finding and figure that
differs from ``golden.json.gz``, numbers and texts apart; ``python -m tests.golden record`` writes that file anew.
It was written by version 0.1.0 and goes when the redesign is done. An empty column whose type has changed counts
as a difference.
The streams: the sample, DuraCloud with its Git history (once more with stages that Git splits) and Islandora,
each with pseudonyms and with names. What was renamed since the record stands in ``RENAMED`` and ``COLUMNS``.
"""

import ast
import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import networkx as nx
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

import vsm
from tests.conftest import SHARED
from tests.real_streams import WORKFLOW
from tests.reports.pages import run_vsm
from vsm.sample import build_sample, sample_experiments, sample_workflow

RECORD: Final = Path(__file__).with_name("golden.json.gz")
KEY: Final = bytes(range(32))
SPLIT: Final = """
[[stage]]
name = "Coding"
kind = "work"
git = "coding"
within = ["In Progress"]
[[stage]]
name = "Landing"
kind = "queue"
git = "landing"
within = ["In Progress"]
[[stage]]
name = "Releasing"
kind = "queue"
git = "releasing"
"""
RENAMED: Final[dict[str, str]] = {
    "stage_visits": "stays",
    "lifecycles": "lives",
    "stage_shares": "shares",
    "handoff_costs": "costs",
    "team_network": "teams",
    "blocking_network": "blocking",
    "responsibility.end_to_end": "responsibility.whole",
    "responsibility.end_to_end_by_team": "responsibility.teams",
    "responsibility.first_handoffs": "responsibility.let_go",
    "responsibility.defect_fixes": "responsibility.mended_defects",
    "responsibility.defects_fixed_at_home": "responsibility.mended",
    "responsibility.disciplines": "responsibility.together",
}
"""New name → name at the time of the record, of attributes of a stream."""
COLUMNS: Final[dict[str, str]] = {
    "merged_at": "landed",
    "position": "place",
    "merge_commit": "landing",
    "restored": "mended",
    "fixed_by": "mended_by",
    "with_cause": "told",
    "handed_over_in": "let_go_stage",
    "handed_over_to": "let_go_team",
    "handed_over_after": "let_go_wait",
    "Started": "Begun",
    "Removed": "Gone",
    "WIP": "Under way",
    "In queue now": "There now",
    "Unknown person": "Not known who",
    "Redone": "Done again",
    "Returned": "Got there again",
    "Without activity": "Without a trace",
    "End to end": "Carried",
    "Same team": "At home",
    "Cause known": "Cause named",
    "85th percentile": "85 % within",
    "Percentile": "Of all tickets",
    "Total": "In all",
    "Total wait": "In all",
    "Total time": "Of time",
    "One at a time": "One at once",
    "Share of the week": "Of the week",
    "Longest active period": "Active without a break",
    "Evidence": "Look at",
    "Median if moved back": "Their median",
    "Median time to return": "Median until then",
    "%C&A": "Never came back",
    "Tickets that returned": "Tickets that came back",
}
"""The same of columns."""
TABLES: Final = (
    "tickets", "events", "visits", "handoffs", "waits", "blocks", "commits", "releases", "branches", "deploys",
    "names", "quality", "stages", "stays", "lives", "shares", "batches", "costs", "ping_pong",
)  # fmt: skip
PARTS: Final = ("delivery", "responsibility", "alignment", "rework", "load")
GRAPHS: Final = ("network", "teams", "blocking")
Record = dict[str, dict[str, str]]


def main(argv: list[str]) -> int:
    """Record, or compare; says what differs and ends with 1 where a number does."""
    verb = argv[1]
    with TemporaryDirectory() as root:
        now = {case: digest_of(stream, folder) for case, stream, folder in streams(Path(root))}
    if verb == "record":
        RECORD.write_bytes(gzip.compress(json.dumps(now, sort_keys=True).encode(), mtime=0))
        return 0
    return compare(json.loads(gzip.decompress(RECORD.read_bytes())), now)


def streams(root: Path) -> Iterator[tuple[str, vsm.ValueStream, Path]]:
    """Build the work folders by the command line, and read each with pseudonyms and with names."""
    for folder in (sample(root), duracloud(root, "duracloud"), duracloud(root, "split"), islandora(root)):
        for names in (False, True):
            case = f"{folder.name}, {'names' if names else 'pseudonyms'}"
            print(case, file=sys.stderr)
            yield case, vsm.read_stream(folder, names=names), folder


def _keyed(folder: Path) -> Path:
    archive = folder / "archive"
    archive.mkdir(mode=0o700, parents=True)
    (archive / "pseudonyms.key").write_bytes(KEY)
    (archive / "pseudonyms.key").chmod(0o600)
    return folder


def sample(root: Path) -> Path:
    """The sample as ``vsm demo`` lays it down, without its report."""
    folder = _keyed(root / "sample")
    made = build_sample(root / "made")
    (folder / "vsm.toml").write_text(sample_workflow())
    (folder / "experiments.toml").write_text(sample_experiments())
    run_vsm("pull", "--dir", str(folder), "jira", "--file", str(made.issues))
    run_vsm("pull", "--dir", str(folder), "git", "--repo", str(made.repository), "--name", "shop")
    return folder


def duracloud(root: Path, name: str) -> Path:
    """DuraCloud, with inferred stages, or with those by which Git splits a stage."""
    folder, repository = _keyed(root / name), root / "duracloud.git"
    if not repository.exists():
        subprocess.run(["git", "init", "--quiet", "--bare", str(repository)], check=True)
        history = gzip.decompress((SHARED / "duracloud/history.fast-import.gz").read_bytes())
        subprocess.run(
            ["git", f"--git-dir={repository}", "fast-import", "--quiet"], input=history, check=True
        )
    if name == "split":
        (folder / "vsm.toml").write_text(WORKFLOW + SPLIT)
    else:
        run_vsm("init", "--dir", str(folder))
    export = SHARED / "duracloud/issues.jsonl.gz"
    run_vsm("pull", "--dir", str(folder), "jira", "--file", str(export))
    run_vsm("pull", "--dir", str(folder), "git", "--repo", str(repository))
    if name != "split":
        run_vsm("init", "--dir", str(folder), "--infer")
    return folder


def islandora(root: Path) -> Path:
    """Islandora, with inferred stages."""
    folder = _keyed(root / "islandora")
    run_vsm("init", "--dir", str(folder))
    run_vsm("pull", "--dir", str(folder), "jira", "--file", str(SHARED / "islandora/issues.jsonl.gz"))
    run_vsm("init", "--dir", str(folder), "--infer")
    return folder


def digest_of(stream: vsm.ValueStream, folder: Path) -> dict[str, Record]:
    """Digest all that a stream gives: name of the thing → name of the column → digest."""
    found: list[tuple[str, Any]] = [(name, getattr(stream, _now(name))) for name in TABLES]
    for part in PARTS:
        value = getattr(stream, _now(part))
        names = {one: f"{part}.{one}" for one in _names_of(value)}
        found += [(RENAMED.get(name, name), getattr(value, one)) for one, name in names.items()]
    numbers: Record = {}
    texts: Record = {}
    for name, frame in found:
        numbers[name], texts[name] = _of_frame(frame)
    for name in GRAPHS:
        graph: nx.DiGraph[str] = getattr(stream, _now(name))
        edges = [{"a": a, "b": b, **words} for a, b, words in graph.edges(data=True)]
        nodes = [{"node": node, **words} for node, words in graph.nodes(data=True)]
        for part, rows in (("nodes", nodes), ("edges", edges)):
            numbers[f"{name}.{part}"], texts[f"{name}.{part}"] = _of_frame(pd.DataFrame(rows))
    findings = [{f.name: getattr(one, f.name) for f in fields(one)} for one in stream.findings]
    numbers["findings"], texts["findings"] = _of_frame(pd.DataFrame(findings, dtype="object"))
    for name, value in _cells(stream, folder):
        numbers[name], texts[name] = _of_value(value)
    return {"numbers": numbers, "texts": texts}


def _now(name: str) -> str:
    return {old: new for new, old in RENAMED.items()}.get(name, name)


def _names_of(value: Any) -> list[str]:
    names = [field.name for field in fields(value)] if is_dataclass(value) else list(vars(type(value)))
    return [name for name in names if isinstance(getattr(value, name), pd.DataFrame)]


def _of_frame(frame: pd.DataFrame) -> tuple[dict[str, str], dict[str, str]]:
    numbers, texts = {"rows": str(len(frame))}, {}
    for column in frame.columns:
        values, name = frame[column], COLUMNS.get(str(column), str(column))
        if values.dtype == "category":
            values = values.astype(values.cat.categories.dtype)
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            values = values.dt.tz_convert("UTC").dt.tz_localize(None)
        if values.dtype.kind in "biuf":
            numbers[name] = _digest(_numbers(values.to_numpy(dtype=float, na_value=np.nan)))
        elif values.dtype.kind in "mM":
            numbers[name] = _digest(_numbers(values.to_numpy()))
        else:
            kept = [_number_of(value) for value in values]
            if any(value is not None for value in kept):
                numbers[name] = _digest(kept)
            texts[name] = _digest([repr(value) if not isinstance(value, str) else value for value in values])
    return numbers, texts


def _number_of(value: Any) -> str | None:
    if isinstance(value, (bool, int, float, np.number, np.bool_)):
        return f"{float(value):.9g}"
    if isinstance(value, (pd.Timestamp, pd.Timedelta)):
        return str(value)
    return None


def _numbers(values: "np.ndarray[Any, Any]") -> list[str]:
    if values.dtype.kind in "mM":
        return [str(number) for number in values.astype(f"{values.dtype.kind}8[us]").astype("int64").tolist()]
    return [f"{float(value):.9g}" for value in values.tolist()]


def _cells(stream: vsm.ValueStream, folder: Path) -> Iterator[tuple[str, Any]]:
    """Run the notebooks' cells in order on this stream: what do they show?"""
    for path in sorted(Path("notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        scope: dict[str, Any] = {"stream": stream, "vsm": vsm, "pd": pd, "data_dir": str(folder)}
        for cell in cells:
            source = "".join(cell["source"])
            if cell["cell_type"] != "code" or "read_stream" in source:
                continue
            body = ast.parse(source).body
            last = body.pop()
            shown = last.value if isinstance(last, ast.Expr) else None
            exec(compile(ast.Module(body if shown else [*body, last], []), path.name, "exec"), scope)
            if shown and cell["id"] != "provenance":
                value = eval(compile(ast.Expression(shown), path.name, "eval"), scope)
                yield f"{path.stem}#{cell['id']}", value


def _of_value(value: Any) -> tuple[dict[str, str], dict[str, str]]:
    if isinstance(value, Styler):
        numbers, texts = _of_frame(pd.DataFrame(value.data))  # type: ignore[attr-defined]
        return numbers, texts | {"caption": _digest([str(vars(value)["caption"])])}
    if isinstance(value, go.Figure):
        counts: list[str] = []
        words: list[str] = []
        _walk(value.to_dict(), counts, words)
        return {"numbers": _digest(counts)}, {"texts": _digest(words)}
    return {}, {"repr": _digest([repr(value)])}


def _walk(value: Any, numbers: list[str], texts: list[str]) -> None:
    if isinstance(value, Mapping):
        for key in sorted(value):
            if key not in {"template", "meta"}:
                _walk(value[key], numbers, texts)
    elif isinstance(value, np.ndarray):
        if value.dtype.kind in "biufmM":
            numbers += _numbers(value.ravel())
        else:
            _walk(value.tolist(), numbers, texts)
    elif isinstance(value, (list, tuple)):
        for one in value:
            _walk(one, numbers, texts)
    elif (number := _number_of(value)) is not None:
        numbers.append(number)
    elif isinstance(value, str):
        texts.append(value)


def _digest(values: list[Any]) -> str:
    return hashlib.sha256("\x1f".join(map(str, values)).encode()).hexdigest()[:10]


def compare(then: Mapping[str, Any], now: Mapping[str, Any]) -> int:
    """Say what differs, case by case; give 1 where a number does."""
    worst = 0
    for case in sorted({*then, *now}):
        for sort in ("numbers", "texts"):
            before, after = (record.get(case, {}).get(sort, {}) for record in (then, now))
            sides = (before, after)
            pairs = sorted({(name, column) for side in sides for name in side for column in side[name]})
            for name, column in pairs:
                old, new = before.get(name, {}).get(column), after.get(name, {}).get(column)
                if old != new:
                    worst = max(worst, sort == "numbers")
                    how = "gone" if new is None else "new" if old is None else "differ"
                    print(f"{case}: {sort} of {name}[{column}] {how}")
    print("every number is equal" if not worst else "numbers differ")
    return int(worst)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
