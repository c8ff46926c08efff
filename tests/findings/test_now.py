"""Findings about now: of the current period, in one currency, with what they leave out."""

from pathlib import Path

import pandas as pd
import pytest

from tests.streams import sample_stream, stream_of
from vsm.findings import Finding, Findings
from vsm.model.period import Period, current_period, period_before
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

DAY = pd.Timedelta(days=1)
OFTEN = [("Ready", 3), ("Build", 4), ("Done", 1)]


@pytest.fixture(scope="module")
def planted(sample_folder: Path) -> ValueStream:
    return sample_stream(sample_folder)


def one(found: Findings, rule: str, subject: str) -> Finding:
    """The only finding of a rule about a subject."""
    (finding,) = [each for each in found.about(rule) if each.subject == subject]
    return finding


def test_the_demo_names_first_what_is_wrong_at_its_end(planted: ValueStream) -> None:
    """Untriaged tickets, then the release batch, then the costliest handoff: each with something to do."""
    first = planted.findings.headlines()
    assert [(finding.rule, finding.subject) for finding in first] == [
        ("stuck", "Reported"), ("batch", "Waiting for release"), ("handoff", "development → quality"),
    ]  # fmt: skip
    assert first[0].claim.startswith(
        "47 tickets wait in 'Reported' now (up from 23 on 2026-01-26), 42 of them longer than 85 % of tickets "
        "stayed there (2 d 17 h)"
    )
    assert all(finding.experiment and finding.trust == "sound" for finding in first)


def test_what_was_solved_months_before_is_said_to_be_solved_and_asks_for_nothing(
    planted: ValueStream,
) -> None:
    """A second tester since September: the QA queue costs next to nothing now."""
    solved = one(planted.findings, "solved", "Waiting for QA")
    assert solved.claim == (
        "Solved: waiting in 'Waiting for QA' fell from 55 % of the time that tickets were open in the 334 days "
        "before to 3.2 % in the last 90 days."
    )
    assert solved.experiment == ""
    assert solved.subject not in {finding.subject for finding in planted.findings.headlines()}


def test_the_queue_that_fills_is_new_and_grows(planted: ValueStream) -> None:
    """Longer in each of the last eight weeks than in any of the 18 before."""
    assert (
        "grew from 11 to 47 tickets in the last 8 weeks" in one(planted.findings, "growing", "Reported").claim
    )
    assert one(planted.findings, "new", "Reported").low > 0.2


def test_time_is_counted_within_the_period_and_open_tickets_count() -> None:
    """As of day 100: twelve waited for three of seven days, twelve wait since day 0."""
    stream = stream_of(*[OFTEN] * 12, *[[("Ready", 100)]] * 12)
    queue = one(stream.findings, "queue", "Ready")
    assert queue.n == 24
    assert queue.cost == 12 * 3 * DAY + 12 * 100 * DAY  # under 30 delivered: the period is the whole history
    assert queue.share == pytest.approx((3 + 100) / (7 + 100))


def test_a_queue_that_doubled_long_ago_is_compared_with_the_begin_of_the_period() -> None:
    """Twelve came to Ready 900 days ago; ten others were delivered in the last 100."""
    late = [[("Build", 800 + 9 * day), ("Done", 1)] for day in range(10)]
    stream = stream_of(*late, *[[("Ready", 900)]] * 12, as_of_day=900, settings="[findings]\ndelivered = 9")
    claim = one(stream.findings, "stuck", "Ready").claim
    assert claim.startswith("12 tickets wait in 'Ready' now (12 on 2028-03-24), all of them since before")


def test_the_period_is_a_parameter() -> None:
    """Two delivered tickets are enough, so the last seven days: 12 × 7 days of waiting."""
    settings = "[findings]\ndays = 7\ndelivered = 2"
    stream = stream_of(*[OFTEN] * 12, *[[("Ready", 100)]] * 12, settings=settings)
    assert one(stream.findings, "queue", "Ready").cost == 12 * 93.375 * DAY  # from the day of the last two on
    late = stream_of(
        *[[("Ready", 93), ("Build", 4), ("Done", 1)]] * 12, *[[("Ready", 100)]] * 12, settings=settings
    )
    assert one(late.findings, "queue", "Ready").cost == 12 * 7 * DAY
    assert late.findings.title == "The last 7 days (2026-04-08 to 2026-04-15)"


def test_dismissed_and_excluded_findings_are_named_with_their_reason() -> None:
    """The queue is known until July; two tickets and a week do not count."""
    lives = [OFTEN] * 12, [[("Ready", 100)]] * 13
    settings = """
    [[findings.dismiss]]
    subject = "ready"
    rule = "queue"
    reason = "the fair"
    until = 2026-07-01
    [[findings.exclude]]
    tickets = ["ab-25"]
    reason = "waits for a court"
    [[findings.exclude]]
    since = 2026-01-05
    until = 2026-01-11
    reason = "freeze"
    """
    found = stream_of(*lives[0], *lives[1], settings=settings).findings
    assert not found.about("queue")
    assert found.left_out == (
        "Dismissed until 2026-07-01: 'ready': the fair.",
        "Left out: ab-25: waits for a court.",
        "Left out: 2026-01-05 to 2026-01-11: freeze.",
    )
    assert found.left_out[1] in str(found)
    again = stream_of(*lives[0], *lives[1], settings=settings.replace("2026-07-01", "2026-03-01")).findings
    queue = one(again, "queue", "Ready")
    assert queue.n == 12  # of thirteen; the delivered ones waited and began in the freeze
    week = pd.Timestamp("2026-01-12", tz="UTC")  # what was before it lies in the freeze, and is not counted
    assert queue.cost == 12 * (pd.Timestamp("2026-04-15T09:00", tz="UTC") - week)


def test_nothing_to_say_is_four_different_sentences() -> None:
    """Too few tickets; nothing waits; all of it clean-up; no handoff to measure."""
    few = stream_of(*[OFTEN] * 3).findings
    assert few.nothing == "Too few to say: 3 units of work open in the last 100 days, of 12 needed."
    assert "Where their time goes cannot be said from these data (6 moves are too few)." in str(few)
    busy = stream_of(*[[("Build", 4), ("Done", 1)]] * 12).findings
    assert "Nothing waits: no queue or handoff takes 1 % of the time" in str(busy)
    tidied = stream_of(*[[("Build", 4), ("Done", 1)]] * 12, by="tidier").findings
    assert "All of it is clean-up" in tidied.nothing
    nothing = "No work passed from one stage to another and to other hands: there is no handoff to measure."
    assert str(busy.about("handoff")) == f"{nothing} No teams are known."


def test_where_teams_are_named_and_handoffs_too_few_it_does_not_say_that_no_team_is_known() -> None:
    """Of twelve people three are in a team."""
    members = ", ".join(f'"Person {number:02}"' for number in range(1, 4))
    settings = f'[[team]]\nname = "web"\nmembers = [{members}]'
    found = stream_of(*[[("Ready", 1), ("Build", 4), ("Done", 1)]] * 12, settings=settings).findings
    assert str(found.about("handoff")) == (
        "No work passed from one stage to another and to other hands: there is no handoff to measure. Which team "
        "waited is known of too few handoffs."
    )


def test_a_finding_explains_its_number(planted: ValueStream) -> None:
    """Definition, population, formula, the tickets with their parts, and other definitions."""
    text = one(planted.findings, "queue", "Reported").explain()
    for part in (
        "Population: 168 units of work, open for some time from 2025-12-06 to 2026-03-06",
        "of 156 tickets ÷ ",
        "in which tickets were open = 54 %.",
        "SHOP-485 58 d",
        "working time: 51 %",
        "Trust: sound ('Where their time goes').",
    ):
        assert part in text
    html = planted.findings._repr_html_()
    assert html.count("<details>") >= 5
    assert "How this number is made" in html


def test_shares_of_places_are_of_one_whole(planted: ValueStream) -> None:
    """No two queues share an hour, so all of them together are at most all of the time."""
    queues = planted.findings.about("queue", "batch")
    assert sum(finding.share for finding in queues) <= 1
    costs = sum((finding.cost for finding in queues), pd.Timedelta(0))
    whole = queues[0].cost / queues[0].share
    assert costs / whole == pytest.approx(sum(finding.share for finding in queues))


def test_where_nothing_was_recorded_there_is_no_period_before() -> None:
    """The first thing that is known happens as the period begins, and ends."""
    now = pd.Timestamp("2026-02-01", tz="UTC")
    assert period_before(Period(now, now), known_from=now) is None


def test_a_window_is_no_longer_than_itself() -> None:
    """Of what was before ``since`` only survivors are known: nothing before it is counted or compared."""
    stream = stream_of(*[OFTEN] * 12, *[[("Ready", 100)]] * 12)
    since = pd.Timestamp("2026-03-16", tz="UTC")
    lives = stream.lifecycles
    period = current_period(lives, as_of=stream.as_of, days=90, delivered=30, known_from=since)
    assert period.begin == since
    assert period_before(period, known_from=since) is None


def test_thousands_of_waiting_tickets_are_counted() -> None:
    """Their time together is longer than a timedelta of nanoseconds can be."""
    found = stream_of(*[OFTEN] * 12, *[[("Ready", 3)]] * 1300, as_of_day=100.00001).findings
    assert one(found, "queue", "Ready").cost / DAY == pytest.approx(12 * 3 + 1300 * 100.00001)
    assert not found.about("stuck")  # all came when the period began


def test_arrows_in_names_are_no_handoffs() -> None:
    """A stage that is called like a handoff."""
    stream = stream_of(*[OFTEN] * 12, names={"Build": "Build → it"})
    assert stream.findings.about("queue")


def test_open_tickets_of_which_little_is_known_are_there_all_the_same() -> None:
    """Twenty came long before the last 30 days, and nothing ever left: a fact, with the reason for no more."""
    settings = "[findings]\ndays = 30\ndelivered = 1"
    done = [[("Build", 95), ("Done", 1)]] * 2
    found = stream_of(*[[("Ready", 100)]] * 20, *done, settings=settings).findings
    assert one(found, "stuck", "Ready").claim.startswith(
        "20 tickets wait in 'Ready' now (up from none on 2026-01-05), all of them since before 2026-03-16. How "
        "long is usual there cannot be said, since no ticket ever left it; the oldest since 2026-01-05 (100 d)."
    )


def test_a_queue_says_since_when_so_many_are_there() -> None:
    """Four since the first day, and eight that one person moved there at once on the 60th."""
    moved = [[("Build", 60), ("Ready", 40)]] * 8
    often = [[("Ready", 3 + day), ("Build", 4), ("Done", 1)] for day in range(12)]
    stream = stream_of(*often, *[[("Ready", 100)]] * 4, *moved, by="person-01")
    claim = one(stream.findings, "queue", "Ready").claim
    assert "'Ready' holds 12 tickets now (up from 4 on 2026-03-06, mostly by bulk edits)." in claim
    window = stream.where(since="2026-04-01")
    claim = one(window.findings, "stuck", "Ready").claim
    assert claim.startswith(
        "12 tickets wait in 'Ready' now (more than half as many since before 2026-04-01), "
    )


def test_what_was_never_started_is_to_be_chosen_from() -> None:
    """A limit is no answer to a hundred tickets that nobody has begun; it is where work waits in between."""
    waiting = [[("Ready", 100)]] * 12
    between = [[("Build", 10), ("Ready", 90)]] * 12
    asked = one(stream_of(*[OFTEN] * 12, *waiting).findings, "queue", "Ready").experiment
    assert asked.startswith("Choose from the 12 tickets in 'Ready' what will be started")
    asked = one(stream_of(*[OFTEN] * 12, *between).findings, "queue", "Ready").experiment
    assert asked.startswith("Set a WIP limit for 'Ready'")


def test_a_batch_rhythm_of_the_past_is_no_finding_about_now() -> None:
    """Ten releases of six, then nothing but single departures for the whole period."""
    batched = [[("Ready", 10 * n), ("Done", 1)] for n in range(1, 11) for _ in range(6)]
    alone = [[("Ready", 200 + 3 * n), ("Done", 1)] for n in range(30)]
    stream = stream_of(*batched, *alone, as_of_day=295, settings="[findings]\ndelivered = 1")
    assert stream.batches["beyond_chance"].any()
    assert not stream.findings.about("batch")


def test_days_left_out_make_no_sub_tasks() -> None:
    """A freeze cuts each stay in two; all twenty are units of work."""
    settings = """
    [findings]
    days = 30
    delivered = 1
    [[findings.exclude]]
    since = 2026-03-25
    until = 2026-03-27
    reason = "freeze"
    """
    done = [[("Build", 95), ("Done", 1)]] * 2
    found = stream_of(*[[("Ready", 100)]] * 20, *done, settings=settings).findings
    assert "not counted" not in one(found, "stuck", "Ready").claim
