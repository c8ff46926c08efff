"""The command line, as a user meets it: what it writes, what it says, and its exit codes."""

import gzip
import json
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

from tests.cli.shell import Shell
from tests.jira_bodies import history, issue, moved
from tests.reports.pages import run_vsm
from vsm.cli.export import NETWORKS
from vsm.cli.init import with_proposals
from vsm.config import parse_workflow
from vsm.eventlog.infer_teams import ProposedTeam
from vsm.sources.git_process import create_repository
from vsm.tables import DERIVED, TABLES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty tickets that waited, were worked on, and were closed; to read only."""
    path = tmp_path_factory.mktemp("export") / "issues.jsonl"
    bodies = []
    for n in range(1, 21):
        begun = history(n * 10, f"2026-01-{5 + n % 5:02}T10:{n:02}:00.000+0000", moved("1", "3"))
        ended = history(n * 10 + 1, f"2026-01-{12 + n % 9:02}T11:{n:02}:00.000+0000", moved("3", "6"))
        bodies.append(issue(n, begun, ended, now="6"))
    path.write_text("\n".join(json.dumps(body) for body in bodies))
    return path


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory, export: Path) -> Path:
    """A work folder with the export pulled and its stages inferred; to be copied."""
    folder = tmp_path_factory.mktemp("pulled") / "work"
    for words in (("init",), ("pull", "jira", "--file", export), ("init", "--infer")):
        run_vsm(words[0], "--dir", folder, *words[1:])
    return folder


@pytest.fixture
def work(tmp_path: Path, pulled: Path) -> Path:
    """Such a work folder of the test's own."""
    return Path(shutil.copytree(pulled, tmp_path / "work"))


def test_init_writes_a_commented_file_and_leaves_it_alone(vsm: Shell, tmp_path: Path) -> None:
    """A second init changes nothing."""
    assert vsm("init", "--dir", tmp_path / "w") == 0
    path = tmp_path / "w" / "vsm.toml"
    assert "# [[stage]]" in path.read_text()
    path.write_text("# mine\n")
    assert vsm("init", "--dir", tmp_path / "w") == 0
    assert path.read_text() == "# mine\n"
    assert "stays as it is" in vsm.out


def test_infer_adds_what_it_found_and_never_changes_edits(vsm: Shell, work: Path) -> None:
    """Stages with kinds and reasons; after an edit nothing is proposed twice and the edit stays."""
    text = (work / "vsm.toml").read_text()
    assert (
        'name = "In Progress"\nkind = "work" # guessed by its name\nstatuses = ["jira:3"]\nassumed = "name"'
        in text
    )
    edited = text.replace('name = "Open"', 'name = "Waiting"  # we call it so')
    (work / "vsm.toml").write_text(edited)
    assert vsm("init", "--dir", work, "--infer") == 0
    assert (work / "vsm.toml").read_text() == edited
    assert "stages 0, people 0" in vsm.out


def test_review_asks_for_each_kind_that_is_a_guess(
    vsm: Shell, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepted, corrected to held up, and put off; what was answered is no guess any more."""
    stages = [("Ready", "queue", "name"), ("Test", "work", "category"), ("Ship", "queue", "nothing")]
    sections = [
        f'[[stage]]\nname = "{name}" # ours\nkind = "{kind}" # guessed so\nstatuses = ["{name}"]\n'
        f'assumed = "{assumed}"\n'
        for name, kind, assumed in stages
    ]
    (work / "vsm.toml").write_text("\n".join(sections))
    monkeypatch.setattr("sys.stdin", StringIO("\nblocked\nlater\n"))
    assert vsm("init", "--dir", work, "--review") == 0
    assert "'Test' (Test): work, assumed from the tracker's category" in vsm.out
    assert (work / "vsm.toml").read_text() == (
        '[[stage]]\nname = "Ready" # ours\nkind = "queue"\nstatuses = ["Ready"]\n\n'
        '[[stage]]\nname = "Test" # ours\nkind = "queue"\nstatuses = ["Test"]\nblocked = true\n\n'
        + sections[2]
    )
    monkeypatch.setattr("sys.stdin", StringIO())
    assert vsm("init", "--dir", work, "--review") == 2
    assert "asks on a terminal" in vsm.err


def test_check_is_silent_about_kinds_that_somebody_confirmed(vsm: Shell, work: Path) -> None:
    """Both stages were assumed, and are no longer."""
    text = (work / "vsm.toml").read_text()
    (work / "vsm.toml").write_text(text.replace("\nassumed", "\nconfirmed = true\nassumed"))
    assert vsm("check", "--dir", work) == 0
    assert "assumed kind" not in vsm.out


def test_check_passes_on_sound_data_and_fails_on_faults(vsm: Shell, work: Path) -> None:
    """An unmapped status falsifies results: exit 1, with what to do; notes and warnings alone: exit 0."""
    assert vsm("check", "--dir", work) == 0
    assert "warning: assumed kind (2)" in vsm.out
    assert "stage 'Open' counts as queue: assumed from its name." in " ".join(vsm.out.split())
    assert (
        "20 tickets as of 2026-02-01 09:00 UTC, 20 finished for good (0 of them by a bulk edit), 0 open"
        in vsm.out
    )
    assert "No fault that would falsify results." in vsm.out
    (work / "vsm.toml").write_text('[[stage]]\nname = "Ready"\nkind = "queue"\nstatuses = ["Open"]\n')
    assert vsm("check", "--dir", work) == 1
    assert "fault: unmapped status (2)" in vsm.out
    assert "add it to the statuses of a stage in vsm.toml" in vsm.out


@pytest.mark.parametrize("suffix", ["parquet", "csv", "json"])
def test_export_writes_any_table_by_suffix(vsm: Shell, work: Path, tmp_path: Path, suffix: str) -> None:
    """60 visits of 20 tickets, in each format."""
    to = tmp_path / f"visits.{suffix}"
    assert vsm("export", "--dir", work, "visits", "--to", to) == 0
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {
        "parquet": pd.read_parquet,
        "csv": pd.read_csv,
        "json": pd.read_json,
    }
    assert len(readers[suffix](to)) == 60


def test_export_writes_every_table_network_and_event_log(vsm: Shell, work: Path, tmp_path: Path) -> None:
    """All of the dictionary into one folder; a network is the same after a round trip in both formats."""
    to = tmp_path / "all"
    assert vsm("export", "--dir", work, "all", "--to", to) == 0
    assert {path.name for path in to.iterdir()} == {
        *(f"{name}.parquet" for name in (*TABLES, *DERIVED)),
        *(f"{name}.{kind}" for name in NETWORKS for kind in ("graphml", "json")),
        "event_log.xes.gz",
        "event_log.json",
    }
    assert pd.read_parquet(to / "stage_shares.parquet")["share"].sum() == pytest.approx(1)
    whole = nx.read_graphml(to / "network.graphml")
    linked = nx.node_link_graph(json.loads((to / "network.json").read_text()), edges="edges")
    assert len(whole) == 3
    assert dict(whole.nodes(data=True)) == dict(linked.nodes(data=True))
    assert list(whole.edges(data=True)) == list(linked.edges(data=True))


@pytest.mark.parametrize("network", ["network", "team_network"])
def test_a_network_alone_is_exported_without_making_the_stream(
    vsm: Shell, work: Path, tmp_path: Path, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same file as that of a stream, such as one of a window that leaves nothing out."""
    whole, window = tmp_path / "whole.json", tmp_path / "window.json"
    assert vsm("export", "--dir", work, network, "--since", "2020-01-01", "--to", window) == 0
    monkeypatch.setattr("vsm.cli.export.read_stream", None)
    assert vsm("export", "--dir", work, network, "--to", whole) == 0
    assert f"nodes and {2 if network == 'network' else 0} edges of {network}" in vsm.out
    assert json.loads(whole.read_text()) == json.loads(window.read_text())


def test_export_of_no_such_table_names_those_there_are(vsm: Shell, work: Path, tmp_path: Path) -> None:
    """Exit 2 and the list."""
    assert vsm("export", "--dir", work, "vists", "--to", tmp_path / "x.csv") == 2
    assert "no table 'vists'; known: tickets, events, visits" in vsm.err


@pytest.mark.parametrize(
    ("name", "file", "sentence"),
    [
        ("visits", "x.txt", "'x.txt'; use a name ending in .parquet, .csv or .json"),
        ("network", ".", "'.'; use a name ending in .graphml or .json"),
        ("event_log", "x.csv", "'x.csv'; use a name ending in .xes, .xes.gz, .json or .jsonocel"),
        ("network", "none/x.json", "none/x.json: the folder none does not exist; make it first"),
    ],
)
def test_export_refuses_a_file_before_anything_is_read(
    vsm: Shell, work: Path, monkeypatch: pytest.MonkeyPatch, name: str, file: str, sentence: str
) -> None:
    """Reading may take minutes."""
    for reading in ("read_stream", "read_networks"):
        monkeypatch.setattr(f"vsm.cli.export.{reading}", None)
    monkeypatch.chdir(work)
    assert vsm("export", name, "--to", file) == 2
    assert f"cannot export to {sentence}" in " ".join(vsm.err.split())


def bad_inputs(folder: Path) -> dict[str, tuple[list[object], str]]:
    """Every kind of bad input: the words after ``vsm pull``, and what is said."""
    body = json.dumps(issue(1))
    (folder / "cut.jsonl.gz").write_bytes(gzip.compress(body.encode() * 99)[:-20])
    (folder / "text.jsonl").write_text(f"{body}\nhello\n")
    (folder / "other.jsonl").write_text('{"id": 7}\n')
    (folder / "plain").mkdir()
    (folder / "rows.csv").write_text("A,B,C\n1,soon,New\n")
    return {
        "missing": (["jira", "--file", folder / "none.jsonl"], "none.jsonl: No such file or directory"),
        "cut": (
            ["jira", "--file", folder / "cut.jsonl.gz"],
            "cut.jsonl.gz: the gzip file is cut off or damaged",
        ),
        "text": (["jira", "--file", folder / "text.jsonl"], "text.jsonl, line 2: not JSON"),
        "other": (["jira", "--file", folder / "other.jsonl"], "other.jsonl, line 1: issue 7, key is missing"),
        "repository": (["git", "--repo", folder / "plain"], "plain: not a Git repository"),
        "row": (
            ["table", "--file", folder / "rows.csv", "--map", "ticket=A,at=B,status=C"],
            "1 bad row: line 2",
        ),
        "map": (["table", "--file", folder / "rows.csv", "--map", "ticket=A"], "'at' is needed"),
    }


@pytest.mark.parametrize("case", ["missing", "cut", "text", "other", "repository", "row", "map"])
def test_bad_input_is_one_sentence_and_leaves_the_archive(
    vsm: Shell, work: Path, tmp_path: Path, case: str
) -> None:
    """Exit 2, one line, no traceback, and the archive byte for byte as it was."""
    words, sentence = bad_inputs(tmp_path)[case]
    archive = work / "archive" / "archive.sqlite"
    before = archive.read_bytes()
    assert vsm("pull", "--dir", work, *words) == 2
    assert sentence in vsm.err
    assert vsm.err.count("\n") == 1
    assert "Traceback" not in vsm.err
    assert archive.read_bytes() == before


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("[stream]\ncolour = 1", "unknown key 'colour' in [stream]; known: calendar, name"),
        ('[[stage]]\nname = "A"', "[[stage]] 'A' lacks 'kind'; use one of queue, work, external, done"),
        ('[[stage]]\nname = "A"\nkind = "work"\nstatuses = ["X", "X"]', "status 'X' is mapped 2 times"),
    ],
)
def test_a_wrong_vsm_toml_stops_every_command(
    vsm: Shell, work: Path, export: Path, toml: str, sentence: str
) -> None:
    """Exit 2 with the fault in the file's own words; nothing is pulled."""
    (work / "vsm.toml").write_text(toml)
    for words in (["check"], ["pull", "jira"], ["report"], ["export", "visits", "--to", "x.csv"]):
        pull = ["pull", "--dir", work, "jira", "--file", export]
        assert vsm(*(pull if words[0] == "pull" else [*words, "--dir", work])) == 2
        assert sentence in vsm.err


def test_a_shallow_clone_is_refused_unless_allowed_and_then_marked(
    vsm: Shell, work: Path, tmp_path: Path
) -> None:
    """Refused: exit 2. Allowed: pulled, and check fails because results would be false."""
    import subprocess  # noqa: PLC0415 - only this test prepares a clone

    commit = b"commit refs/heads/main\ncommitter d <d@example.org> 176760000%d +0000\ndata 4\nAB-1\n\n"
    create_repository(tmp_path / "r.git", fast_import=commit % 1 + commit % 2)
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", f"file://{tmp_path}/r.git", str(tmp_path / "s")], check=True
    )
    assert vsm("pull", "--dir", work, "git", "--repo", tmp_path / "s") == 2
    assert "is a shallow clone" in vsm.err
    assert vsm("pull", "--dir", work, "git", "--repo", tmp_path / "s", "--allow-shallow") == 0
    assert vsm("check", "--dir", work) == 1
    assert "fault: shallow clone" in vsm.out


def test_commands_outside_a_work_folder_say_what_to_run(vsm: Shell, tmp_path: Path, export: Path) -> None:
    """No vsm.toml: exit 2."""
    for words in (["check"], ["report"], ["export", "visits", "--to", "x.csv"]):
        assert vsm(*words, "--dir", tmp_path / "none") == 2
        assert "run vsm init" in vsm.err
    assert vsm("pull", "--dir", tmp_path / "none", "jira", "--file", export) == 2
    assert not (tmp_path / "none").exists()


def test_a_proposed_team_is_a_comment_until_somebody_confirms_it() -> None:
    """Without its marks it is a team; it is proposed once."""
    team = ProposedTeam("Shop", ("dev-1", "dev-2"), "90% of the work that they started was on 'Shop'", "Shop")
    text = with_proposals("[stream]\n", stages=[], people=[], teams=[team])
    assert text == (
        "[stream]\n\n# Proposed, assumed from this: 90% of the work that they started was on 'Shop'.\n"
        '# [[team]]\n# name = "Shop"\n# members = ["dev-1", "dev-2"]\n# components = ["Shop"]\n'
    )
    assert with_proposals(text, stages=[], people=[], teams=[team]) == text
    assert parse_workflow(text, origin="a").teams == ()
    lines = [line.removeprefix("# ") for line in text.splitlines() if "Proposed" not in line]
    assert parse_workflow("\n".join(lines), origin="a").team_of == {"dev-1": "Shop", "dev-2": "Shop"}


def test_infer_says_so_where_nothing_separates_teams(vsm: Shell, work: Path) -> None:
    """Rather than propose one of everybody."""
    assert vsm("init", "--dir", work, "--infer") == 0
    assert "No team is proposed" in vsm.out
    assert "# Proposed" not in (work / "vsm.toml").read_text()


def test_infer_before_any_pull_says_what_to_run(vsm: Shell, tmp_path: Path) -> None:
    """Nothing pulled, nothing to infer."""
    assert vsm("init", "--dir", tmp_path / "w", "--infer") == 2
    assert "run vsm pull first" in vsm.err


def test_version_and_help(vsm: Shell) -> None:
    """``--version`` says it; no words show the help."""
    assert vsm("--version") == 0
    assert vsm.out.startswith("vsm 0.")
    assert vsm("--help") == 0
    for command in ("init", "pull", "check", "export", "report", "demo"):
        assert command in vsm.out


def test_infer_copes_with_names_that_end_in_blanks(vsm: Shell, tmp_path: Path) -> None:
    """Blanks are no part of a stage's name; a status without a name goes by its id."""
    bodies = [issue(1, now="1"), issue(2, now="1"), issue(3, now="3")]
    for body, name in zip(bodies, ("Open ", "Open ", " "), strict=True):
        body["fields"]["status"]["name"] = name
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(body) for body in bodies))
    folder = tmp_path / "work"
    assert vsm("init", "--dir", folder) == 0
    assert vsm("pull", "--dir", folder, "jira", "--file", tmp_path / "a.jsonl") == 0
    assert vsm("init", "--dir", folder, "--infer") == 0, vsm.err
    proposed = parse_workflow((folder / "vsm.toml").read_text()).stages
    assert [stage.name for stage in proposed] == ["Open", "jira:3"]
    assert vsm("check", "--dir", folder) == 0, vsm.out


def test_infer_keeps_line_ends_and_links(vsm: Shell, work: Path, tmp_path: Path) -> None:
    """What a person wrote stays to the letter, wherever the file really lies."""
    real = tmp_path / "real.toml"
    real.write_bytes(b'# mine\r\n[stream]\r\nname = "Shop"\r\n')
    (work / "vsm.toml").unlink()
    (work / "vsm.toml").symlink_to(real)
    assert vsm("init", "--dir", work, "--infer") == 0, vsm.err
    assert (work / "vsm.toml").is_symlink()
    assert real.read_bytes().startswith(b'# mine\r\n[stream]\r\nname = "Shop"\r\n')
    assert b"[[stage]]" in real.read_bytes()


def test_init_into_what_is_no_folder_is_one_sentence(vsm: Shell, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    assert vsm("init", "--dir", tmp_path / "file") == 1
    assert vsm.err.startswith(f"vsm: {tmp_path / 'file' / 'vsm.toml'} cannot be written: ")


def test_infer_proposes_no_more_stages_than_can_be_checked(vsm: Shell, tmp_path: Path) -> None:
    """Of 70 statuses the 50 that tickets entered most often; once more adds none, and says what to do."""
    rows = [f"{n},2026-01-05T09:{n % 60:02}:00Z,S{n % 70},Ann" for n in range(140)]
    rows += [f"again {n},2026-02-05T09:00:00Z,S{n},Ann" for n in range(50)]
    (tmp_path / "rows.csv").write_text("\n".join(["ticket,at,status,holder", *rows]))
    assert vsm("init", "--dir", tmp_path) == 0
    columns = ["--map", "ticket=ticket,at=at,status=status,holder=holder"]
    assert vsm("pull", "--dir", tmp_path, "table", "--file", tmp_path / "rows.csv", *columns) == 0
    for _ in range(2):
        assert vsm("init", "--dir", tmp_path, "--infer") == 0
        stages = parse_workflow((tmp_path / "vsm.toml").read_text()).stages
        assert {stage.name for stage in stages} == {f"S{number}" for number in range(50)}
        assert "Not proposed as stages: 20 more statuses or columns" in vsm.out
