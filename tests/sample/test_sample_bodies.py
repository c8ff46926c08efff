"""Are the planted truths in the written issue bodies? Recounted in plain Python, without the simulation."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from vsm.sample import SampleFiles

pytestmark = pytest.mark.slow

Json = dict[str, Any]
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def truth(committed_sample: Path) -> Json:
    return tomllib.loads((committed_sample / "truth.toml").read_text(encoding="utf-8"))


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def items(body: Json, field: str) -> list[tuple[Json, Json]]:
    """Histories with their item of this field."""
    histories = body["changelog"]["histories"]
    return [(history, item) for history in histories for item in history["items"] if item["field"] == field]


def stage_visits(body: Json) -> list[tuple[str, datetime, datetime | None]]:
    """Status, entered, left."""
    moves = [(item["toString"], at(history["created"])) for history, item in items(body, "status")]
    entries = [("Reported", at(body["fields"]["created"])), *moves]
    return [
        (s, t, after[1] if after else None) for (s, t), after in zip(entries, [*moves, None], strict=True)
    ]


def status(body: Json) -> str:
    return str(body["fields"]["status"]["name"])


def finished(bodies: list[Json], truth: Json) -> list[Json]:
    return [b for b in bodies if status(b) == "Done" and b["key"] not in truth["dirt"]["bulk_edit"]]


def days(bodies: list[Json]) -> dict[str, float]:
    """Days in each status; a delivered ticket's last stay has no end and counts nothing."""
    total: dict[str, float] = defaultdict(float)
    for name, entered, left in (stay for body in bodies for stay in stage_visits(body)):
        total[name] += ((left or entered) - entered) / timedelta(days=1)
    return total


def status_moves(bodies: list[Json]) -> Iterator[tuple[str, str, str, datetime, str]]:
    """Actor, from, to, when, key."""
    for body in bodies:
        for history, item in items(body, "status"):
            actor = history.get("author", {}).get("displayName", "")
            yield actor, item["fromString"], item["toString"], at(history["created"]), body["key"]


def crowded(moves: list[tuple[datetime, str]]) -> set[str]:
    """Keys of moves of which five or more fall in ten minutes."""
    moves = sorted(moves)
    fives = [moves[n : n + 5] for n in range(len(moves) - 4)]
    return {key for five in fives if five[-1][0] - five[0][0] <= timedelta(minutes=10) for _, key in five}


def returns(body: Json) -> int:
    path = [name for name, _, _ in stage_visits(body)]
    return sum(step == ("In development", "In triage") for step in pairwise(path))


def test_six_hundred_tickets_of_fourteen_months(sample_bodies: list[Json], sample: SampleFiles) -> None:
    """The sample holds 600 tickets, from January 2025 to the sixth of March 2026."""
    created = [at(body["fields"]["created"]) for body in sample_bodies]
    assert len({body["id"] for body in sample_bodies}) == 600
    assert min(created).date().isoformat() == "2025-01-06"
    assert timedelta(0) < sample.as_of - max(created) < timedelta(days=7)
    assert sample.as_of.isoformat() == "2026-03-06T19:00:00+00:00"


def test_nothing_is_later_than_the_last_instant(sample_bodies: list[Json], sample: SampleFiles) -> None:
    """No creation, change or comment lies behind the sample's last instant."""
    assert max(at(body["fields"]["updated"]) for body in sample_bodies) <= sample.as_of
    later = [h for b in sample_bodies for h in b["changelog"]["histories"] if at(h["created"]) > sample.as_of]
    assert later == []


def test_status_changes_form_an_unbroken_chain(sample_bodies: list[Json]) -> None:
    """Every status change begins where the last one ended, up to today's status, and time never runs back."""
    for body in sample_bodies:
        moves = [item for _, item in items(body, "status")]
        chain = [("1", "Reported"), *((move["to"], move["toString"]) for move in moves)]
        assert [(move["from"], move["fromString"]) for move in moves] == chain[:-1]
        assert chain[-1] == (body["fields"]["status"]["id"], status(body))
        times = [at(body["fields"]["created"]), *(at(h["created"]) for h in body["changelog"]["histories"])]
        assert times == sorted(times)


def test_history_ids_follow_time_over_the_whole_site(sample_bodies: list[Json]) -> None:
    """Histories of all issues are numbered in the order in which they happened."""
    histories = [h for body in sample_bodies for h in body["changelog"]["histories"]]
    by_id = sorted(histories, key=lambda history: int(history["id"]))
    times = [at(history["created"]) for history in by_id]
    assert times == sorted(times)
    assert len({history["id"] for history in histories}) == len(histories)


def test_the_qa_queue_is_the_costliest_wait_and_release_the_second(
    sample_bodies: list[Json], truth: Json
) -> None:
    """Of all that is no work, most days pass in Waiting for QA, then in Waiting for release."""
    total = days(finished(sample_bodies, truth))
    waits = {name: n for name, n in total.items() if name.startswith(("Waiting", "Re"))}
    assert sorted(waits, key=lambda name: -waits[name])[:2] == ["Waiting for QA", "Waiting for release"]
    assert waits["Waiting for QA"] > 1.5 * waits["Waiting for release"]
    assert total["Waiting for QA"] == pytest.approx(truth["qa_queue"]["total_days"], abs=0.05)
    share = total["Waiting for release"] / sum(total.values())
    assert share == pytest.approx(truth["release_batch"]["share_of_lead_time"], abs=0.0001)


def test_the_costliest_waits_stay_so_with_open_tickets(
    sample_bodies: list[Json], sample: SampleFiles
) -> None:
    """Counting open tickets up to the last instant, and the bulk edit, changes neither place."""
    total: dict[str, float] = defaultdict(float)
    for name, entered, left in (stay for body in sample_bodies for stay in stage_visits(body)):
        total[name] += ((left or sample.as_of) - entered) / timedelta(days=1) if name != "Done" else 0
    assert sorted(total, key=lambda name: -total[name])[:2] == ["Waiting for QA", "Waiting for release"]


def test_tickets_leave_the_shelf_on_release_days_only(sample_bodies: list[Json]) -> None:
    """Every second Thursday, from 14:00, and by release-bot alone."""
    moves = [move for move in status_moves(sample_bodies) if move[1] == "Waiting for release"]
    releases = {t.astimezone(BERLIN).date() for _, _, _, t, _ in moves}
    first = min(releases)
    assert {day.weekday() for day in releases} == {3}
    assert {(day - first).days % 14 for day in releases} == {0}
    assert {(actor, to) for actor, _, to, _, _ in moves} == {("release-bot", "Done")}
    assert min(t.astimezone(BERLIN).hour for _, _, _, t, _ in moves) == 14
    assert len(releases) == 30


def test_only_the_planted_bulk_edit_looks_like_one(sample_bodies: list[Json], truth: Json) -> None:
    """Five equal moves by one account in ten minutes happen once: twelve tickets closed in two minutes."""
    moves = defaultdict(list)
    for actor, before, after, when, key in status_moves(sample_bodies):
        moves[actor, before, after].append((when, key))
    bursts = {move: crowded(when) for move, when in moves.items() if crowded(when)}
    assert bursts == {("dev-1", "Reported", "Done"): set(truth["dirt"]["bulk_edit"])}
    times = [t for t, key in moves["dev-1", "Reported", "Done"] if key in truth["dirt"]["bulk_edit"]]
    assert len(times) == 12
    assert max(times) - min(times) < timedelta(minutes=2)


def test_one_approver_passes_everything_in_the_afternoon(sample_bodies: list[Json]) -> None:
    """Whoever moves the card, approvals are approver-1's and begin between 13:00 and 16:00."""
    taken = [
        (body, at(history["created"]).astimezone(BERLIN))
        for body in sample_bodies
        for history, item in items(body, "status")
        if item["toString"] == "In approval"
    ]
    holders = {
        item["toString"]
        for body, _ in taken
        for history, item in items(body, "assignee")
        if item["toString"] and item["toString"].startswith("approver")
    }
    assert holders == {"approver-1"}
    assert {when.hour for _, when in taken} == {13, 14, 15}


def test_development_returns_bugs_to_support(sample_bodies: list[Json], truth: Json) -> None:
    """About 15 % of all tickets, all bugs, go back one to three times, to the support person they know."""
    back = {body["key"]: returns(body) for body in sample_bodies if returns(body)}
    assert list(back) == truth["ping_pong"]["tickets"]
    assert 0.12 <= len(back) / 600 <= 0.18
    assert set(back.values()) == {1, 2, 3}
    assert {body["fields"]["issuetype"]["name"] for body in sample_bodies if body["key"] in back} == {"Bug"}
    assigned = [
        item["toString"]
        for body in sample_bodies
        for history, item in items(body, "assignee")
        if any(other["fromString"] == "In development" and other["toString"] == "In triage"
               for other in history["items"])
    ]  # fmt: skip
    assert len(assigned) == truth["ping_pong"]["returns"]
    assert set(assigned) == {"support-1", "support-2", "support-3"}


def test_bugs_of_friday_afternoon_wait_over_the_weekend(sample_bodies: list[Json], truth: Json) -> None:
    """Most bugs are reported on Friday from 15:00 on, and nobody takes them up before Monday."""
    bugs = [b for b in sample_bodies if b["fields"]["issuetype"]["name"] == "Bug" and items(b, "status")]
    first = [stage_visits(body)[0] for body in bugs]
    friday = [
        (entered, left)
        for _, entered, left in first
        if left and entered.astimezone(BERLIN).weekday() == 4 and entered.astimezone(BERLIN).hour >= 15
    ]
    assert len(friday) == truth["weekend"]["reported_on_friday_from_15"]
    assert len(friday) / len(bugs) > 0.55
    assert {left.astimezone(BERLIN).weekday() for _, left in friday} == {0}


def test_the_second_tester_shortens_the_queue(sample_bodies: list[Json], truth: Json) -> None:
    """The median wait for QA falls to less than a third from the eighth of September on."""
    waits = [s for body in sample_bodies for s in stage_visits(body) if s[0] == "Waiting for QA" and s[2]]
    change = datetime(2025, 9, 8, tzinfo=BERLIN)
    before = [(left - t) / timedelta(days=1) for _, t, left in waits if left and t < change]
    after = [(left - t) / timedelta(days=1) for _, t, left in waits if left and t >= change]
    assert median(after) < median(before) / 3
    assert median(before) == pytest.approx(truth["improvement"]["median_days_entered_before"], abs=0.005)
    assert median(after) == pytest.approx(truth["improvement"]["median_days_entered_after"], abs=0.005)


def test_people_move_cards_while_they_work(sample_bodies: list[Json]) -> None:
    """Persons move cards from Monday to Friday between nine and a few minutes past five."""
    when = [
        t.astimezone(BERLIN) for actor, _, _, t, _ in status_moves(sample_bodies) if actor != "release-bot"
    ]
    assert {t.weekday() for t in when} == {0, 1, 2, 3, 4}
    assert {t.hour for t in when if (t.hour, t.minute) > (17, 0)} == set()
    assert min(t.hour for t in when) == 9


def test_nobody_has_more_tickets_in_hand_than_hands(sample_bodies: list[Json]) -> None:
    """Testers and the approver hold one ticket at a time, developers two."""
    steps = []
    for body in sample_bodies:
        holder = None
        for history in body["changelog"]["histories"]:
            changed = {item["field"]: item for item in history["items"]}
            if (move := changed.get("status")) and move["fromString"] in {"In development", "In QA"}:
                steps.append((at(history["created"]), -1, holder))
            holder = changed["assignee"]["toString"] if "assignee" in changed else holder
            if move and move["toString"] in {"In development", "In QA"}:
                steps.append((at(history["created"]), 1, holder))
    most: Counter[str] = Counter()
    now: Counter[str] = Counter()
    for _, change, holder in sorted(steps, key=lambda step: step[:2]):
        now[str(holder)] += change
        most[str(holder)] = max(most[str(holder)], now[str(holder)])
    assert most == {**{f"dev-{n}": 2 for n in range(1, 6)}, "qa-1": 1, "qa-2": 1}


def test_the_dirt_is_there(sample_bodies: list[Json], truth: Json) -> None:
    """Open tickets, early cancellations, two reopened, one moved key, one nameless change, foreign moves."""
    dirt = truth["dirt"]
    still_open = [body for body in sample_bodies if status(body) != "Done"]
    assert 60 <= len(still_open) <= 90
    untouched = [body["key"] for body in still_open if not items(body, "status")]
    assert untouched == dirt["open_without_any_status_change"]
    early = [b["key"] for b in sample_bodies if [s[0] for s in stage_visits(b)][-2:] == ["In triage", "Done"]]
    assert early == dirt["cancelled_in_triage"]
    assert len(early) >= 10
    again = [b["key"] for b in sample_bodies if "Done" in [name for name, _, _ in stage_visits(b)[:-1]]]
    assert again == dirt["reopened"]
    assert len(again) == 2
    moved = {b["key"]: items(b, "Key")[0] for b in sample_bodies if items(b, "Key")}
    assert {key: item["fromString"] for key, (_, item) in moved.items()} == dirt["moved_from"]
    assert [sorted(i["field"] for i in h["items"]) for h, _ in moved.values()] == [["Key", "project"]]
    nameless = [b["key"] for b in sample_bodies for h in b["changelog"]["histories"] if "author" not in h]
    assert nameless == dirt["missing_author"]
    assert 0.03 < dirt["share_moved_by_another"] < 0.08


def test_today_agrees_with_the_history(sample_bodies: list[Json]) -> None:
    """Assignee, priority and resolution of today are what their last change says."""
    for body in sample_bodies:
        for field in ("assignee", "priority", "resolution"):
            now = body["fields"][field] or {}
            if changes := items(body, field):
                assert (now.get("displayName") or now.get("name")) == changes[-1][1]["toString"]
        assert (body["fields"]["resolution"] is None) == (status(body) != "Done")


def test_comments_bear_no_text(sample_bodies: list[Json]) -> None:
    """A comment tells who and when, and nothing else."""
    comments = [c for body in sample_bodies for c in body["fields"]["comment"]["comments"]]
    assert {tuple(comment) for comment in comments} == {("id", "author", "created", "updated")}
    assert len(comments) > 500


def test_names_are_roles_at_example_org(sample_bodies: list[Json]) -> None:
    """Nobody has an invented human name, and no address leads anywhere."""
    authors = {
        (h["author"]["displayName"], h["author"]["emailAddress"])
        for body in sample_bodies
        for h in body["changelog"]["histories"]
        if "author" in h
    }
    roles = {name.rstrip("0123456789-") for name, _ in authors}
    assert roles == {"approver", "dev", "qa", "release-bot", "support"}
    assert all(mail == f"{name}@example.org" for name, mail in authors)


def test_tickets_are_numbered_in_order_of_creation(sample_bodies: list[Json]) -> None:
    """Keys run from SHOP-1 to SHOP-600 as the tickets were created."""
    assert [body["key"] for body in sample_bodies] == [f"SHOP-{n}" for n in range(1, 601)]
    created = [at(body["fields"]["created"]) for body in sample_bodies]
    assert all(len(list(same)) < 3 for _, same in groupby(created))
    assert created == sorted(created)
