"""What a retrospective's slides say: one message each, about now, and nothing where there is nothing to say."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from tests.streams import reviewed_stream, sample_stream, stream_of
from vsm.config import Experiment, Workflow
from vsm.errors import ParameterError
from vsm.eventlog.log import Log
from vsm.figures import retro, retro_findings
from vsm.figures.handoffs import handoff_story
from vsm.figures.slides import Words
from vsm.findings import Findings
from vsm.from_log import stream_from_log
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow

OFTEN = [("Ready", 3), ("Build", 4), ("Done", 1)]
WAITS = [("Ready", 97), ("Build", 3)]
TRIED = [
    Experiment(
        name="A second tester until 13:00", since=date(2025, 9, 8), stage="Waiting for QA",
        change="A developer tests in the morning.",
    )
]  # fmt: skip


@pytest.fixture(scope="module")
def planted(sample_folder: Path) -> ValueStream:
    return sample_stream(sample_folder)


def heading(slide: go.Figure | Words | None) -> str:
    """The message of a slide that is there."""
    assert slide is not None
    return slide.heading if isinstance(slide, Words) else str(slide.layout.title.text)


def bars(slide: Any) -> dict[str, Any]:
    """What a chart draws: name → label, or value where it has none."""
    drawn = slide.layout.meta["bars"]
    labels = [label or value for label, value in zip(drawn["labels"], drawn["values"], strict=True)]
    return dict(zip(drawn["names"], labels, strict=True))


def test_the_demo_has_a_slide_for_each_finding_worth_five_percent(planted: ValueStream) -> None:
    """The queue of untriaged tickets and the release batch; the handoff of 3 % and what is solved have none."""
    slides = [planted.slide.finding(rank=rank) for rank in (1, 2, 3, 4)]
    assert [heading(slide) for slide in slides[:2]] == [
        "47 tickets wait in 'Reported', 42 of them over age",
        "Work waits for the next batch in 'Waiting for release': 20 % of its time",
    ]
    assert slides[2:] == [None, None]
    meta = slides[0].layout.meta
    assert meta["line"].startswith("Try: Go through the tickets in 'Reported' together")
    assert meta["caption"] == "Tickets in 'Reported' at the end of each week; up from 23 on 2026-01-26"
    assert meta["notes"][0] == planted.findings[0].claim
    assert [*bars(slides[0]).values()][-1] == "47"


def test_a_deck_proposes_what_it_shows_and_nothing_that_is_solved(planted: ValueStream) -> None:
    """With empty fields for who and by when, and room for an idea of the team's own."""
    head, *rows = planted.slide.decision().rows
    assert head == ("What", "Who", "By when")
    assert [row[0] for row in rows] == [
        *(finding.experiment for finding in retro_findings.to_act_on(planted.findings)),
        "Or an idea of our own:",
    ]
    assert all(row[1:] == ("", "") for row in rows)
    solved = {finding.subject for finding in planted.findings if finding.rule == "solved"}
    assert solved == {"Waiting for QA"}
    assert not any("Waiting for QA" in row[0] for row in rows)


def test_what_is_proposed_for_several_stages_is_one_proposal(planted: ValueStream) -> None:
    """Tickets that are over age here and there are gone through together."""
    (stuck,) = planted.findings.about("stuck")
    same = [
        replace(stuck, subject=stage, experiment=stuck.experiment.replace("Reported", stage))
        for stage in ("Filed", "Parked")
    ]
    findings = Findings([stuck, *same])
    _, *rows = retro_findings.decision(findings).rows
    assert [row[0] for row in rows] == [
        "Go through the tickets in 'Reported', 'Filed' and 'Parked' together, the oldest first: do what still "
        "matters, and close what nobody will do.",
        "Or an idea of our own:",
    ]
    about: Any = {"visits": planted.visits, "stages": planted.stages}
    slide: Any = retro_findings.finding(planted._present, findings, **about)
    assert slide.heading == "Tickets are stuck in 3 stages"
    assert slide.line == f"Try: {rows[0][0]}"
    assert slide.items == ("47 tickets wait in 'Reported', 42 of them over age.",) * 3
    assert retro_findings.finding(planted._present, findings, rank=2, **about) is None


def test_causes_are_in_working_time_over_all_tickets_of_the_period(planted: ValueStream) -> None:
    """Nights and weekends are a footnote, never a bar."""
    slide = planted.slide.causes()
    assert heading(slide) == "67 % of the waiting in working hours has no recorded reason"
    assert bars(slide) == {
        "no recorded reason": "67 %", "rest of the batch": "25 %", "receiver at capacity": "5.5 %",
        "overtaken by later work": "1.8 %",
    }  # fmt: skip
    assert slide.layout.meta["caption"] == ("The 67 % may be 39 % to 87 %; n = 168, working hours only")
    assert "Nights, weekends and holidays, 75 % of all waiting by the clock" in " ".join(
        slide.layout.meta["notes"]
    )
    waits = planted._present.waiting
    assert waits["ticket"].nunique() == 168


def test_reviews_have_a_slide_where_they_wait_long(planted: ValueStream) -> None:
    """In the sample with pull requests; in the one without them there is none."""
    slide = reviewed_stream().slide.reviews()
    assert heading(slide) == "Pull requests wait 3 h 34 min for a review (median)"
    assert bars(slide)["waiting for a review"] == "3 h 34 min"
    assert list(bars(slide)) == [
        "waiting for a review", "in review", "waiting for the author", "rework", "waiting to be merged",
    ]  # fmt: skip
    assert any(note.startswith("Look at shop#") for note in slide.layout.meta["notes"])
    assert planted.slide.reviews() is None


def test_over_age_tickets_are_named_the_oldest_first(planted: ValueStream) -> None:
    """With their keys, so that somebody can go through them; ten more are in the notes."""
    slide = planted.slide.over_age()
    assert slide.heading == "43 of 62 open tickets are over age, 42 of them in 'Reported'"
    assert slide.rows[1] == (
        "SHOP-485",
        "Simplify product filter for\N{NO-BREAK SPACE}…",
        "Reported",
        "58 days",
    )
    assert slide.notes[1].startswith("The first ten: SHOP-485, SHOP-486, ")


def test_how_much_is_waiting_is_said_where_work_is_known(planted: ValueStream) -> None:
    """Else only which queue takes most."""
    slide = planted.slide.map()
    assert heading(slide) == "Work waits for 59 % of its lead time"
    assert slide.layout.meta["notes"] == [
        "Waiting in queues was 59 % (95 % CI 56 % to 63 %) of the lead time of 103 delivered tickets."
    ]
    assert retro.where_time_goes(planted._present, planted.map_facts, work_known=False) == (
        "Where the time goes: 54 % of it is waiting in 'Reported'"
    )


def test_an_experiment_is_named_and_answered(planted: ValueStream) -> None:
    """The latest one, with the medians before and after."""
    about: dict[str, Any] = {"as_of": planted.as_of, "minimum": planted.minimum}
    slide: Any = retro.experiment(TRIED, planted.stage_visits, planted.lifecycles, **about)
    assert heading(slide) == (
        "Yes: “A second tester until 13:00” cut the time in 'Waiting for QA' from 26 to 1.7 days"
    )
    assert bars(slide) == {"before": "26 days", "after": "1.7 days"}
    assert slide.layout.meta["line"] == "Since 8 September 2025: A developer tests in the morning."
    assert slide.layout.meta["caption"] == "Medians: −24 days; n = 267 before, 218 after"
    assert "Weeks are too alike for the test and its interval" in slide.layout.meta["notes"][1]


def judged(experiment: Experiment) -> str:
    """The message about one experiment, of thirteen tickets that were delivered."""
    stream = stream_of(*[OFTEN] * 13)
    about: dict[str, Any] = {"as_of": stream.as_of, "minimum": stream.minimum}
    return heading(retro.experiment([experiment], stream.stage_visits, stream.lifecycles, **about))


def test_an_experiment_of_which_too_little_is_known_is_not_called_a_success() -> None:
    """Nothing began after it."""
    tried = Experiment(name="Pairing", since=date(2026, 1, 8))
    assert judged(tried) == "Did “Pairing” help? Too few to say"


def test_what_changed_is_said_with_the_measures_that_moved(planted: ValueStream) -> None:
    """Since the period began, or since the last retro where that is known."""
    slide = planted.slide.since_last()
    assert slide.heading == "Since 6 December 2025: 'Reported' got worse, 'Waiting for QA' got better"
    assert slide.items == (
        "Solved: waiting in 'Waiting for QA' fell from 55 % to 3.2 % of the time.",
        "The queue 'Reported' grew from 11 to 47 tickets in 8 weeks.",
    )
    assert slide.rows[0] == ("Measure", "Now", "It was")
    assert slide.rows[1] == ("Open tickets", "62", "18 on 2025-12-06")
    assert planted.slide.since_last(last_retro="2026-02-20").heading.startswith("Since 20 February 2026: ")


def test_experiments_begun_since_the_last_retro_are_named(planted: ValueStream) -> None:
    """The demo's began in September."""
    about = (planted._present, planted.summary, planted.stage_visits, TRIED)
    began = "Tried from 8 September 2025 on: A second tester until 13:00."
    for day, named in (("2025-09-01", True), ("2026-02-20", False)):
        slide = retro.since_last(*about, last_retro=day)
        assert slide is not None
        assert (began in slide.items) is named


def test_a_last_retro_that_is_no_day_is_refused(planted: ValueStream) -> None:
    """With an example."""
    with pytest.raises(ParameterError, match=r"last_retro is 'May'; say a day such as 2026-05-01"):
        planted.slide.since_last(last_retro="May")


def test_the_first_slide_names_stream_teams_and_period(planted: ValueStream) -> None:
    """And nothing else: digests are for the notes."""
    assert retro.opening(
        planted._present, planted.summary, {"stream": "Shop", "archive": "ecb7e6cf9ed3"}
    ) == Words(
        line="Shop · teams development, quality, support · 6 December 2025 to 6 March 2026 · the data can "
        "answer 6 of 6 questions"
    )
    only = {"stream": "Shop", "where": "team=quality, type=Bug"}
    assert retro.opening(planted._present, planted.summary, only).line.startswith(
        "Shop · only team=quality, type=Bug · 6 December 2025 to 6 March 2026 · "
    )


def test_the_speaker_has_the_story_of_one_handed_over_ticket(planted: ValueStream) -> None:
    """Of the current period, with its dates and the causes of its wait."""
    story, *_ = handoff_story(planted._present, planted.blocks)
    assert story.startswith("SHOP-")
    assert " was handed over on 202" in story
    assert "non-working time" not in story


def test_nothing_to_say_is_no_slide() -> None:
    """Of a stream without tickets only who it is about and what is decided are left."""
    none = stream_from_log(Log(), workflow=Workflow(), as_of=pd.Timestamp("2026-01-05", tz="UTC"))
    shown = {name: getattr(none.slide, name)() for name in dir(none.slide)}
    assert {name for name, slide in shown.items() if slide is not None} == {"opening", "decision"}
    assert shown["decision"].rows == (("What", "Who", "By when"), ("Or an idea of our own:", "", ""))


def test_of_too_few_tickets_nothing_is_drawn_and_nothing_is_claimed() -> None:
    """Eleven, of twelve needed."""
    few = stream_of(*[OFTEN] * 11)
    drawn = {name for name in dir(few.slide) if getattr(few.slide, name)() is not None}
    assert drawn <= {"opening", "decision", "since_last"}


def test_without_teams_findings_have_their_slides_all_the_same() -> None:
    """A queue that holds most of the time."""
    stream = stream_of(*[OFTEN] * 13, *[WAITS] * 13)
    assert heading(stream.slide.finding()).startswith("Work spends ")
    assert stream.slide.opening().line.startswith("5 January 2026 to 15 April 2026 · the data can answer ")
