"""Two streams beside each other: what is said of times, throughput, shares and handoffs, and when nothing is."""

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from vsm.model.compare import Side, handoffs_beside, lead_times, measures_beside, stages_beside

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
DAY = pd.Timedelta(days=1)


def side(*, first: int, weeks: int, days: float, each: int = 4, since: bool = False) -> Side:
    """Tickets that begin from a week on, so many each, and take about so many days, about half of it waiting."""
    rng = np.random.default_rng(first)
    created = [MONDAY + (7 * week + n) * DAY for week in range(first, first + weeks) for n in range(each)]
    took = [pd.Timedelta(days=days * factor) for factor in rng.uniform(0.7, 1.3, len(created))]
    rows = pd.DataFrame(
        {
            "ticket": [f"{first}-{n}" for n in range(len(created))],
            "created": created,
            "finished": [at + time for at, time in zip(created, took, strict=True)],
            "lead": took,
            "wait": [time * part for time, part in zip(took, rng.uniform(0.3, 0.7, len(took)), strict=True)],
        }
    ).assign(bulk=False, gone=pd.Series(pd.NaT, index=range(len(created)), dtype="datetime64[us, UTC]"))
    begin, end = MONDAY + 7 * first * DAY, MONDAY + 7 * (first + weeks) * DAY
    done = rows["finished"] <= end
    rows["finished"] = rows["finished"].where(done)
    return Side(rows, end, begin if since else None)


def verdicts(a: Side, b: Side) -> list[str]:
    return measures_beside(a, b, minimum=12)["verdict"].tolist()


def test_periods_of_times_that_differ_differ() -> None:
    """Twelve weeks of two days against twelve of five; as many are delivered a week, and about half is waiting in both."""
    a, b = side(first=0, weeks=12, days=2), side(first=12, weeks=12, days=5, since=True)
    found = measures_beside(a, b, minimum=12)
    assert found["verdict"].tolist() == [
        "no clear change", "longer", "longer", "longer", "no clear change"
    ]  # fmt: skip
    median = found.set_index("measure").loc["Lead time with open tickets, median"]
    assert median["a"] == pytest.approx(2, abs=0.3)
    assert median["b"] == pytest.approx(5, abs=0.6)
    assert median["a_low"] < median["a"] < median["a_high"] < median["b_low"]
    factor = lead_times(a, b, minimum=12).factor
    assert factor[1] < 2.5 < factor[2]


def test_the_same_law_is_no_change() -> None:
    """Two kinds of work in one time, of one law."""
    assert (
        verdicts(side(first=0, weeks=12, days=3), side(first=0, weeks=12, days=3)) == ["no clear change"] * 5
    )


def test_what_is_open_again_later_was_not_delivered() -> None:
    """One of the tickets that were finished in the first period is finished once more in the second."""
    a, b = side(first=0, weeks=12, days=2), side(first=12, weeks=12, days=2, since=True)
    again = a.lifecycles.iloc[[0]].assign(finished=b.as_of)
    later = replace(b, lifecycles=pd.concat([b.lifecycles, again], ignore_index=True))
    before, after = (measures_beside(a, second, minimum=12)["n_a"].iloc[0] for second in (b, later))
    assert before - after == 1


def test_more_tickets_a_week_are_more() -> None:
    """Two a week, then six."""
    a, b = side(first=0, weeks=12, days=1, each=2), side(first=12, weeks=12, days=1, each=6, since=True)
    assert verdicts(a, b)[0] == "more"


def test_nothing_is_said_of_too_few_tickets_or_weeks() -> None:
    """Eight tickets; and four weeks of twenty-four."""
    few = side(first=0, weeks=8, days=1, each=1)
    assert verdicts(few, side(first=8, weeks=12, days=9, since=True))[1:] == ["too few to say"] * 4
    short = side(first=0, weeks=4, days=1, each=6)
    assert (
        verdicts(short, side(first=4, weeks=12, days=9, since=True))[:4]
        == ["cannot be said from these data"] * 4
    )


def shares(**stages: tuple[float, float, float]) -> pd.DataFrame:
    rows = [{"stage": name, "kind": "queue", "share": s, "low": low, "high": high} for name, (s, low, high) in stages.items()]  # fmt: skip
    return pd.DataFrame(rows)


def test_shares_differ_where_their_intervals_do_not_meet() -> None:
    """QA does; Build does not; Review is new, and nothing is known of its interval before."""
    nan = float("nan")
    a = shares(QA=(0.5, 0.4, 0.6), Build=(0.5, 0.4, 0.6))
    b = shares(QA=(0.2, 0.1, 0.3), Build=(0.6, 0.5, 0.7), Review=(0.2, 0.1, 0.3))
    found = stages_beside(a, b).set_index("stage")
    assert found["verdict"].to_dict() == {
        "QA": "less",
        "Build": "no clear change",
        "Review": "too few to say",
    }
    assert found["difference"].round(2).to_dict() == {"QA": -0.3, "Build": 0.1, "Review": 0.2}
    assert found.loc["Review", "share_a"] == 0.0
    assert stages_beside(shares(QA=(0.5, nan, nan)), b)["verdict"].tolist()[0] == "too few to say"


def graph(**edges: Any) -> "nx.DiGraph[str]":
    made: nx.DiGraph[str] = nx.DiGraph()
    for pair, (count, days, share) in edges.items():
        made.add_edge(*pair.split("_"), count=count, wait_median=days * 86_400, share=share)
    return made


def test_handoffs_stand_beside_each_other_the_largest_difference_first() -> None:
    """One that is new, and one that is gone."""
    found = handoffs_beside(graph(web_qa=(9, 3.0, 0.9), qa_web=(1, 2.0, 0.1)), graph(web_qa=(8, 1.0, 1.0)))
    columns = ["from", "to", "count_a", "count_b", "median_a", "share_b"]
    assert sorted(found[columns].to_numpy().tolist()) == [
        ["qa", "web", 1, 0, 2.0, 0.0],
        ["web", "qa", 9, 8, 3.0, 1.0],
    ]
    assert found.set_index("from")["median_b"].isna().to_dict() == {"qa": True, "web": False}
    grown = graph(web_qa=(9, 3.0, 0.4), qa_web=(1, 2.0, 0.6))
    assert handoffs_beside(graph(web_qa=(9, 3.0, 0.4), web_web=(1, 1.0, 0.6)), grown)["to"].tolist() == [
        "web",
        "web",
        "qa",
    ]
