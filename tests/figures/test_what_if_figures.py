"""What a change would bring, drawn and laid out; and the slide of what could be tried."""

from dataclasses import replace

import pandas as pd
import pytest

from tests.test_experiments import FASTER
from tests.test_experiments import NOTHING as NO_STAYS
from vsm.config import Experiment, parse_experiments
from vsm.errors import ConfigError
from vsm.figures.experiments import experiments_table
from vsm.figures.what_if import replay_check, stations_table, what_if_bars, what_if_table, what_we_try
from vsm.model.replay.scenarios import FINISHED_TICKETS, LEAD, SCENARIO_COLUMNS, WAIT
from vsm.model.replay.trust import TRUST_COLUMNS
from vsm.what_if import Answers

CUT = pd.Timestamp("2026-01-05", tz="UTC")
TRUST = pd.DataFrame(
    [
        (CUT, 56, 60, 0.08, 0.2, 62.0, 55.0, 68.0),
        (CUT + pd.Timedelta(weeks=4), 56, 70, 0.1, 0.3, 62.0, 55.0, 68.0),
    ],
    columns=list(TRUST_COLUMNS),
)
ROWS = [
    ("a tester", LEAD, None, 55.0, 44.0, 62.0, 20.0, 19.0, 27.0, -35.0, -39.0, -24.0),
    ("a tester", FINISHED_TICKETS, None, 200.0, 190.0, 210.0, 250.0, 230.0, 280.0, 50.0, 20.0, 80.0),
    ("a tester", WAIT, "Waiting <for> QA", 41.0, 27.0, 55.0, 0.9, 0.8, 6.9, -40.0, -50.0, -26.0),
    ("no approval", LEAD, None, 55.0, 44.0, 62.0, 55.0, 43.0, 62.0, 0.0, -1.0, 1.0),
]
ANSWERS = Answers(
    ("With a tester: …", "Replayed …"),
    pd.DataFrame(ROWS, columns=list(SCENARIO_COLUMNS)),
    pd.DataFrame({"record": []}),
    TRUST,
)
NOTHING = replace(ANSWERS, sentences=("No what-if: 8 %.",), scenarios=ANSWERS.scenarios.iloc[:0])


def test_a_change_has_two_bars_for_lead_time_and_each_wait() -> None:
    """As it is and with the change, each with its range; what is counted in tickets is no bar."""
    as_is, then = what_if_bars(ANSWERS).data
    assert list(as_is.x) == [55.0, 41.0]
    assert list(then.x) == [20.0, 0.9]
    assert list(then.error_x.array) == [7.0, 6.0]
    assert then.hovertext[1] == "<b>Waiting &lt;for&gt; QA</b><br>with the change: 0.9 d (0.8 to 6.9)"


def test_without_an_answer_figure_and_table_refer_to_the_refusal() -> None:
    """It is said once, with the answers; and where no change has that rank, how to try one is said."""
    for shown in (what_if_bars(NOTHING).layout.annotations[0].text, what_if_table(NOTHING).to_html()):
        assert "the answers say" in shown
        assert "8 %" not in shown
    assert "No change has been tried" in what_if_bars(ANSWERS, rank=3).layout.annotations[0].text


def test_what_happened_stands_beside_what_was_replayed() -> None:
    """Two past days: once inside of 90 of 100 replays, once outside."""
    figure = replay_check(TRUST)
    replayed, actual = figure.data
    assert (list(replayed.y), list(actual.y)) == ([62.0, 62.0], [60, 70])
    assert (
        figure.layout.title.text.replace("<br>", " ")
        == "Past months: the replay would have missed lead times by 9.0 %"
    )
    assert "in 1 of 2 the truth lies inside" in " ".join(figure.layout.annotations[0].text.split("<br>"))


def test_the_table_has_ranges_and_the_difference_of_pairs() -> None:
    """Days, and tickets without decimals."""
    laid_out = what_if_table(ANSWERS).data  # type: ignore[attr-defined]
    assert laid_out.iloc[0].tolist() == [
        "A tester", LEAD, "55 d (44 to 62)", "20 d (19 to 27)", "−35 d (−39 to −24)"
    ]  # fmt: skip
    assert laid_out.iloc[1].tolist()[2:] == ["200 (190 to 210)", "250 (230 to 280)", "+50 (+20 to +80)"]


def test_stations_say_how_many_people_work_where() -> None:
    """Or that none can be shown."""
    stations = pd.DataFrame([("QA", 2, 3, 58.6)], columns=["stage", "people", "slots", "hours_a_week"])
    assert stations_table(stations).data.iloc[0].tolist() == ["QA", 2, 3, "59"]  # type: ignore[attr-defined]
    assert "so many people are known" not in stations_table(stations).to_html()
    assert "No stage has enough people" in stations_table(stations.iloc[:0]).to_html()


def test_the_slide_names_what_helps_most() -> None:
    """And all that could be tried, with its prediction; nothing where nothing could be."""
    slide = what_we_try(ANSWERS)
    assert slide is not None
    assert slide.heading == "What we could try: a tester – lead time 20 days instead of 55"
    assert [tuple(cell.replace("\xa0", " ") for cell in row) for row in slide.rows[1:]] == [
        ("As it is", "55 d", "–"),
        ("A tester", "20 d", "−35 d (−39 to −24)"),
        ("No approval", "55 d", "0 d (−1 to +1)"),
    ]
    assert what_we_try(NOTHING) is None


def test_whoever_subtracts_finds_the_difference_that_is_shown() -> None:
    """As it is, with the change, and their difference are rounded alike."""
    row = ("daily", LEAD, None, 15.37, 14.2, 19.83, 12.84, 10.2, 14.2, -2.53, -4.94, -1.37)
    slide = what_we_try(replace(ANSWERS, scenarios=pd.DataFrame([row], columns=list(SCENARIO_COLUMNS))))
    assert slide is not None
    assert slide.heading == "What we could try: daily – lead time 12.8 days instead of 15.4"
    assert slide.rows[2][1:] == ("12.8 d", "−2.6\xa0d\xa0(−4.9\xa0to\xa0−1.4)")


def test_where_nothing_helps_the_slide_says_so() -> None:
    """A prediction that lead time stays is one too."""
    slide = what_we_try(replace(ANSWERS, scenarios=ANSWERS.scenarios.iloc[3:]))
    assert slide is not None
    assert slide.heading == "What we could try: none of these would shorten lead time"


def test_an_experiment_bears_its_prediction() -> None:
    """The table shows it, and says that the outcome is not known yet."""
    tried = Experiment(name="A tester", since="2026-03-02", predicted_days=0.9, predicted_between=(0.8, 6.9))
    laid_out = experiments_table([tried], NO_STAYS, FASTER, as_of=CUT, minimum=12).data  # type: ignore[attr-defined]
    assert laid_out["Predicted"].tolist() == ["0.9 d (0.8 to 6.9); outcome not known yet"]


def test_a_range_that_ends_before_it_begins_is_a_fault() -> None:
    """The numbers were exchanged."""
    with pytest.raises(ConfigError, match="'A': predicted_between goes from 3 to 2; exchange them"):
        parse_experiments(
            '[[experiment]]\nname = "A"\nsince = 2026-03-02\npredicted_days = 1\npredicted_between = [3, 2]'
        )
