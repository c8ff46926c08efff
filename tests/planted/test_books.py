"""The companies are what they say, and their books add up, before anybody is judged by them."""

from datetime import date
from itertools import pairwise

import pytest

from tests.planted.books import Lapse, Piece, first, lapses, scores, share, true_pieces
from tests.planted.habits import USUAL
from tests.planted.office import HOUR, Office
from tests.planted.plant import CAUSES, STRENGTHS, plant
from tests.planted.simulation import TICKETS, Company, Job, Wait

OFFICE = Office("UTC", date(2026, 1, 5), days=400)
NINE, NIGHT = OFFICE.opens[0], 16 * HOUR  # Monday 9:00; from closing to opening


def causes_of(wait: Wait, *jobs: Job) -> list[tuple[str, float]]:
    """Cut one wait of a company in which only this happened; hours."""
    company = Company(USUAL, OFFICE, seed=0)
    company.waits, company.jobs = [wait], list(jobs)
    return [(piece.cause, (piece.end - piece.start) / HOUR) for piece in true_pieces(company)]


def test_the_office_opens_and_closes_by_the_clock_of_its_zone() -> None:
    """Nine in Berlin is eight o'clock UTC in winter and seven in summer."""
    office = Office("Europe/Berlin", date(2026, 3, 27), days=4)
    assert [at // HOUR % 24 for at in office.opens] == [8, 7]
    assert [at // HOUR % 24 for at in office.closes] == [16, 15]


def test_work_goes_on_when_the_office_opens_again() -> None:
    """Ten hours from Friday at noon end on Monday at two."""
    friday_noon = NINE + (4 * 24 + 3) * HOUR
    assert OFFICE.after(friday_noon, 10 * HOUR) == NINE + (7 * 24 + 5) * HOUR
    assert OFFICE.after(friday_noon, 5 * HOUR) == friday_noon + 5 * HOUR


def test_a_wait_behind_earlier_and_later_work_is_at_capacity_then_overtaken_then_unexplained() -> None:
    """Somebody works on what had lain longer, then on what came later, then on nothing."""
    wait = Wait(1, "To check", NINE + HOUR, "qa-1", end=NINE + 6 * HOUR)
    older = Job(2, "qa-1", ready=NINE, start=NINE, end=NINE + 3 * HOUR)
    newer = Job(3, "qa-1", ready=NINE + 2 * HOUR, start=NINE + 3 * HOUR, end=NINE + 4 * HOUR)
    assert causes_of(wait, older, newer) == [("at capacity", 2.0), ("overtaken", 1.0), ("unexplained", 2.0)]


def test_a_blocked_wait_stays_blocked_by_night_and_the_rest_is_off_hours() -> None:
    """What is blocked until five is non-working time until nine, and nobody's fault but theirs after that."""
    wait = Wait(1, "Inbox", NINE + 7 * HOUR, "dev-1", end=NINE + 25 * HOUR, blocked_until=NINE + 8 * HOUR)
    assert causes_of(wait) == [("blocked", 1.0), ("non-working time", 16.0), ("unexplained", 1.0)]


def test_a_batch_explains_until_its_last_member_was_ready() -> None:
    """Then somebody still has to come."""
    wait = Wait(1, "Release", NINE, "ops-1", end=NINE + 3 * HOUR, batch_ready=NINE + 2 * HOUR)
    assert causes_of(wait) == [("batched", 2.0), ("unexplained", 1.0)]


def test_nobody_assigned_and_somebody_outside_are_told_apart() -> None:
    """In Inbox with no receiver it is unassigned; at the customer's it is external, by night too."""
    unowned = Wait(1, "Inbox", NINE, None, end=NINE + HOUR)
    outside = Wait(1, "Customer", NINE + 7 * HOUR, "dev-1", end=NINE + 9 * HOUR)
    assert causes_of(unowned) == [("unassigned", 1.0)]
    assert causes_of(outside) == [("external", 1.0), ("external", 1.0)]


def test_off_hours_cost_only_what_the_calendar_does_not_explain() -> None:
    """A week's wait of idleness has 40 open and 128 closed hours: those closed cost nothing."""
    pieces = [
        Piece(1, 0, 40 * HOUR, "unexplained", 40 * HOUR),
        Piece(1, 40 * HOUR, 168 * HOUR, "non-working time", 0),
    ]
    costs = scores(lapses(pieces))
    assert costs["unexplained"] == 40.0
    assert costs["non-working time"] == pytest.approx(0.0)
    assert first(costs) == "unexplained"
    assert share("unexplained", costs) == pytest.approx(1.0)
    assert scores({"non-working time": Lapse(21.0, 0.0)})["non-working time"] == pytest.approx(5.0)


@pytest.mark.slow
@pytest.mark.parametrize("cause", CAUSES)
def test_the_planted_cause_ranks_first_in_the_books(cause: str) -> None:
    """By its share, faint is less than middle and middle less than strong; at least four others are there, too."""
    planted = [plant(cause, strength, seed=1) for strength in STRENGTHS]
    costs = [scores(lapses(true_pieces(each.company))) for each in planted]
    assert [first(each) for each in costs] == [cause] * 3
    shares = [each.share for each in planted]
    assert shares == sorted(shares)
    assert shares[0] < 0.5
    assert shares[-1] > 0.65
    assert all(sum(cost > 0 for cost in each.values()) >= 5 for each in costs)


@pytest.mark.slow
@pytest.mark.parametrize("cause", CAUSES)
def test_every_ticket_is_done_and_nobody_does_two_things_at_once(cause: str) -> None:
    """Pieces tile the waits; a person's jobs begin in office hours and, unless gathered, one after another."""
    company = plant(cause, "strong", seed=2).company
    done = {fact.ticket for fact in company.facts if fact.kind == "status" and fact.after == "Done"}
    assert set(range(1, TICKETS + 1)) <= done
    assert all(company.office.is_open(job.start) for job in company.jobs)
    pieces = true_pieces(company)
    assert sum(p.end - p.start for p in pieces) == sum(w.end - w.start for w in company.waits)
    for person in company.people:
        jobs = sorted((job.start, job.end) for job in company.jobs if job.person == person)
        assert all(one[1] <= other[0] for one, other in pairwise(jobs))


def test_the_same_seed_plays_the_same_company() -> None:
    """Another seed plays another one."""
    one, again, other = (Company(USUAL, OFFICE, seed=seed).run() for seed in (3, 3, 4))
    assert one.facts == again.facts
    assert one.facts != other.facts
