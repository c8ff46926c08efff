"""Is the sample's Git repository sound, and does it tell the same story as the tickets?"""

import re
from datetime import datetime
from typing import Any

import pytest

from vsm.sample import SampleFiles
from vsm.sources.git_process import run_git

Json = dict[str, Any]


def git(sample: SampleFiles, *arguments: str) -> list[str]:
    return run_git(sample.repository, *arguments).decode().splitlines()


@pytest.mark.slow
def test_git_finds_no_fault_in_the_repository(sample: SampleFiles) -> None:
    """git fsck has nothing to say."""
    assert git(sample, "fsck", "--full", "--strict", "--no-dangling") == []


def test_every_key_in_a_commit_is_a_ticket(sample: SampleFiles, sample_bodies: list[Json]) -> None:
    """Commits name only tickets that exist; some name none, and some hundred tickets have commits."""
    subjects = git(sample, "log", "--all", "--format=%s")
    named = {key for subject in subjects for key in re.findall(r"SHOP-\d+", subject)}
    assert named <= {body["key"] for body in sample_bodies}
    assert len(named) > 500
    assert sum("SHOP-" not in subject for subject in subjects) > 50


def test_a_ticket_has_one_to_four_commits(sample: SampleFiles, sample_bodies: list[Json]) -> None:
    """Merges aside; a reopened ticket may have one more."""
    reopened = {b["key"] for b in sample_bodies if len(_entries(b, "In QA")) > 1}
    subjects = git(sample, "log", "--all", "--no-merges", "--format=%s")
    counts: dict[str, int] = {}
    for key in (subject.split()[0] for subject in subjects if subject.startswith("SHOP-")):
        counts[key] = counts.get(key, 0) + 1
    assert {count for key, count in counts.items() if key not in reopened} == {1, 2, 3, 4}


def test_commits_are_made_by_the_developer_during_development(
    sample: SampleFiles, sample_bodies: list[Json]
) -> None:
    """Each ticket's commits lie inside its stays In development, by the assignee of then."""
    visits = {body["key"]: _development(body) for body in sample_bodies}
    for line in git(sample, "log", "--all", "--no-merges", "--format=%ad|%an|%s", "--date=unix"):
        instant, author, subject = line.split("|")
        if subject.startswith("SHOP-"):
            assert any(
                entered <= int(instant) <= left and holder == author
                for entered, left, holder in visits[subject.split()[0]]
            ), line


def test_some_branches_are_merged_and_some_rebased(sample: SampleFiles) -> None:
    """Merges bear Git's own subject; rebased commits were committed after they were authored."""
    merges = git(sample, "log", "main", "--merges", "--format=%s")
    assert len(merges) > 150
    assert all(re.fullmatch(r"Merge branch 'feature/SHOP-\d+'", subject) for subject in merges)
    dates = [line.split() for line in git(sample, "log", "main", "--no-merges", "--format=%at %ct")]
    assert sum(int(committed) > int(authored) for authored, committed in dates) > 300
    assert all(int(committed) >= int(authored) for authored, committed in dates)


def test_dates_bear_the_zone_of_the_season(sample: SampleFiles) -> None:
    """Winter and summer time both occur."""
    zones = {line.split()[-1] for line in git(sample, "log", "--all", "--format=%ai")}
    assert zones == {"+0100", "+0200"}


def test_every_release_has_a_tag(sample: SampleFiles) -> None:
    """Thirty tags, v1.0 to v1.29, half of them annotated by release-bot."""
    tags = dict(
        line.split("|")
        for line in git(sample, "for-each-ref", "refs/tags", "--format=%(refname:short)|%(taggername)")
    )
    assert set(tags) == {f"v1.{n}" for n in range(30)}
    assert sorted(tags.values()) == [""] * 15 + ["release-bot"] * 15


def test_a_released_ticket_is_in_the_tag_of_its_release(
    sample: SampleFiles, sample_bodies: list[Json]
) -> None:
    """The last tag holds the commits of what is done, and none of what is still in development."""
    subjects = git(sample, "log", "v1.29", "--format=%s")
    inside = {subject.split()[0] for subject in subjects if subject.startswith("SHOP-")}
    done = {b["key"] for b in sample_bodies if (b["fields"]["resolution"] or {}).get("name") == "Done"}
    assert inside == done


def _entries(body: Json, status: str) -> list[Json]:
    histories = body["changelog"]["histories"]
    return [
        h for h in histories if any(i["field"] == "status" and i["toString"] == status for i in h["items"])
    ]


def _development(body: Json) -> list[tuple[int, int, str]]:
    """Entered, left, assignee of each stay In development."""
    visits, holder, entered = [], "", 0
    for history in body["changelog"]["histories"]:
        instant, changed = _seconds(history["created"]), {item["field"]: item for item in history["items"]}
        move = changed.get("status", {})
        if move.get("fromString") == "In development":
            visits.append((entered, instant, holder))
        holder = changed["assignee"]["toString"] if "assignee" in changed else holder
        entered = instant if move.get("toString") == "In development" else entered
    return [*visits, (entered, 2**40, holder)] if body["fields"]["status"]["id"] == "4" else visits


def _seconds(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp())
