"""Deployments, what they brought, which failed, and DORA's five measures; by hand and by brute force."""

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.git_graphs import Graph, graphs
from vsm.model.delivery import (
    brought_by_deployments,
    delivery_measures,
    delivery_weeks,
    failures_of_deployments,
    incident_tickets,
    production_deployments,
    tickets_of_deployments,
)
from vsm.tables import COMMITS, DEPLOYS, EVENTS, RELEASES, TICKETS, conform, empty

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")


def day(number: float) -> pd.Timestamp:
    return MONDAY + pd.Timedelta(days=number)


def commits(*rows: tuple[str, str, float], reverts: dict[str, str] | None = None) -> pd.DataFrame:
    """(hash, parents, day authored)."""
    frame = [
        {
            "commit": name, "repository": "shop", "author": "git:dev-1", "committer": "git:dev-1",
            "authored": day(at), "committed": day(at), "parents": parents,
            "reverts": (reverts or {}).get(name),
        }
        for name, parents, at in rows
    ]  # fmt: skip
    return conform(pd.DataFrame(frame), COMMITS)


def deploys(*rows: tuple[float, str | None, str], environment: str = "production") -> pd.DataFrame:
    """(day, commit, outcome); named by their number."""
    frame = [
        {"deploy": str(n), "at": day(at), "environment": environment, "commit": commit, "outcome": outcome,
         "source": "deployments:x"}
        for n, (at, commit, outcome) in enumerate(rows)
    ]  # fmt: skip
    return conform(pd.DataFrame(frame), DEPLOYS)


def releases(*rows: tuple[str, str, float, float | None]) -> pd.DataFrame:
    """(tag, commit, day of the commit, day of the tag)."""
    frame = [
        {"release": tag, "repository": "shop", "commit": commit, "at": day(at), "final": "rc" not in tag,
         "tagged": None if tagged is None else day(tagged).isoformat()}
        for tag, commit, at, tagged in rows
    ]  # fmt: skip
    table = pd.DataFrame(frame)
    return conform(table.assign(tagged=pd.to_datetime(table["tagged"], utc=True)), RELEASES)


def incidents(*rows: tuple[str, float, float | None]) -> pd.DataFrame:
    """(ticket, day reported, day finished)."""
    frame = pd.DataFrame(rows, columns=["ticket", "created", "finished"])
    return frame.assign(
        **{
            name: MONDAY + pd.to_timedelta(frame[name].astype("float64"), unit="D")
            for name in ("created", "finished")
        }
    )


LINE = commits(("a1", "", 0), ("b1", "a1", 1), ("c1", "b1", 2), ("d1", "c1", 3))


def failures(
    deployments: pd.DataFrame, history: pd.DataFrame, *rows: tuple[str, float, float | None]
) -> pd.DataFrame:
    brought = brought_by_deployments(deployments, history)
    return failures_of_deployments(deployments, brought, incidents=incidents(*rows), events=empty(EVENTS))


def test_final_releases_stand_for_deployments_where_nobody_wrote_any_down() -> None:
    """A preview is none; a tag's own instant counts, but none before its commit."""
    tags = releases(("v1", "a1", 0, 4), ("v2-rc1", "b1", 1, 2), ("v2", "c1", 2, 1))
    found = production_deployments(empty(DEPLOYS), tags, LINE)
    rows = found[["deployment", "at", "source", "outcome"]].to_numpy().tolist()
    assert rows == [["v2", day(2), "tags", "unknown"], ["v1", day(4), "tags", "unknown"]]


def test_what_was_written_down_wins_over_tags() -> None:
    """Of this repository; another environment is none of production's."""
    tags = releases(("v1", "a1", 0, None))
    found = production_deployments(deploys((5, "c1", "success")), tags, LINE)
    assert found[["deployment", "repository", "commit"]].to_numpy().tolist() == [["0", "shop", "c1"]]
    staged = production_deployments(deploys((5, "c1", "success"), environment="staging"), tags, LINE)
    assert staged["source"].tolist() == ["tags"]


def test_an_abbreviated_hash_means_the_only_commit_that_begins_so() -> None:
    """Two that begin so, or none, leave it open; the deployment counts all the same."""
    history = commits(("abc1", "", 0), ("abd2", "abc1", 1), ("abd3", "abd2", 2))
    found = production_deployments(
        deploys((5, "abc", "success"), (6, "abd", "success"), (7, "zzz", "success")), empty(RELEASES), history
    )
    assert found["commit"].fillna("-").tolist() == ["abc1", "-", "-"]
    assert found["repository"].tolist() == ["shop"] * 3


def test_a_deployment_brings_what_none_brought_before() -> None:
    """Deploying an older commit again, a rollback, brings nothing."""
    found = production_deployments(
        deploys((5, "b1", "success"), (6, "d1", "failure"), (7, "b1", "success")), empty(RELEASES), LINE
    )
    brought = brought_by_deployments(found, LINE)
    assert dict(zip(brought["commit"], brought["number"], strict=True)) == {
        "a1": 0,
        "b1": 0,
        "c1": 1,
        "d1": 1,
    }


@given(graph=graphs(), when=st.lists(st.integers(0, 60), min_size=5, max_size=5))
def test_what_is_brought_is_what_sets_of_ancestors_say(graph: Graph, when: Sequence[int]) -> None:
    """Random histories: the first deployment, by instant, whose ancestors hold the commit."""
    names = [f"c{n:02}" for n in range(len(graph.parents))]
    history = commits(
        *((names[n], " ".join(names[p] for p in parents), 0) for n, parents in enumerate(graph.parents))
    )
    rows = [(float(at), names[commit], "success") for at, (commit, _) in zip(when, graph.tags, strict=False)]
    found = production_deployments(deploys(*rows) if rows else empty(DEPLOYS), empty(RELEASES), history)
    brought = brought_by_deployments(found, history)
    expected: dict[str, int] = {}
    for number, commit in enumerate(found["commit"]):
        reached, todo = set[int](), [names.index(commit)]
        while todo:
            one = todo.pop()
            reached.add(one)
            todo += [parent for parent in graph.parents[one] if parent not in reached]
        for one in reached:
            expected.setdefault(names[one], number)
    assert dict(zip(brought["commit"], brought["number"], strict=True)) == expected


def test_an_outcome_of_failure_is_mended_by_the_next_that_does_not_fail() -> None:
    """Two failures in a row are both mended by the third deployment."""
    found = production_deployments(
        deploys((1, "b1", "failure"), (2, "c1", "failure"), (3, "d1", "success")), empty(RELEASES), LINE
    )
    rows = failures(found, LINE)
    assert rows["by"].tolist() == ["outcome", "outcome", ""]
    assert rows["restored"].tolist()[:2] == [day(3), day(3)]
    assert rows["failed"].tolist() == [True, True, False]


def test_an_incident_belongs_to_the_deployment_before_it() -> None:
    """It begins when it was reported; one before any deployment belongs to none; an open one is not mended."""
    found = production_deployments(deploys((1, "b1", "unknown"), (5, "d1", "unknown")), empty(RELEASES), LINE)
    rows = failures(found, LINE, ("early", 0, 3), ("i1", 2, 4), ("i2", 6, None))
    assert rows["incidents"].tolist() == ["i1", "i2"]
    assert rows["begun"].tolist() == [day(2), day(6)]
    assert rows["restored"].fillna(day(99)).tolist() == [day(4), day(99)]


def test_a_revert_tells_that_an_earlier_deployment_failed() -> None:
    """One within the same deployment never reached a customer."""
    history = commits(
        ("a1", "", 0), ("b1", "a1", 1), ("c1", "b1", 2), ("d1", "c1", 3), reverts={"b1": "a1", "d1": "c1"}
    )
    found = production_deployments(
        deploys((2, "b1", "unknown"), (3, "c1", "unknown"), (4, "d1", "unknown")), empty(RELEASES), history
    )
    rows = failures(found, history)
    assert rows["by"].tolist() == ["", "revert", ""]
    assert (rows["begun"].tolist()[1], rows["restored"].tolist()[1]) == (day(3), day(4))
    assert rows["rework"].tolist() == [True, False, True]


def test_a_commit_of_an_incident_makes_its_deployment_rework() -> None:
    """EVENTS tell which ticket a commit belongs to."""
    found = production_deployments(deploys((2, "b1", "unknown"), (5, "d1", "unknown")), empty(RELEASES), LINE)
    event = {"ticket": "i1", "at": day(4), "kind": "commit", "after": "d1", "source": "git:shop", "ref": "d1",
             "seq": 0, "bulk": False}  # fmt: skip
    rows = failures_of_deployments(
        found, brought_by_deployments(found, LINE), incidents=incidents(("i1", 3, 6)),
        events=conform(pd.DataFrame([event]), EVENTS),
    )  # fmt: skip
    assert rows["rework"].tolist() == [False, True]


def test_a_deployment_tells_the_tickets_of_its_commits() -> None:
    """Two commits of one ticket, one of another; a ticket out of view does not count."""
    found = production_deployments(deploys((2, "b1", "unknown"), (5, "d1", "unknown")), empty(RELEASES), LINE)
    links = (("t1", "a1"), ("t1", "b1"), ("t2", "c1"), ("t3", "d1"))
    rows = [
        {"ticket": ticket, "at": day(1), "kind": "commit", "after": ref, "source": "git:shop", "ref": ref,
         "seq": 0, "bulk": False}
        for ticket, ref in links
    ]  # fmt: skip
    known = [{"ticket": f"t{n}", "key": f"AB-{n}", "created": day(0)} for n in (1, 2)]
    told = tickets_of_deployments(
        found, brought_by_deployments(found, LINE), events=conform(pd.DataFrame(rows), EVENTS),
        tickets=conform(pd.DataFrame(known), TICKETS),
    )  # fmt: skip
    assert told.to_numpy().tolist() == [[2, 1, "AB-1"], [2, 1, "AB-2"]]


def measured(
    found: pd.DataFrame, history: pd.DataFrame, *rows: tuple[str, float, float | None],
    configured: bool = False, minimum: int = 2, until: float = 28,
) -> dict[str, dict[str, object]]:  # fmt: skip
    measures = delivery_measures(
        found, brought_by_deployments(found, history), failures(found, history, *rows),
        configured=configured, until=day(until), minimum=minimum,
    seed=0)  # fmt: skip
    return {
        row["measure"]: {str(name): value for name, value in row.items()}
        for row in measures.to_dict("records")
    }


def test_the_five_measures_by_hand() -> None:
    """Two deployments on days 7 and 21 of four weeks; one failed, and was mended in two days."""
    found = production_deployments(
        deploys((7, "b1", "unknown"), (21, "d1", "unknown")), empty(RELEASES), LINE
    )
    told = measured(found, LINE, ("i1", 8, 10), configured=True)
    assert told["change lead time"]["value"] == 18.5  # of 19 and 18 days
    assert told["change lead time"]["n"] == 2  # the first deployment brought what was there before
    assert told["deployment frequency"]["value"] == pytest.approx(2 / 3)
    assert told["change fail rate"]["value"] == 0.5
    assert told["deployment rework rate"]["value"] == 0.0
    assert told["failed deployment recovery time"]["missing"] == ""
    assert told["failed deployment recovery time"]["n"] == 1


@pytest.mark.slow
def test_unknown_too_few_and_zero_are_three_answers() -> None:
    """Nothing tells of failures; two of them are under the minimum; incidents are configured and none came."""
    found = production_deployments(
        deploys((7, "b1", "unknown"), (21, "d1", "unknown")), empty(RELEASES), LINE
    )
    unknown = measured(found, LINE)["change fail rate"]
    assert str(unknown["missing"]).startswith("it is not known which deployments failed")
    few = measured(found, LINE, configured=True, minimum=12)["change fail rate"]
    assert (few["missing"], few["value"] != few["value"], few["n"]) == ("", True, 2)
    none = measured(found, LINE, configured=True)["change fail rate"]
    assert (none["missing"], none["value"]) == ("", 0.0)
    nothing = production_deployments(empty(DEPLOYS), empty(RELEASES), LINE)
    assert all("no production deployment" in str(row["missing"]) for row in measured(nothing, LINE).values())


def test_a_skewed_clock_makes_no_negative_lead_time() -> None:
    """Deployed a day before it was written: zero, and told."""
    found = production_deployments(deploys((0, "a1", "unknown"), (1, "d1", "unknown")), empty(RELEASES), LINE)
    told = measured(found, LINE)["change lead time"]
    assert told["note"] == "2 counted as zero: skewed clocks"
    assert told["value"] == 0.0


def test_weeks_without_a_deployment_are_weeks_too() -> None:
    """From the first deployment's Monday to the last week looked at."""
    found = production_deployments(
        deploys((1, "b1", "failure"), (15, "d1", "success")), empty(RELEASES), LINE
    )
    brought = brought_by_deployments(found, LINE)
    weeks = delivery_weeks(found, brought, failures(found, LINE), until=day(24))
    assert weeks["week"].tolist() == [day(0), day(7), day(14), day(21)]
    assert weeks["deployments"].tolist() == [1, 0, 1, 0]
    assert weeks["changes"].tolist() == [2, 0, 2, 0]
    assert weeks["failed"].tolist() == [1, 0, 0, 0]
    assert weeks["lead_median"].tolist()[2] == pd.Timedelta(days=12.5)


def test_incidents_are_told_by_type_or_label() -> None:
    """A label counts whole: "incident" is no "incidental"."""
    rows = [
        {"ticket": "1", "key": "A-1", "type": "Incident", "labels": None, "created": day(0)},
        {"ticket": "2", "key": "A-2", "type": "Bug", "labels": "web; incident", "created": day(0)},
        {"ticket": "3", "key": "A-3", "type": "Bug", "labels": "incidental", "created": day(0)},
    ]
    tickets = conform(pd.DataFrame(rows), TICKETS)
    assert incident_tickets(tickets, types=["Incident"], labels=["incident"]).tolist() == [True, True, False]


def test_a_deployment_of_one_component_brings_nothing_of_another() -> None:
    """The web's commit waits for the web's deployment, whose failure no deployment of api restores."""
    history = LINE.assign(components=["api", "web", "api", "web"])
    rows = deploys((1, "b1", "success"), (4, "c1", "success"), (5, "d1", "failure"), (6, "d1", "success"))
    rows = rows.assign(component=pd.Categorical(["api", "api", "web", "api"]))
    found = production_deployments(rows, empty(RELEASES), history)
    assert found["component"].tolist() == ["api", "api", "web", "api"]
    brought = brought_by_deployments(found, history)
    assert brought[["commit", "number", "opening"]].to_numpy().tolist() == [
        ["a1", 0, True], ["b1", 2, True], ["c1", 1, False], ["d1", 2, True],
    ]  # fmt: skip
    failed = failures(found, history)
    assert failed["failed"].tolist() == [False, False, True, False]
    assert failed["restored"].isna().all()


@pytest.mark.parametrize("named", [("Production",), ("PROD-EU", "Production"), ("Production", "live")])
def test_production_may_have_several_names(named: tuple[str, ...]) -> None:
    """Of three environments those that vsm.toml names count."""
    rows = deploys((1, "a1", "success"), (2, "b1", "success"), (3, "c1", "success"))
    rows = rows.assign(environment=pd.Categorical(["Production", "PROD-EU", "staging"]))
    found = production_deployments(rows, empty(RELEASES), LINE, environments=named)
    assert found["commit"].tolist() == [c for c, e in (("a1", "Production"), ("b1", "PROD-EU")) if e in named]
