"""experiments.toml: what it may say, and what comes of it."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.model.test_change import CHANGED, DAY, NOW, START, spells
from tests.streams import sample_stream
from vsm.config import Experiment, parse_experiments
from vsm.errors import ConfigError
from vsm.figures import before_and_after, experiments_table, xmr_chart
from vsm.model.change import chosen_change, compared, experiments_judged, spells_of
from vsm.sample import plan, sample_experiments

DAY_OF = CHANGED.date()


def lifecycles(*rows: tuple[float, float | None]) -> pd.DataFrame:
    """Tickets of (day created, days taken)."""
    times = spells(*rows)
    return pd.DataFrame(
        {"ticket": times["ticket"], "created": times["begin"], "finished": times["end"],
         "gone": pd.Series(pd.NaT, index=times.index, dtype="datetime64[us, UTC]"), "bulk": False}
    )  # fmt: skip


WEEKS = [7 * week for week in range(8) for _ in range(2)]
SLOW, QUICK = [(day, 10 + day % 3) for day in WEEKS], [(101 + day, 4 + day % 3) for day in WEEKS]
FASTER = lifecycles(*SLOW, *QUICK, (150, None))
NOTHING = pd.DataFrame(
    {"ticket": [], "stage": [], "kind": [], "position": [], "entered": pd.to_datetime([], utc=True)}
)


def judged(*experiments: Experiment, of: pd.DataFrame = FASTER) -> pd.DataFrame:
    return experiments_judged(experiments, NOTHING, of, as_of=NOW, minimum=12)


def test_an_experiment_is_what_was_tried_and_when() -> None:
    """All that can be said of one, in the order of the file."""
    first, second = parse_experiments(
        '[[experiment]]\nname = "WIP limit"\nsince = 2026-01-05\nuntil = 2026-02-01\nstage = "Review"\n'
        'expect = "longer"\nchange = "Two at a time."\n[[experiment]]\nname = "Pairs"\nsince = 2026-03-01'
    )
    assert first == Experiment(
        name="WIP limit", since=date(2026, 1, 5), until=date(2026, 2, 1), stage="Review", expect="longer",
        change="Two at a time.",
    )  # fmt: skip
    assert (second.name, second.stage, second.expect) == ("Pairs", None, "shorter")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[[experiment]]\nname = "A"\nsinec = 2026-01-05',
            "unknown key 'sinec' in .*'A'; known: change, expect",
        ),
        ('[[experiment]]\nname = "A"', r"\[\[experiment\]\] 'A' lacks 'since'"),
        (
            '[[experiment]]\nname = "A"\nsince = 2026-02-01\nuntil = 2026-01-05',
            "'A' ends on 2026-01-05, not after",
        ),
        ('[[experiment]]\nname = "A"\nsince = 2026-01-05\n' * 2, "experiment 'A' is named 2 times; keep one"),
        ("[[experiment", "experiments.toml is not valid TOML"),
    ],
)
def test_a_file_that_cannot_be_is_told_in_a_sentence(text: str, sentence: str) -> None:
    """With the experiment's own name."""
    with pytest.raises(ConfigError, match=sentence):
        parse_experiments(text)


@pytest.mark.slow
def test_what_helped_is_told_with_its_numbers() -> None:
    """Eleven days before, five after, as was hoped; one is open."""
    (row,) = judged(Experiment(name="Pairs", since=DAY_OF)).to_dict("records")
    assert (row["n_before"], row["n_after"], row["open_after"]) == (16, 16, 1)
    assert (row["before"], row["after"], row["difference"]) == (11 * DAY, 5 * DAY, -6 * DAY)
    assert (row["of"], row["verdict"], row["answer"]) == ("lead time", "shorter", "yes")


def test_the_opposite_of_what_was_hoped_is_told_as_that() -> None:
    """Faster was not the aim."""
    assert judged(Experiment(name="A", since=DAY_OF, expect="longer"))["answer"][0] == "no, the opposite"


def test_what_cannot_be_said_is_not_said() -> None:
    """Too few, a stage that nobody was in, and no change."""
    few = judged(Experiment(name="A", since=DAY_OF), of=FASTER.head(27))
    assert few["answer"].tolist() == ["too few to say"]
    assert judged(Experiment(name="A", since=DAY_OF, stage="Nowhere"))["answer"].tolist() == ["no such stage"]
    same = lifecycles(*SLOW, *[(101 + day, days) for day, days in SLOW])
    assert judged(Experiment(name="A", since=DAY_OF), of=same)["answer"].tolist() == ["not yet seen"]
    week = lifecycles(*SLOW, *[(101, 4)] * 16)
    assert judged(Experiment(name="A", since=DAY_OF), of=week)["answer"].tolist() == [
        "cannot be said from these data"
    ]


def test_the_table_tells_the_latest_first() -> None:
    """Texts as people say them."""
    tried = [Experiment(name="Old", since=START.date()), Experiment(name="New", since=DAY_OF)]
    rows: pd.DataFrame = experiments_table(tried, NOTHING, FASTER, as_of=NOW, minimum=12).data  # type: ignore[attr-defined]
    assert rows["Experiment"].tolist() == [
        "New (since 2026-04-15; expected: lead time shorter)",
        "Old (since 2026-01-05; expected: lead time shorter)",
    ]
    assert rows["Difference"].str.startswith(("−6 d (−", "–")).all()
    assert rows["Did it help?"].tolist() == ["yes", "too few to say"]


def test_curves_hold_what_is_still_going_on() -> None:
    """Five, six and five in ten, eleven and twelve days before; all but the open one in six days after."""
    figure = before_and_after(NOTHING, FASTER, changed=f"{DAY_OF}", as_of=NOW, minimum=12)
    before, after, *medians = figure.data
    assert (list(before.x), [round(y) for y in before.y]) == ([0.0, 10.0, 11.0, 12.0], [100, 62, 25, 0])
    assert (list(after.x)[:4], round(after.y[3])) == ([0.0, 4.0, 5.0, 6.0], 6)
    assert [median.x[0] for median in medians] == [11.0, 5.0]
    assert figure.layout.title.text == "Before and after, lead time: shorter"


def test_beside_each_verdict_stand_its_assumptions_and_how_often_it_errs() -> None:
    """And the interval by weeks; in the figure where the wait went comes first, since slides show no more."""
    tried = [Experiment(name="New", since=DAY_OF)]
    caption = experiments_table(tried, NOTHING, FASTER, as_of=NOW, minimum=12).to_html()
    assert "The test takes weeks as units, not tickets;" in caption
    assert "where nothing had changed it claimed a change in at most 2 % (independent tickets)" in caption
    assert "it detects times that are 30 % shorter in 39 % and 50 % shorter in 90 % of streams" in caption
    figure = before_and_after(NOTHING, FASTER, changed=f"{DAY_OF}", as_of=NOW, minimum=12)
    assert " ".join(figure.layout.annotations[0].text.split("<br>")).startswith(
        "n = 16 completed before, 16 after; no other stage clearly holds more tickets than before. Open ones count"
    )


def test_weeks_are_points_and_signals_stand_out() -> None:
    """Twelve that ended in one week before; limits need more weeks than that."""
    quicker = lifecycles(*[(0, 10)] * 12, *[(110, 4)] * 12, (150, None))
    usual, signals = xmr_chart(NOTHING, quicker, changed=f"{DAY_OF}", as_of=NOW).data
    assert [place for (place,) in usual.customdata] == [f"tickets.html#delivered-{week}" for week in usual.x]
    assert (list(usual.y), list(signals.y)) == ([10.0, 4.0], [])
    steady = lifecycles(*[(7 * week, 1 + week % 2) for week in range(20) for _ in range(3)], *[(147, 40)] * 3)
    usual, signals = xmr_chart(NOTHING, steady, changed="2026-05-25", as_of=START + 200 * DAY).data
    assert (len(usual.y), list(signals.y)) == (20, [40.0])


def test_without_a_named_day_the_latest_experiment_is_looked_at() -> None:
    """And its stage; a named day wins."""
    tried = [
        Experiment(name="New", since=date(2026, 3, 1), stage="QA"), Experiment(name="Old", since=date(2026, 1, 5)),
    ]  # fmt: skip
    assert chosen_change("", "", experiments=tried) == (pd.Timestamp("2026-03-01", tz="UTC"), "QA")
    assert chosen_change("2026-02-02", "", experiments=tried) == (pd.Timestamp("2026-02-02", tz="UTC"), "")


@pytest.mark.slow
def test_the_sample_finds_that_its_second_tester_helped(sample_folder: Path) -> None:
    """By the day that was planted: less than two days instead of weeks, as its truth says."""
    stream = sample_stream(sample_folder)
    (row,) = experiments_judged(
        parse_experiments(sample_experiments()),
        stream.stage_visits,
        stream.lifecycles,
        as_of=stream.as_of,
        minimum=12,
    ).to_dict("records")
    assert row["answer"] == "yes"
    assert row["after"] / DAY == pytest.approx(
        1.76, abs=0.05
    )  # told there by averaging the two in the middle
    assert row["before"] / DAY > 20
    found = compared(
        spells_of(stream.stage_visits, stream.lifecycles, stage="In development"),
        changed=pd.Timestamp(plan.IMPROVED, tz="UTC"), as_of=stream.as_of,
    minimum=12)  # fmt: skip
    assert found.verdict == "no clear change"
