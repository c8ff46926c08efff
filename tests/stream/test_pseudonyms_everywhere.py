"""Nobody's name leaves the house unasked, and no number changes for it."""

from pathlib import Path

import pandas as pd
import pytest

from tests.real_streams import real_log, real_workflow
from tests.stream.work import TOML, done, filled
from tests.streams import sample_stream
from vsm.archive_log import parts_from_archive
from vsm.config import Workflow
from vsm.errors import ArchiveError
from vsm.eventlog.log import Log
from vsm.from_log import stream_from_log
from vsm.read import read_stream
from vsm.sources.archive import read_archive
from vsm.sources.work_folder import WorkFolder
from vsm.stream import ValueStream
from vsm.tables import COMMITS, NAMES, TABLES, conform

pytestmark = pytest.mark.slow

NOW = pd.Timestamp("2026-02-01", tz="UTC")
FREE = {"tickets": ["summary", "labels", "components", "url"], "commits": ["subject", "branch"]}
"""What people wrote themselves."""


def both(log: Log, workflow: Workflow, as_of: pd.Timestamp) -> tuple[ValueStream, ValueStream]:
    """With names, and with pseudonyms."""
    plain = stream_from_log(log, workflow=workflow, as_of=as_of)
    return plain, stream_from_log(log, workflow=workflow, as_of=as_of, key=b"k" * 32)


def assert_disguised(plain: ValueStream, hidden: ValueStream, *bots: str) -> None:
    """No account, name or address is left; every column that names nobody is as it was."""
    accounts = plain.names[(plain.names["kind"] == "account") & ~plain.names["name"].isin(bots)]
    names = {*accounts["id"], *accounts["name"]} | {p.name for p in plain.workflow.persons}
    names -= {*bots}
    for table in TABLES:
        frame, before = getattr(hidden, table), getattr(plain, table)
        for column in frame.columns.difference(FREE.get(table, [])):
            values = frame[column]
            if pd.api.types.is_numeric_dtype(values) or "time" in str(values.dtype):
                if table != "names":
                    pd.testing.assert_series_equal(values, before[column])
                continue
            words = values.drop_duplicates().dropna().astype("str")
            assert not set(words) & names, (table, column)
            assert not words.str.contains(r"\w@\w").any(), (table, column)
    for column in ("holder", "team", "stage"):
        codes = [s.visits[column].astype("str").factorize()[0].tolist() for s in (plain, hidden)]
        assert codes[0] == codes[1]
    pd.testing.assert_frame_equal(plain.stage_shares, hidden.stage_shares)
    pd.testing.assert_frame_equal(plain.handoff_costs, hidden.handoff_costs)
    assert [f.claim for f in plain.findings] == [f.claim for f in hidden.findings]
    text = " ".join(hidden.quality["detail"]) + repr(hidden.workflow)
    assert not [name for name in names if f"'{name}'" in text or (":" in name and name in text)]


def test_the_sample_in_disguise_is_the_same_but_for_names(sample_folder: Path) -> None:
    """Every table, finding and doubt, and what is kept of vsm.toml."""
    stream = sample_stream(sample_folder)
    with read_archive(sample_folder / "archive.sqlite") as archive:
        log = parts_from_archive(archive, mail_key=b"m" * 32).log()
    assert log.names["mailbox"].notna().any()
    assert_disguised(*both(log, stream.workflow, stream.as_of), "release-bot", "customer-portal")


def test_duracloud_in_disguise_is_the_same_but_for_names(real_data: Path) -> None:
    """Real names of real persons."""
    log = real_log(real_data, "duracloud")
    assert_disguised(*both(log, real_workflow(), log.events["at"].max()))


def test_reading_shows_pseudonyms_unless_names_are_asked_for(tmp_path: Path) -> None:
    """The same in every run; the key is readable by its owner alone."""
    root = filled(tmp_path, done(1, 8))
    holders = set(read_stream(root).visits["holder"].dropna())
    assert all(holder.startswith("P-") for holder in holders)
    assert holders == set(read_stream(root).visits["holder"].dropna())
    assert not holders & set(read_stream(root, names=True).visits["holder"].dropna())
    assert WorkFolder(root).key.stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_is_told(tmp_path: Path) -> None:
    """Other pseudonyms than before would be worse; with names nothing needs it."""
    root = filled(tmp_path, done(1, 8))
    WorkFolder(root).key.write_bytes(b"short")
    with pytest.raises(ArchiveError, match=r"pseudonyms\.key is damaged: it holds 5 bytes, not 32"):
        read_stream(root)
    assert len(read_stream(root, names=True).tickets) == 1


def test_a_bot_holds_nothing_and_stays_the_actor(tmp_path: Path) -> None:
    """Who moved the ticket into work was a program: nobody held it, and QUALITY tells who was taken for one."""
    text = WorkFolder(filled(tmp_path, done(1, 8))).workflow.read_text()
    accounts = read_stream(tmp_path, names=True).names.query("kind == 'account'")["id"].tolist()
    toml = f'[[person]]\nname = "machine"\nbot = true\naccounts = {accounts}\n'
    (tmp_path / "vsm.toml").write_text(text + toml)
    stream = read_stream(tmp_path)
    assert set(stream.events["actor"].dropna()) == {"machine"}
    assert stream.visits["holder"].isna().all()
    assert "bots" in set(stream.quality["check"])


def test_titles_name_nobody_who_is_known(tmp_path: Path) -> None:
    """Addresses and known names give way in titles and in experiments; with names they stand as written."""
    title = "Invoice for Dora Lind, dora@example.org"
    person = '[[person]]\nname = "Dora Lind"\naccounts = ["jira:dora"]\n'
    root = filled(tmp_path, done(1, 8, summary=title), toml=TOML + person)
    tried = '[[experiment]]\nname = "Dora Lind tests"\nsince = 2026-01-07\nchange = "ask dora@example.org"\n'
    (root / "experiments.toml").write_text(tried)
    shared, named = read_stream(root), read_stream(root, names=True)
    assert shared.tickets["summary"].str.fullmatch(r"Invoice for P-\w{6}, \[address\]").all()
    assert named.tickets["summary"].tolist() == [title]
    (one,) = shared.experiments
    assert (one.name[:2], one.name[8:], one.change) == ("P-", " tests", "ask [address]")
    assert named.experiments[0].name == "Dora Lind tests"


def test_subjects_and_branches_name_nobody_who_is_known() -> None:
    """Each by the same pseudonym as elsewhere; what a repository is called stays."""
    row = dict.fromkeys(("repository", "author", "committer"), "git:nils-berg") | {
        "commit": "c", "repository": "shop", "authored": NOW, "committed": NOW, "parents": "",
        "subject": "AB-1 mend as nils-berg said", "branch": "nils-berg/shop",
    }  # fmt: skip
    names = pd.DataFrame(
        [{"kind": "account", "id": "git:nils-berg", "name": "nils-berg", "first": NOW, "last": NOW}]
    )
    log = Log(commits=conform(pd.DataFrame([row]), COMMITS), names=conform(names, NAMES))
    (commit,) = stream_from_log(log, workflow=Workflow(), as_of=NOW, key=b"k" * 32).commits.to_dict("records")
    called = str(commit["author"]).removeprefix("git:")
    assert called.startswith("P-")
    assert (commit["subject"], commit["branch"]) == (f"AB-1 mend as {called} said", f"{called}/shop")


def test_words_of_the_project_name_nobody_or_are_doubted(tmp_path: Path) -> None:
    """Components and labels get pseudonyms; a type and a stage that name somebody are a warning in QUALITY."""
    person = '[[person]]\nname = "Dora Lind"\naccounts = ["jira:dora"]\n'
    body = done(1, 8, components=[{"name": "Dora Lind"}, {"name": "shop"}], labels=["lind-dora", "fast"],
                issuetype={"name": "Task for Dora Lind"})  # fmt: skip
    stage = '[[stage]]\nname = "Waiting for Lind"\nkind = "queue"\n'
    stream = read_stream(filled(tmp_path, body, toml=TOML + stage + person))
    (ticket,) = stream.tickets.to_dict("records")
    assert str(ticket["components"]).startswith("P-")
    assert str(ticket["components"]).endswith("; shop")
    assert str(ticket["labels"]).split("; ")[1] == "fast"
    assert "lind" not in str(ticket["labels"]).casefold()
    doubts = stream.quality.loc[stream.quality["check"] == "names in words", "detail"].tolist()
    assert [doubt.split()[0] for doubt in doubts] == ["status", "type"]
    assert not any("Lind" in doubt for doubt in doubts)
