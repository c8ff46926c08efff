"""Figures and tables of reviews: what is drawn, and what is said where there is too little."""

import pandas as pd

from tests.figures.test_tables import shown
from tests.pull_rows import instant
from vsm.figures import (
    pipelines_table,
    recent_reviews_table,
    review_reach_table,
    review_rules_table,
    review_sizes,
    review_times,
    waiting_reviews_table,
)

HOUR = pd.Timedelta(hours=1)
NAT = pd.Timedelta("NaT")


def steps(*rows: tuple[str, str, str, int, float, float]) -> pd.DataFrame:
    """Give steps from rule, step, group, n, and hours of median and 85th percentile."""
    columns = ["rule", "step", "by", "n", "time", "p85"]
    frame = pd.DataFrame(rows, columns=columns).assign(statistic="median")
    spans = frame[["time", "p85"]].astype("float64") * HOUR
    return frame.assign(time=spans["time"], p85=spans["p85"])


EVERYONE = [
    ("vsm", "first response", "everyone", 40, 20.0, 50.0), ("vsm", "waiting", "everyone", 30, 24.0, 60.0),
    ("vsm", "ready to merged", "everyone", 30, 30.0, 70.0), ("DevLake", "pickup", "everyone", 30, 26.0, 60.0),
]  # fmt: skip


def test_steps_are_drawn_by_our_rules_in_their_order() -> None:
    """One bar a step, in hours while the longest takes under three days."""
    figure = review_times(steps(*EVERYONE))
    assert list(figure.data[0].x) == [20.0, 24.0, 30.0]
    assert list(figure.layout.yaxis.ticktext) == ["First response", "Waiting for a review", "Ready to merged"]
    assert figure.layout.xaxis.title.text == "hours (elapsed)"
    assert figure.layout.meta["alt"] == (
        "Median time of each step of a review: first response 20 h, waiting for a review 1 d, ready to merged 1 d 6 h."
    )


def test_people_and_ai_agents_have_bars_of_their_own() -> None:
    """Once there are both, everyone's bar is left out."""
    both = [(*row[:2], by, *row[3:]) for row in EVERYONE for by in ("people", "AI agents")]
    figure = review_times(steps(*EVERYONE, *both))
    assert [trace.name for trace in figure.data] == [
        "people, median",
        "AI agents, median",
        "85 % within (people)",
    ]


def test_too_few_and_nothing_are_said() -> None:
    """A sentence each in place of a figure."""
    few = steps(("vsm", "first response", "everyone", 3, float("nan"), float("nan")))
    assert "Too few pull requests" in review_times(few).layout.meta["alt"]
    assert "No pull request is known" in review_times(steps()).layout.meta["alt"]


def test_sizes_that_are_known_are_drawn() -> None:
    """A class with too few is left out."""
    sizes = pd.DataFrame(
        {"size": ["1–10", "11–50"], "n": [40, 3], "response": [5 * HOUR, NAT], "p85": [9 * HOUR, NAT],
         "unreviewed": [0.2, float("nan")]}
    )  # fmt: skip
    figure = review_sizes(sizes)
    assert list(figure.data[0].x) == [5.0]
    assert list(figure.layout.yaxis.ticktext) == ["1–10 lines"]


def test_what_waits_leads_to_its_host() -> None:
    """The key is a link; an unknown author is said to be unknown."""
    waiting = pd.DataFrame(
        {"key": ["web#7"], "url": ["https://example.org/7"], "phase": ["author"], "since": [instant("05 09:00")],
         "waited": [30 * HOUR], "rounds": [2], "size": pd.array([None], dtype="Int64"), "by": [None]}
    )  # fmt: skip
    table = waiting_reviews_table(waiting)
    assert shown(table)[0][1:] == ["its author", "2026-01-05", "1 d 6 h", "2", "unknown", "unknown"]
    assert 'href="https://example.org/7"' in table.to_html()


def test_pull_requests_behind_the_numbers_say_whether_anybody_else_reviewed_them() -> None:
    """So that a search for "nobody else" finds what was merged without a review."""
    recent = pd.DataFrame(
        {"key": ["web#7", "web#8"], "url": ["https://example.org/7", None], "waited": [30 * HOUR, 0 * HOUR],
         "response": [2 * HOUR, NAT], "rounds": [1, 0], "reviewed": [True, False], "by": ["person", "AI agent"],
         "merged": [instant("05 09:00"), instant(None)], "size": pd.array([12, None], dtype="Int64")}
    )  # fmt: skip
    table = recent_reviews_table(recent)
    assert [row[1:] for row in shown(table)] == [
        ["1 d 6 h", "2 h", "1", "somebody else", "2026-01-05", "12", "person"],
        ["<1 min", "none yet", "0", "nobody else", "–", "unknown", "AI agent"],
    ]
    assert 'href="https://example.org/7"' in table.to_html()


def test_reach_counts_people_and_names_none() -> None:
    """People of no team have a row; too few reviews have no share."""
    reach = pd.DataFrame(
        {"team": ["web", None], "people": [5, 2], "reviewers": [3, 1], "reviews": [40, 3], "busiest": [0.6, float("nan")],
         "asked": [12, 0], "at_one": [0.75, float("nan")]}
    )  # fmt: skip
    assert shown(review_reach_table(reach)) == [
        ["web", "5", "3", "40", "60 %", "12", "75 %"],
        ["(no team)", "2", "1", "3", "too few to say", "0", "too few to say"],
    ]


def test_rules_of_others_stand_beside_ours() -> None:
    """Of everyone's pull requests; steps of other tools keep their names."""
    assert shown(review_rules_table(steps(*EVERYONE)))[-1] == [
        "DevLake",
        "Pickup",
        "30",
        "median",
        "1 d 2 h",
        "2 d 12 h",
    ]


def test_pipelines_have_medians_and_flakiness() -> None:
    """No approval was waited for; the interval stands beside the share."""
    pipelines = pd.DataFrame(
        {"repository": ["web"], "name": ["test"], "attempts": [50], "queued": [HOUR / 6], "running": [HOUR / 4],
         "held": [NAT], "failed": [0.3], "flaky": [0.1], "low": [0.04], "high": [0.21], "flakes": [5],
         "lost": [7 * HOUR]}
    )  # fmt: skip
    assert shown(pipelines_table(pipelines)) == [
        ["test (web)", "50", "10 min", "15 min", "–", "30 %", "10 % (4.0 – 21)", "7 h"]
    ]
