"""Whom a pull request waited for, phase by phase."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.share import share
from vsm.definitions.reviews import Phase, list_phases

Act = tuple[int, str, str | None, str | None]
START = datetime(2026, 1, 5, tzinfo=UTC)


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def phases(
    *acts: Act, draft: bool = False, author: str | None = "ann", as_of: int = 24
) -> list[tuple[str, str | None, int, int | None]]:
    """Phase, holder, from and to (in hours) of a pull request that ann opened at 9."""
    return [
        (phase.phase, phase.holder, _hours(phase.entered), _hours(phase.left) if phase.left else None)
        for phase in listed(acts, draft=draft, author=author, as_of=as_of)
    ]


def listed(
    acts: "tuple[Act, ...] | list[Act]", *, draft: bool = False, author: str | None = "ann", as_of: int = 24
) -> list[Phase]:
    pull = {"pull": "github:o/r#1", "author": author, "draft": draft, "created": hour(9)}
    events = [
        {
            "pull": "github:o/r#1",
            "at": hour(at),
            "kind": kind,
            "actor": who,
            "after": after,
            "seq": n,
            "ref": str(n),
        }
        for n, (at, kind, who, after) in enumerate(acts)
    ]
    return list_phases([pull], events, bots={"ci-bot"}, agents={"agent"}, as_of=hour(as_of))


def _hours(at: datetime) -> int:
    return int((at - START) / timedelta(hours=1))


def test_it_waits_for_whom_it_was_given_to_and_then_for_its_author() -> None:
    """Changes are asked for at 12; the author reacts at 13, and pushes at 14; bob is expected to look again."""
    assert phases(
        (9, "review_request", "ann", "bob"),
        (11, "comment", "bob", None),
        (12, "review", "bob", "changes"),
        (13, "comment", "ann", None),
        (14, "push", "ann", "c2"),
        (16, "review", "bob", "approved"),
        (17, "merge", "ann", None),
    ) == [
        ("waiting", "bob", 9, 11),
        ("reviewing", "bob", 11, 12),
        ("author", "ann", 12, 13),
        ("rework", "ann", 13, 14),
        ("waiting", "bob", 14, 16),
        ("reviewing", "bob", 16, 16),
        ("merging", "ann", 16, 17),
    ]


def test_time_as_a_draft_is_no_waiting_for_a_review() -> None:
    """Opened as a draft, ready at 11, a draft again at 13 with a request that nobody answered."""
    assert phases(
        (11, "ready", "ann", None),
        (12, "review_request", "ann", "bob"),
        (13, "draft", "ann", None),
        (15, "ready", "ann", None),
        (16, "merge", "bob", None),
    ) == [
        ("draft", "ann", 9, 11),
        ("waiting", None, 11, 12),
        ("waiting", "bob", 12, 13),
        ("draft", "ann", 13, 15),
        ("waiting", "bob", 15, 16),
    ]


def test_a_draft_without_any_change_of_it_is_one_from_its_opening() -> None:
    """The host says that it is a draft now."""
    assert phases(draft=True) == [("draft", "ann", 9, None)]


def test_a_review_without_a_request_ends_the_wait_since_the_opening() -> None:
    """Nobody was asked; cid looked at it at 12."""
    assert phases((12, "review", "cid", "approved"), (13, "merge", "cid", None)) == [
        ("waiting", None, 9, 12),
        ("reviewing", "cid", 12, 12),
        ("merging", "cid", 12, 13),
    ]


def test_what_nobody_was_asked_to_review_and_nobody_did_only_waits_to_be_merged() -> None:
    """An unreviewed merge; while it is open, nobody can know."""
    assert phases((12, "merge", "ann", None)) == [("merging", "ann", 9, 12)]
    assert phases((12, "merge", "ann", None), as_of=11) == [("waiting", None, 9, None)]


@pytest.mark.parametrize("kind", ["comment", "review"])
@pytest.mark.parametrize("who", ["ci-bot", "ann"])
def test_neither_a_bot_nor_the_author_reviews(kind: str, who: str) -> None:
    """What a bot or the author says at 10 changes nothing."""
    acts: list[Act] = [(9, "review_request", "ann", "bob"), (12, "review", "bob", "approved")]
    assert phases(acts[0], (10, kind, who, "commented" if kind == "review" else None), acts[1]) == phases(
        *acts
    )


def test_a_request_to_a_bot_is_none() -> None:
    """It waits for nobody known."""
    assert phases((9, "review_request", "ann", "ci-bot")) == [("waiting", None, 9, None)]


def test_an_agents_comments_are_a_review_but_end_nobodys_wait() -> None:
    """The agent's review is a phase of its own, without length; the author is not held to answer it."""
    assert phases((9, "review_request", "ann", "bob"), (10, "review", "agent", "commented")) == [
        ("waiting", "bob", 9, 10),
        ("reviewing", "agent", 10, 10),
        ("waiting", "bob", 10, None),
    ]


def test_an_agent_may_ask_for_changes_and_approve() -> None:
    """As any reviewer does."""
    assert phases(
        (10, "review", "agent", "changes"), (11, "push", "ann", "c2"), (12, "review", "agent", "approved")
    ) == [
        ("waiting", None, 9, 10),
        ("reviewing", "agent", 10, 10),
        ("author", "ann", 10, 11),
        ("rework", "ann", 11, 11),
        ("waiting", "agent", 11, 12),
        ("reviewing", "agent", 12, 12),
        ("merging", "ann", 12, None),
    ]


def test_a_force_push_loses_no_round() -> None:
    """Each push answers what was asked, whatever became of the commits before it."""
    asked: list[Act] = [
        (10, "review", "bob", "changes"),
        (11, "push", "ann", "x"),
        (12, "review", "bob", "changes"),
    ]
    found = phases(*asked, (13, "push", "ann", "forced"), (14, "review", "bob", "approved"))
    assert [phase for phase, *_ in found] == [
        "waiting", "reviewing", "author", "rework", "waiting", "reviewing", "author", "rework", "waiting",
        "reviewing", "merging",
    ]  # fmt: skip


def test_a_new_request_answers_its_reviewer_alone() -> None:
    """Both asked for changes; bob is asked again at 12, cid only at 13."""
    assert phases(
        (10, "review", "bob", "changes"),
        (11, "review", "cid", "changes"),
        (12, "review_request", "ann", "bob"),
        (13, "review_request", "ann", "cid"),
        (14, "review", "cid", "approved"),
    )[2:] == [
        ("author", "ann", 10, 13),
        ("rework", "ann", 13, 13),
        ("waiting", "cid", 13, 14),
        ("reviewing", "cid", 14, 14),
        ("waiting", "bob", 14, None),
    ]


def test_a_withdrawn_request_is_none() -> None:
    """From 11 on nobody is asked."""
    assert phases((9, "review_request", "ann", "bob"), (11, "review_unrequest", "ann", "bob")) == [
        ("waiting", "bob", 9, 11),
        ("waiting", None, 11, None),
    ]


def test_of_several_who_were_asked_it_waited_for_the_one_who_came() -> None:
    """Both were asked at 9, and cid came; bob is still expected."""
    both: list[Act] = [(9, "review_request", "ann", "bob"), (9, "review_request", "ann", "cid")]
    assert phases(*both, (12, "review", "cid", "approved")) == [
        ("waiting", "cid", 9, 12),
        ("reviewing", "cid", 12, 12),
        ("waiting", "bob", 12, None),
    ]


def test_it_waits_for_a_review_as_long_as_another_comes() -> None:
    """Of two approvals the last one ends the wait."""
    assert phases((10, "review", "bob", "approved"), (12, "review", "cid", "approved"))[1:] == [
        ("reviewing", "bob", 10, 10),
        ("waiting", None, 10, 12),
        ("reviewing", "cid", 12, 12),
        ("merging", "ann", 12, None),
    ]


def test_any_review_answers_a_request_to_a_team() -> None:
    """The host does not say who is in it."""
    assert phases((9, "review_request", "ann", "team:web"), (12, "review", "bob", "approved")) == [
        ("waiting", "team:web", 9, 12),
        ("reviewing", "bob", 12, 12),
        ("merging", "ann", 12, None),
    ]


def test_an_answer_in_words_to_comments_gives_it_back() -> None:
    """Nobody asked for changes; the author's comment is the answer."""
    assert phases((10, "review", "bob", "commented"), (11, "comment", "ann", None))[2:] == [
        ("author", "ann", 10, 11),
        ("rework", "ann", 11, 11),
        ("waiting", "bob", 11, None),
    ]


def test_a_comment_of_the_one_who_was_asked_is_a_review_where_none_follows() -> None:
    """As in GitLab; what others say meanwhile is none."""
    assert phases(
        (9, "review_request", "ann", "bob"), (10, "comment", "eve", None), (11, "comment", "bob", None)
    ) == [
        ("waiting", "bob", 9, 11),
        ("reviewing", "bob", 11, 11),
        ("author", "ann", 11, None),
    ]


def test_a_dismissed_approval_no_longer_counts() -> None:
    """It waits for a review again, until one comes."""
    assert phases(
        (10, "review", "bob", "approved"),
        (11, "review", "ann", "dismissed"),
        (13, "review", "bob", "approved"),
    )[2:] == [
        ("waiting", None, 10, 13),
        ("reviewing", "bob", 13, 13),
        ("merging", "ann", 13, None),
    ]


def test_a_merge_queue_is_a_part_of_waiting_to_be_merged() -> None:
    """It was taken out of the queue and put into it again; a bot merged it, and the author waited for that."""
    assert phases(
        (10, "review", "bob", "approved"),
        (11, "queue", "ann", None),
        (12, "dequeue", "ci-bot", None),
        (13, "queue", "ann", None),
        (14, "merge", "ci-bot", None),
    )[2:] == [("merging", "ann", 10, 14)]


def test_while_it_is_closed_it_waits_for_nobody() -> None:
    """Closed at 10, reopened at 12 as it was."""
    acts: list[Act] = [
        (9, "review_request", "ann", "bob"),
        (10, "close", "ann", None),
        (12, "reopen", "ann", None),
    ]
    assert phases(*acts) == [("waiting", "bob", 9, 10), ("waiting", "bob", 12, None)]


def test_nothing_is_known_of_what_comes_later() -> None:
    """As of 10 it waits for bob; as of 8 it was not there."""
    acts: list[Act] = [(9, "review_request", "ann", "bob"), (11, "review", "bob", "changes")]
    assert phases(*acts, as_of=10) == [("waiting", "bob", 9, None)]
    assert phases(*acts, as_of=8) == []


def test_a_review_by_a_deleted_account_is_answered_and_nobody_is_expected_again() -> None:
    """GitHub says nothing of who it was: after the push it waits for a review by anybody."""
    assert phases(
        (10, "review", None, "changes"),
        (12, "push", "ann", "c"),
        (13, "review", None, "approved"),
        (14, "merge", None, None),
    ) == [
        ("waiting", None, 9, 10),
        ("reviewing", None, 10, 10),
        ("author", "ann", 10, 12),
        ("rework", "ann", 12, 12),
        ("waiting", None, 12, 13),
        ("reviewing", None, 13, 13),
        ("merging", "ann", 13, 14),
    ]


KINDS: dict[str, list[str | None]] = {
    "draft": [None],
    "ready": [None],
    "review_request": ["ann", "bob", "cid", "team:web", "ci-bot"],
    "review_unrequest": ["bob", "cid", "team:web"],
    "review": ["approved", "approved", "changes", "changes", "commented"],
    "comment": [None],
    "push": ["c"],
    "merge": [None],
    "close": [None],
    "reopen": [None],
    "queue": [None],
    "dequeue": [None],
}
_acts = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.sampled_from(["ann", "ann", "bob", "bob", "cid", "agent", "ci-bot"]),
        st.sampled_from(KINDS[kind]),
    )
)


@st.composite
def histories(draw: st.DrawFn) -> list[Act]:
    """Any acts in any order, some of them at one instant; merged once, and nothing after that."""
    at, acts = 9, list[Act]()
    for kind, who, after in draw(st.lists(_acts, max_size=14)):
        at += draw(st.integers(0, 2))
        acts.append((at, kind, who, after))
        if kind == "merge":
            break
    return acts


@settings(max_examples=share(100, of=2000))
@given(histories(), st.booleans())
def test_random_histories_equal_what_the_rules_say_of_each_instant(acts: list[Act], draft: bool) -> None:
    """Each rule asked by itself, of all that happened by an instant, without any walk through it."""
    found = listed(acts, draft=draft, as_of=60)
    for at in range(9, 45):
        here = [p for p in found if p.entered <= hour(at) and (p.left is None or hour(at) < p.left)]
        assert [phase.phase for phase in here] == [*expected(acts, at, draft=draft)]
    assert all(one.left is not None and one.left <= two.entered for one, two in pairwise(found))
    assert [phase.n for phase in found] == [*range(len(found))]


@settings(max_examples=share(100, of=2000))
@given(histories(), st.sets(st.integers(0, 13)))
def test_whoever_is_not_known_any_more_phases_follow_each_other(acts: list[Act], gone: set[int]) -> None:
    """Some of those who acted have deleted their accounts; the author too, where the first of them has."""
    ghosts = [(at, kind, None if n in gone else who, after) for n, (at, kind, who, after) in enumerate(acts)]
    found = listed(ghosts, author=None if 0 in gone else "ann", as_of=60)
    assert all(one.left is not None and one.left <= two.entered for one, two in pairwise(found))
    assert [phase.n for phase in found] == [*range(len(found))]


def expected(acts: list[Act], at: int, *, draft: bool) -> Iterator[str]:
    """Give the phase at the end of an hour by the rules, each asked of all that happened."""
    real = [
        act
        for act in acts
        if not (act[2] == "ci-bot" and act[1] in ("review", "comment", "push"))
        and not (act[1].startswith("review_") and act[3] in ("ann", "ci-bot"))
        and not (act[1] == "review" and act[2] == "ann")
    ]
    rules = Rules(real, draft)
    known = sum(act[0] <= at for act in real)
    label = rules.label(known)
    if label not in ("approved", "waiting"):
        yield from [label] if label else []
        return
    for end in [n for n in range(known + 1, len(real) + 1) if n == len(real) or real[n][0] > real[n - 1][0]]:
        if any(rules.is_shown_review(n) for n in range(known, end)) or rules.label(end) == "reviewing":
            yield "waiting"
            return
        if label == "waiting" and rules.asked_ones(known):
            break
        if rules.label(end) != label:
            gone = real[end - 1][1] == "merge" or rules.label(end) == "merging"
            yield "merging" if label == "approved" or gone else "waiting"
            return
        known = end
    yield "waiting" if label == "waiting" or rules.asked_ones(known) else "merging"


class Rules:
    """What holds after the first n acts: each question looks back for the last act that answers it."""

    def __init__(self, acts: list[Act], draft: bool) -> None:
        self.acts, turned = acts, [kind for _, kind, *_ in acts if kind in ("draft", "ready")]
        self.draft_at_first = turned[0] == "ready" if turned else draft
        self.cache: dict[tuple[str, int, str], bool] = {}

    def last(self, n: int, *kinds: str) -> str | None:
        return next((kind for _, kind, *_ in reversed(self.acts[:n]) if kind in kinds), None)

    def is_draft(self, n: int) -> bool:
        said = self.last(n, "draft", "ready")
        return said == "draft" if said else self.draft_at_first

    def is_approved(self, n: int) -> bool:
        verdicts = {who: v for _, kind, who, v in self.acts[:n] if kind == "review" and v != "commented"}
        return "approved" in verdicts.values()

    def reads(self, n: int, who: str) -> bool:
        for i in reversed(range(n)):
            if self.acts[i][2] == who and self.acts[i][1] == "review":
                return False
            if self.acts[i][2] == who and self.acts[i][1] == "comment" and self.goes_on(i):
                return True
        return False

    def goes_on(self, i: int) -> bool:
        """Whether a comment is followed by its author's review, with no act of ann's between."""
        who = self.acts[i][2]
        if who == "agent":
            return False
        for _, kind, other, _ in self.acts[i + 1 :]:
            if kind in ("merge", "close", "draft") or other == "ann":
                return False
            if kind == "review" and other == who:
                return True
        return False

    def feedback(self, i: int) -> bool:
        _, kind, who, _ = self.acts[i]
        if kind != "comment" or who in ("ann", "agent") or self.goes_on(i) or who is None:
            return False
        before = any(
            self.acts[j][2] == who and (self.acts[j][1] == "review" or self.feedback(j)) for j in range(i)
        )
        return before or who in self.asked_ones(i) or self.asked_ones(i) <= {"team:web"}

    def asks(self, i: int, who: str) -> bool:
        _, kind, actor, after = self.acts[i]
        if kind == "review" and actor == who:
            return after == "changes" or (after == "commented" and who != "agent")
        return actor == who and self.feedback(i)

    def firmly_answers(self, i: int, who: str) -> bool:
        _, kind, actor, after = self.acts[i]
        return (
            kind == "push"
            or (kind == "ready" and self.is_draft(i))
            or (kind == "review_request" and after == who)
            or (kind == "review" and actor == who and after == "approved")
        )

    def wants_changes(self, n: int, who: str) -> bool:
        for i in reversed(range(n)):
            if self.firmly_answers(i, who):
                return False
            if self.acts[i][1:] == ("review", who, "changes"):
                return True
        return False

    def unanswered(self, n: int, who: str) -> bool:
        key = ("unanswered", n, who)
        if key not in self.cache:
            self.cache[key] = self._unanswered(n, who)
        return self.cache[key]

    def _unanswered(self, n: int, who: str) -> bool:
        for i in reversed(range(n)):
            if self.asks(i, who):
                return True
            if self.firmly_answers(i, who):
                return False
            if self.acts[i][1:3] == ("comment", "ann") and not self.wants_changes(i, who):
                return False
        return False

    def open_ones(self, n: int) -> set[str]:
        return {who for who in ("bob", "cid", "agent") if self.unanswered(n, who)}

    def reacted(self, n: int) -> bool:
        for i in reversed(range(n)):
            if not self.open_ones(i + 1):
                return False
            if self.acts[i][1:3] == ("comment", "ann"):
                return any(self.wants_changes(i, who) for who in self.open_ones(i))
        return False

    def asked(self, n: int, who: str) -> bool:
        key = ("asked", n, who)
        if key not in self.cache:
            self.cache[key] = self._asked(n, who)
        return self.cache[key]

    def _asked(self, n: int, who: str) -> bool:
        for i in reversed(range(n)):
            _, kind, actor, after = self.acts[i]
            if kind == "review_request" and after == who:
                return True
            given_back = kind in ("push", "ready") or (kind == "comment" and actor == "ann")
            if given_back and self.unanswered(i, who) and not self.unanswered(i + 1, who):
                return True
            if kind == "review_unrequest" and after == who:
                return False
            if kind == "review" and actor == who:
                return False
            if kind == "review" and who == "team:web" and not self.asked(i, str(actor)):
                return False
        return False

    def asked_ones(self, n: int) -> set[str]:
        return {who for who in ("bob", "cid", "agent", "team:web") if self.asked(n, who)}

    def is_shown_review(self, i: int) -> bool:
        authors = ("draft", "author", "rework")
        before, after = self.label(i), self.label(i + 1)
        if self.acts[i][1] == "review":
            return after is not None and not (before in authors and after in authors)
        return self.feedback(i) and before is not None and before not in authors

    def label(self, n: int) -> str | None:
        if self.last(n, "merge", "close", "reopen") in ("merge", "close"):
            return None
        if self.is_draft(n):
            return "draft"
        if self.last(n, "queue", "dequeue", "merge", "close", "reopen") == "queue":
            return "merging"
        if self.open_ones(n):
            return "rework" if self.reacted(n) else "author"
        if any(self.reads(n, who) for who in ("bob", "cid")):
            return "reviewing"
        return "approved" if self.is_approved(n) else "waiting"
