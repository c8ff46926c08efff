"""``stream.where``: a cut of a loaded stream is what reading it anew would give, and says what it is."""

import contextlib
import pickle
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.frames import assert_same_rows
from tests.real_streams import real_log, real_workflow
from tests.share import share
from tests.stream.test_measures import MEASURES
from tests.stream.test_small_teams import (
    AS_OF,
    KEY,
    LIVES,
    MEMBERS,
    STAGES,
    TEAMS,
    Step,
    held,
    shared,
    toml_of,
)
from tests.stream.work import done, filled
from tests.streams import sample_stream
from vsm.config import parse_workflow
from vsm.config.where import words_of
from vsm.cuts import BASE_TABLES, Window, day_of
from vsm.errors import EmptyWindowError, ParameterError
from vsm.eventlog.as_of import last_recorded
from vsm.from_log import stream_from_log
from vsm.read import read_stream
from vsm.sample import sample_workflow
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow


def shop(root: Path) -> Path:
    """Three tickets: bugs of two components and a story, under an epic."""
    epic = {"issuetype": {"name": "Epic", "hierarchyLevel": 1}}
    orders, both = ([{"name": name} for name in names] for names in (["orders"], ["orders", "shop front"]))
    return filled(
        root,
        done(1, 8, components=orders, priority={"name": "High"}, parent={"id": "1004", "key": "AB-4"}),
        done(2, 20, components=both, labels=["fair"]),
        done(3, 25, issuetype={"name": "Story"}),
        done(4, 26, **epic),
    )


def keys(stream: ValueStream) -> list[str]:
    return stream.tickets["key"].tolist()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"component": "orders"}, ["AB-1", "AB-2"]),
        ({"component": "shop front"}, ["AB-2"]),
        ({"label": "fair"}, ["AB-2"]),
        ({"type": "Story"}, ["AB-3"]),
        ({"epic": "AB-4"}, ["AB-1"]),
        ({"component": "orders", "priority": "High"}, ["AB-1"]),
        ({"stage": "Build", "type": "Bug"}, ["AB-1", "AB-2"]),
        ({"team": "web", "since": "2026-01-21"}, ["AB-3", "AB-4"]),
    ],
)
def test_words_choose_tickets(words: dict[str, str], expected: list[str], tmp_path: Path) -> None:
    """Of several components one suffices; of several words all have to fit."""
    assert keys(read_stream(shop(tmp_path)).where(**words)) == expected


def test_choices_list_every_value_with_its_tickets(tmp_path: Path) -> None:
    """The most frequent first."""
    table = read_stream(shop(tmp_path)).choices
    rows = list(table[table["word"].isin(["component", "epic", "type"])].itertuples(index=False, name=None))
    assert rows == [
        ("component", "orders", 2),
        ("component", "shop front", 1),
        ("epic", "AB-4", 1),
        ("type", "Bug", 2),
        ("type", "Story", 1),
        ("type", "Epic", 1),
    ]


def test_a_value_that_no_ticket_has_is_refused_with_those_known(tmp_path: Path) -> None:
    """An empty report would look like an answer."""
    stream = read_stream(shop(tmp_path))
    with pytest.raises(
        ParameterError, match="component is 'order', which no ticket has; known: orders, shop front"
    ):
        stream.where(component="order")
    with pytest.raises(ParameterError, match="epic is 'AB-9', which no ticket has; known: AB-4"):
        stream.where(epic="AB-9")
    with pytest.raises(ParameterError, match="label is 'x', which no ticket has; known: fair"):
        read_stream(tmp_path, where="label=x")


def test_of_many_values_those_that_look_alike_come_first(tmp_path: Path) -> None:
    """And the rest is counted."""
    bodies = [done(number, 8, labels=[f"label-{number:02}"]) for number in range(1, 16)]
    stream = read_stream(filled(tmp_path, *bodies))
    with pytest.raises(ParameterError, match=r"known: label-10, label-09, .* and 3 more "):
        stream.where(label="label-0")


def test_days_may_be_dates_and_instants(tmp_path: Path) -> None:
    """Those of a stream's own period too; an instant means its day in full."""
    stream = read_stream(shop(tmp_path))
    written = stream.where(since="2026-01-07", until="2026-01-22")
    for days in (
        {"since": date(2026, 1, 7), "until": date(2026, 1, 22)},
        {
            "since": pd.Timestamp("2026-01-07T15:00", tz="UTC"),
            "until": pd.Timestamp("2026-01-22T01:00", tz="UTC"),
        },
    ):
        assert stream.where(**days).provenance == written.provenance


def test_a_cut_of_a_cut_keeps_what_fits_both(tmp_path: Path) -> None:
    """The narrower days and all words, also where a word comes twice; provenance and card say so."""
    stream = read_stream(shop(tmp_path)).where(component="orders", since="2026-01-07")
    again = stream.where(component="shop front", since="2026-01-02", until="2026-01-22")
    assert keys(again) == ["AB-2"]
    said = {name: again.provenance[name] for name in ("as of", "since", "until", "where")}
    assert said == {
        "as of": "2026-01-22 00:00 UTC",
        "since": "2026-01-07",
        "until": "2026-01-22",
        "where": "component=orders, component=shop front",
    }
    assert ", since 2026-01-07, until 2026-01-22, where component=orders" in again._repr_html_()


def test_measures_of_a_cut_are_made_when_asked_for(tmp_path: Path) -> None:
    """And are its own."""
    stream = read_stream(shop(tmp_path))
    bugs = stream.where(type="Bug")
    assert not set(vars(bugs)) & set(MEASURES)
    assert len(bugs.lifecycles) == 2
    assert len(stream.lifecycles) == 4


def test_a_cut_is_of_what_was_read_not_of_what_somebody_changed(tmp_path: Path) -> None:
    """A frame that was changed in place is the reader's own; a pickled stream can be cut as well."""
    stream = read_stream(shop(tmp_path))
    stream.tickets["type"] = "Task"
    assert keys(stream.where(type="Story")) == ["AB-3"]
    assert keys(pickle.loads(pickle.dumps(stream)).where(type="Story")) == ["AB-3"]


def test_days_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    """Beyond what the stream knows, or no days."""
    stream = read_stream(shop(tmp_path))
    with pytest.raises(
        ParameterError, match="until is 2026-03-01, but this stream is as of 2026-01-26 09:00"
    ):
        stream.where(until="2026-03-01")
    with pytest.raises(
        EmptyWindowError, match=r"since is 2026-01-20, after .*, 2026-01-10 00:00 UTC; name an"
    ):
        stream.where(since="2026-01-20", until="2026-01-10")
    with pytest.raises(ParameterError, match="since is 'May'; write a day as YYYY-MM-DD"):
        stream.where(since="May")


@pytest.mark.parametrize("text", ["colour=red", "type", "type=", "type=Bug, type=Story"])
def test_a_text_of_words_is_read_or_refused(text: str) -> None:
    """As in vsm.toml, on the command line and in notebooks."""
    with pytest.raises(ParameterError, match="write word=value, word=value, with the words component, label"):
        words_of(text)


def assert_equal(cut: ValueStream, anew: ValueStream, *names: str) -> None:
    for name in (*BASE_TABLES, "stages", *names):
        one, other = getattr(cut, name), getattr(anew, name)
        if isinstance(one, pd.DataFrame):
            assert_same_rows(one, other, name)
        else:
            assert str(one) == str(other), name
    assert cut.provenance.get("merged") == anew.provenance.get("merged")


DAYS = st.sampled_from(["", *(f"2026-01-{day:02}" for day in range(5, 16))])


@settings(max_examples=share(6, of=400))
@given(
    lifecycles=LIVES,
    team_of=MEMBERS,
    fewest=st.integers(1, 4),
    since=DAYS,
    until=DAYS,
    words=st.dictionaries(st.sampled_from(["team", "stage"]), st.sampled_from([*TEAMS, *STAGES]), max_size=1),
)
def test_a_cut_equals_reading_anew(
    lifecycles: list[list[Step]],
    team_of: dict[str, str],
    fewest: int,
    since: str,
    until: str,
    words: dict[str, str],
) -> None:
    """Whatever the tickets, teams and days: the same tables, the same teams merged, the same refusals.

    A team of which nobody had held work by then is merged in the cut all the same, if it is in the stream,
    and so it cannot be asked for.
    """
    teams = {team: sorted(p for p, t in team_of.items() if t == team) for team in TEAMS[:3]}
    toml = toml_of({team: who for team, who in teams.items() if who}, fewest=fewest)
    window = Window(day_of("since", since), day_of("until", until), tuple(words.items()))
    if until and since > until:
        return
    loaded = shared(*lifecycles, toml=toml)
    if words.get("team") in merged_in(loaded):
        with pytest.raises(ParameterError, match="without names it is part of 'small teams'"):
            loaded.where(**words, since=since, until=until)
        return
    anew: Any = contextlib.nullcontext()
    try:
        expected = shared(*lifecycles, toml=toml, window=window, as_of=window.until or AS_OF)
    except ParameterError as error:
        anew = pytest.raises(ParameterError, match=str(error).split(";")[0])
    with anew:
        cut = loaded.where(**words, since=since, until=until)
    if not isinstance(anew, contextlib.nullcontext):
        return
    if merged_in(loaded) <= merged_in(expected):
        assert_equal(cut, expected, "lifecycles", "team_network")
    else:
        assert merged_in(cut) == merged_in(loaded) | merged_in(expected)


def merged_in(stream: ValueStream) -> set[str]:
    small = stream._context.small
    return set(small.people_of) if small else set()


def test_a_team_that_is_merged_in_the_stream_is_so_in_an_earlier_cut() -> None:
    """Nobody had held work of night by then; the stream that is cut does not know its name any more."""
    life: list[Step] = [("Build", "ann", None), ("Build", None, "night"), ("Build", "bo", "night")]
    stream = shared(life, toml=toml_of({}, fewest=3))
    earlier = stream.where(until="2026-01-07")
    assert "night" not in str(earlier.events.to_dict())
    assert merged_in(earlier) == {"night"}


def test_every_cut_counts_people_anew() -> None:
    """Three people of web were seen; of the one story that Ann held, the team is nobody's."""
    web = [held(who, "web", day) for who, day in (("ann", 1), ("al", 2), ("abe", 3))]
    office = [held(who, "office", day) for who in ("cy", "di", "ed") for day in (3, 31)]
    stream = shared(*web, held("ann", "web", 30), *office, toml=toml_of({}, fewest=3))
    assert set(stream.visits["team"].dropna()) == {"web", "office"}
    late = stream.where(since="2026-01-20")
    assert set(late.visits["team"].dropna()) == {"small teams"}
    assert set(late.where(stage="Build").visits["team"].dropna()) == {"small teams"}
    with pytest.raises(
        ParameterError, match="team is 'web', in which fewer than 3 people worked within this w"
    ):
        late.where(team="web")


@pytest.mark.parametrize(
    "words",
    [
        {"component": "orders", "since": "2025-07-01", "until": "2026-01-01"},
        {"since": "2025-07-01", "until": "2025-10-01"},
        {"component": "orders", "priority": "High"},
        {"team": "quality", "since": "2026-01-01"},
        {"until": "2025-10-01"},
    ][: share(1, of=5)],
    ids=str,
)
def test_every_measure_of_the_sample_is_that_of_reading_anew(
    words: dict[str, str], sample_folder: Path
) -> None:
    """Git, deployments and findings as well."""
    whole = sample_stream(sample_folder)
    cut, log, window = (
        whole.where(**words),
        pickle.loads((sample_folder / "log.pickle").read_bytes()),
        dict(words),
    )
    days = {name: day_of(name, window.pop(name, "")) for name in ("since", "until")}
    anew = stream_from_log(
        log,
        workflow=parse_workflow(sample_workflow()),
        as_of=days["until"] or whole.as_of,
        window=Window(**days, words=tuple(window.items())),
        seed=whole.seed,
    )
    assert_equal(cut, anew, *MEASURES)


@pytest.mark.parametrize(
    "words", [{"type": "Bug", "since": "2013-01-01"}, {"until": "2013-06-01"}][: share(1, of=2)], ids=str
)
def test_every_measure_of_a_real_tracker_is_that_of_reading_anew(
    words: dict[str, str], real_data: Path
) -> None:
    """With pseudonyms, of 700 tickets."""
    log, workflow = real_log(real_data, "duracloud"), real_workflow()
    as_of = last_recorded(log)
    assert as_of is not None
    whole = stream_from_log(log, workflow=workflow, as_of=as_of, key=KEY)
    window = dict(words)
    days = {name: day_of(name, window.pop(name, "")) for name in ("since", "until")}
    anew = stream_from_log(
        log,
        workflow=workflow,
        as_of=days["until"] or as_of,
        window=Window(**days, words=tuple(window.items())),
        key=KEY,
    )
    assert_equal(whole.where(**words), anew, *MEASURES)
