"""The times of pull requests, by our rules and by DevLake's."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pull_rows import instant, instants, pull_events, pulls
from tests.share import share
from vsm.clock import ALWAYS, Clock, Week, calendar_from_week
from vsm.model.reviews import pull_times
from vsm.people import People, Teams
from vsm.tables import INSTANT, PULL_EVENTS, PULLS, empty

PEOPLE = People(
    {f"github:{name}": name for name in ("ann", "ben", "cat", "robot[bot]", "agent")},
    Teams({"ann": "web", "ben": "web"}),
    frozenset({"robot[bot]"}),
    agents=frozenset({"agent"}),
)
CLOCK = Clock(ALWAYS)
NEVER: "pd.Series[Any]" = pd.Series([], dtype=INSTANT)
OFFICE = Week("office", zone="UTC", shifts=(((540, 1020),),) * 5 + ((),) * 2)
"""Monday to Friday, nine to five."""
Story = tuple[str, str, str | None, str | None]


def measured(table: pd.DataFrame, events: pd.DataFrame, deployed: dict[str, str]) -> pd.DataFrame:
    out = pd.Series(instants(map(str, deployed.values())).array, index=list(deployed), dtype=INSTANT)
    return pull_times(table, events, people=PEOPLE, clock=CLOCK, deployed=out, as_of=instant("31 00:00"))


def times(row: dict[str, Any], *events: Story, deployed: dict[str, str] | None = None) -> dict[str, Any]:
    """Give the times of one pull request that ann opened on the fifth at nine."""
    row = {"number": 1, "created": "05 09:00", "author": "github:ann"} | row
    opened: Story = ("05 09:00", "opened", "ann", None)
    return dict(next(measured(pulls(row), pull_events(1, opened, *events), deployed or {}).iterrows())[1])


def hours(count: float) -> pd.Timedelta:
    return pd.Timedelta(hours=count)


def test_a_review_by_a_deleted_account_is_somebody_elses() -> None:
    """Its reviewer is not known, but was not ann; who is not known of a comment may have been a program."""
    one = times(
        {"merged": "06 09:00"}, ("05 10:00", "comment", None, None), ("05 12:00", "review", None, "approved")
    )
    assert one["response"] == hours(3)
    assert (one["reviewed"], one["reviewers"]) == (True, 1)
    assert pd.isna(one["reviewed_by"])
    both = times({"author": None, "merged": "06 09:00"}, ("05 12:00", "review", None, "approved"))
    assert not both["reviewed"]


def test_a_response_is_somebody_elses() -> None:
    """Neither the author's own comment nor a bot's is a response; DevLake takes the bot's."""
    one = times(
        {}, ("05 10:00", "comment", "ann", None), ("05 11:00", "comment", "robot[bot]", None),
        ("05 15:00", "review", "ben", "commented"),
    )  # fmt: skip
    assert (one["response"], one["reviewed_by"], one["pickup"]) == (hours(6), "person", hours(2))


def test_working_time_is_that_of_who_responded_or_of_the_author_so_far() -> None:
    """Nights do not count: Monday nine to Tuesday eleven is ten hours of two days of eight; open: to now."""
    clock = Clock(calendar_from_week(OFFICE, since=date(2026, 1, 1), until=date(2026, 2, 2)))
    answer = [("06 11:00", "review", "ben", "approved")]
    both = []
    for said in (answer, []):
        opened: Story = ("05 09:00", "opened", "ann", None)
        found = pull_times(
            pulls({"number": 1, "created": "05 09:00", "author": "github:ann"}), pull_events(1, opened, *said),
            people=PEOPLE, clock=clock, deployed=NEVER, as_of=instant("07 09:00"),
        )  # fmt: skip
        both.append(found["response_working"].iloc[0])
    assert both == [hours(10), hours(16)]


def test_time_as_a_draft_is_no_waiting_for_review() -> None:
    """It waits from when it is ready, and what was said before is no response to that.

    DevLake counts from opening.
    """
    one = times(
        {}, ("05 09:00", "draft", "ann", None), ("05 12:00", "comment", "ben", None),
        ("06 09:00", "ready", "ann", None), ("06 10:00", "review", "ben", "approved"),
    )  # fmt: skip
    assert (one["ready"], one["response"], one["pickup"]) == (instant("06 09:00"), hours(1), hours(3))


@pytest.mark.parametrize(
    ("events", "ready"),
    [
        ([("05 12:00", "ready", "ann", None)], "05 12:00"),
        ([("05 12:00", "draft", "ann", None), ("06 09:00", "ready", "ann", None)], "05 09:00"),
        ([("05 09:00", "draft", "ann", None)], None),
        ([], "05 09:00"),
    ],
    ids=["opened as a draft, without a record", "made a draft later", "still a draft", "never a draft"],
)
def test_ready_is_when_it_first_left_its_first_draft(events: list[Story], ready: str | None) -> None:
    """What becomes a draft later was ready when it was opened."""
    found = times({}, *events)["ready"]
    assert found == instant(ready) if ready else pd.isna(found)


def test_an_ai_agents_review_is_a_review_and_named_as_one() -> None:
    """It is a response, and the pull request was reviewed."""
    one = times({"merged": "06 09:00"}, ("05 10:00", "review", "agent", "approved"))
    assert (one["response"], one["reviewed_by"], one["reviewed"]) == (hours(1), "AI agent", True)


def test_what_only_a_bot_or_the_author_approved_was_not_reviewed() -> None:
    """Nor was what somebody reviewed after the merge."""
    one = times(
        {"merged": "06 09:00", "closed": "06 09:00"}, ("05 10:00", "review", "robot[bot]", "approved"),
        ("05 11:00", "review", "ann", "approved"), ("06 10:00", "review", "ben", "approved"),
    )  # fmt: skip
    assert (one["reviewed"], one["reviewers"], pd.isna(one["approved"])) == (False, 0, True)


def test_each_review_that_asks_for_changes_is_a_round() -> None:
    """Two reviewers, two rounds; the last approval before the merge counts."""
    one = times(
        {"merged": "07 09:00", "added": 8, "removed": 4}, ("05 10:00", "review", "ben", "changes"),
        ("05 12:00", "push", "ann", "c2"), ("05 13:00", "review", "ben", "changes"),
        ("06 09:00", "review", "cat", "approved"), ("06 10:00", "review", "ben", "approved"),
    )  # fmt: skip
    assert (one["rounds"], one["reviewers"], one["size"]) == (2, 2, 12)
    assert one["approved"] == instant("06 10:00")


def test_by_says_what_opened_it() -> None:
    """A person, an AI agent, a bot, or nobody who is known."""
    authors = ("github:ann", "github:agent", "github:robot[bot]", None)
    found = [times({"author": author})["by"] for author in authors]
    assert found[:3] == ["person", "AI agent", "bot"]
    assert pd.isna(found[3])


def test_deployed_is_when_its_merge_commit_was() -> None:
    """Not known of a commit that was never deployed."""
    row = {"merged": "06 09:00", "merge_commit": "m"}
    assert times(row, deployed={"m": "06 12:00"})["deploy"] == hours(3)
    assert pd.isna(times(row, deployed={"x": "06 12:00"})["deploy"])


def test_nothing_gives_nothing() -> None:
    """No pull request, no row."""
    assert measured(empty(PULLS), empty(PULL_EVENTS), {}).empty


def whole_minutes(start: datetime | None, end: datetime | None) -> int | None:
    """Round up, as DevLake does; a negative span is none."""
    if start is None or end is None or end < start:
        return None
    return -int(-(end - start).total_seconds() // 60)


def devlake(row: dict[str, Any]) -> list[int | None]:
    """Give DevLake's four spans in whole minutes by a plain loop."""
    first = None
    for at, who in row["comments"]:
        if who != row["author"] and (first is None or at < first):
            first = at
    return [
        whole_minutes(row["first_commit"], row["created"]),
        whole_minutes(row["created"], first),
        whole_minutes(first, row["merged"]),
        whole_minutes(row["merged"], row["deployed"]),
    ]


INSTANTS = st.integers(0, 40_000).map(lambda n: datetime(2026, 1, 1) + timedelta(seconds=61 * n))
WHO = st.sampled_from(["ann", "ben", "robot[bot]", "agent"])
DRAWN = st.fixed_dictionaries(
    {"first_commit": INSTANTS, "created": INSTANTS, "merged": st.none() | INSTANTS,
     "deployed": st.none() | INSTANTS, "author": WHO, "comments": st.lists(st.tuples(INSTANTS, WHO), max_size=4)}
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=share(20, of=2000))
@given(st.lists(DRAWN, min_size=8, max_size=12))
def test_devlakes_steps_are_those_of_a_plain_loop(rows: list[dict[str, Any]]) -> None:
    """At least 32 cells in each example: coding, pickup, review and deploy of eight pull requests or more."""
    dates = ("first_commit", "created", "merged")
    table = pulls(
        *(
            {name: row[name] and f"{row[name]:%Y-%m-%d %H:%M:%S}" for name in dates}
            | {"number": n, "merge_commit": f"m{n}", "author": f"github:{row['author']}"}
            for n, row in enumerate(rows)
        )
    )
    commented = [(n, sorted(row["comments"])) for n, row in enumerate(rows) if row["comments"]]
    said = [
        pull_events(n, *((f"{at:%Y-%m-%d %H:%M:%S}", "comment", who, None) for at, who in comments))
        for n, comments in commented
    ]
    deployed = {f"m{n}": str(row["deployed"]) for n, row in enumerate(rows) if row["deployed"]}
    found = measured(table, pd.concat(said) if said else empty(PULL_EVENTS), deployed).set_index("pull")
    found = found[["coding", "pickup", "review", "deploy"]]
    for n, row in enumerate(rows):
        spans = list(found.loc[f"github:shop/web#{n}"])
        minutes = [None if pd.isna(span) else -int(-span.total_seconds() // 60) for span in spans]
        assert minutes == devlake(row)
