"""How reviews are spread over people, without naming anybody."""

import pandas as pd

from tests.pull_rows import instant, pull_events, pulls
from vsm.model.reviews import review_reach
from vsm.people import People, Teams

NAMES = ("ann", "ben", "cat", "dan", "robot[bot]")
PEOPLE = People(
    {f"github:{name}": name for name in NAMES},
    Teams({"ann": "web", "ben": "web", "cat": "web", "dan": "shop"}),
    frozenset({"robot[bot]"}),
)
AS_OF = instant("2026-02-01")


def reach(*reviewers: str, minimum: int = 1, fewest_people: int = 1) -> pd.DataFrame:
    """Ann opens a pull request for each of these reviewers, who comments on it twice."""
    rows = [{"number": n, "created": "05 09:00", "author": "github:ann"} for n in range(len(reviewers))]
    events = [
        pull_events(
            n, ("05 09:00", "opened", "ann", None), ("05 09:00", "review_request", "ann", "ben"),
            ("05 10:00", "comment", who, None), ("05 10:00", "comment", "robot[bot]", None),
            ("05 11:00", "comment", who, None),
        )
        for n, who in enumerate(reviewers)
    ]  # fmt: skip
    return review_reach(
        pulls(*rows), pd.concat(events), people=PEOPLE, as_of=AS_OF, minimum=minimum,
        fewest_people=fewest_people,
    )  # fmt: skip


def test_each_pull_request_counts_once_for_each_who_reviewed_it() -> None:
    """Ben reviewed three of four of the web team's reviews; Dan is of another team; bots do not count."""
    found = reach("ben", "ben", "ben", "cat", "dan")
    columns = ["team", "people", "reviewers", "reviews", "busiest"]
    assert found[columns].to_numpy().tolist()[0] == ["web", 3, 2, 4, 0.75]
    assert found[columns].to_numpy().tolist()[1] == ["shop", 1, 1, 1, 1.0]


def test_open_requests_are_counted_until_they_are_answered() -> None:
    """Ben is asked by all five, and has submitted no review: a comment answers nothing."""
    found = reach("ben", "ben", "cat", "cat", "cat")
    assert found[["asked", "at_one"]].to_numpy().tolist() == [[5, 1.0]]


def test_the_author_reviews_nobody() -> None:
    """Own comments are no review."""
    assert reach("ann", "ann")["reviews"].tolist() == [0]


def test_a_team_of_too_few_is_not_shown() -> None:
    """A number about one person is about that person."""
    assert reach("ben", "cat", "dan", fewest_people=3)["team"].tolist() == ["web"]


def test_too_few_reviews_have_no_share() -> None:
    """Four reviews are not twelve."""
    assert reach("ben", "ben", "ben", "cat", minimum=12)["busiest"].isna().all()


def test_what_is_long_ago_is_out_of_reach() -> None:
    """Only the last 90 days count; what is asked for still counts whenever it was."""
    row = {"number": 1, "created": "05 09:00", "author": "github:ann"}
    events = pull_events(
        1, ("05 09:00", "review_request", "ann", "ben"), ("05 10:00", "comment", "cat", None)
    )
    later = review_reach(
        pulls(row), events, people=PEOPLE, as_of=instant("2026-12-01"), minimum=1, fewest_people=1
    )
    assert later[["team", "reviews", "asked"]].to_numpy().tolist() == [["web", 0, 1]]
