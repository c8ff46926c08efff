"""Do the committed files say what the code says, and do the truths hold for other seeds?"""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from tests.share import share
from vsm.clock import clock_from_workflow
from vsm.config import parse_workflow
from vsm.sample import plan, sample_truth, sample_workflow
from vsm.sample.office_hours import instant, working_days


@pytest.mark.slow
def test_the_committed_truth_is_what_the_code_says(committed_sample: Path) -> None:
    """data/sample/truth.toml is written by sample_truth."""
    assert (committed_sample / "truth.toml").read_text(encoding="utf-8") == sample_truth(seed=7)


def test_the_committed_workflow_is_what_the_code_says(committed_sample: Path) -> None:
    """data/sample/vsm.toml is written by sample_workflow."""
    assert (committed_sample / "vsm.toml").read_text(encoding="utf-8") == sample_workflow()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, share(2, of=5) + 1))
def test_what_is_planted_grows_from_other_seeds_too(seed: int) -> None:
    """The costliest waits, ping-pong and the improvement are no luck of one seed."""
    truth = tomllib.loads(sample_truth(seed=seed))
    assert truth["qa_queue"]["costliest_wait"] == "Waiting for QA"
    assert truth["release_batch"]["second_costliest_wait"] == "Waiting for release"
    assert 0.12 <= truth["ping_pong"]["share_of_all_tickets"] <= 0.18
    before, after = (truth["improvement"][f"median_days_entered_{side}"] for side in ("before", "after"))
    assert after < before / 3


def test_the_shares_of_all_stages_make_a_whole(committed_sample: Path) -> None:
    """Every hour of lead time is accounted for once."""
    shares = tomllib.loads((committed_sample / "truth.toml").read_text(encoding="utf-8"))["shares"]
    assert sum(shares.values()) == pytest.approx(1, abs=0.001)


def test_the_workflow_maps_every_status_once() -> None:
    """Eleven statuses, by id, in eleven stages; only the shelf is left in batches."""
    flow = parse_workflow(sample_workflow())
    assert sorted(flow.mapping) == sorted(f"jira:{n}" for n in range(1, 12))
    assert [stage.name for stage in flow.stages if stage.batch] == ["Waiting for release"]
    assert [stage.name for stage in flow.stages if stage.kind == "external"] == ["Waiting for customer"]


def test_the_workflow_knows_everybody() -> None:
    """Each person has a team and one account in Jira and one in Git."""
    flow = parse_workflow(sample_workflow())
    assert set(flow.person_of.values()) == set(flow.team_of)
    assert flow.person_of["jira:acc-dev-1"] == flow.person_of["git:dev-1"] == "dev-1"
    assert {team.name: len(team.members) for team in flow.teams} == {
        "support": 3, "development": 6, "quality": 2,
    }  # fmt: skip


def test_the_workflow_keeps_the_hours_in_which_the_office_is_simulated() -> None:
    """Everybody's working time, Monday to Friday, lies in the calendar; nobody has another one."""
    flow = parse_workflow(sample_workflow())
    clock = clock_from_workflow(
        flow, since=pd.Timestamp(plan.FIRST_DAY, tz="UTC"), until=pd.Timestamp(plan.AS_OF)
    )
    at = [instant(day, hour) for day in working_days()[:300] for hour in (9, 16.9, 8.9, 17)]
    open_at = clock.calendar("quality").is_open([second * 1_000_000 for second in at])
    assert open_at.reshape(-1, 4).tolist() == [[True, True, False, False]] * 300
    assert {person.opens for person in plan.PEOPLE} == {9, 13}
    assert max(person.closes for person in plan.PEOPLE) == 17
