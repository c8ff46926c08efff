"""What was discarded, and where resolutions and statuses differ, is said with its effect."""

import pytest

from tests.streams import stream_of
from vsm.stream import ValueStream

pytestmark = pytest.mark.slow


DONE = [("Ready", 2), ("Build", 8), ("Done", 0)]
AT_WORK = [("Ready", 2), ("Build", 0)]


def details(stream: ValueStream, check: str) -> list[str]:
    quality = stream.quality
    return quality.loc[quality["check"] == check, "detail"].tolist()


def test_discarded_work_is_named_by_its_words() -> None:
    """Two of four, by resolution; medians with and without them."""
    soon = [("Ready", 1), ("Done", 0)]
    stream = stream_of(DONE, DONE, soon, soon, resolutions={3: "Won't Do", 4: "Won't Do"})
    assert details(stream, "discarded work") == [
        "2 of 4 finished tickets were discarded, with 9 % of all lead time: 2 'Won't Do'; they are left out of "
        "lead time, throughput and shares (median lead time 10.0 d; 5.5 d with them); [outcome] "
        "in vsm.toml changes that"
    ]


def test_resolved_but_not_done_is_a_doubt_with_its_effect() -> None:
    """One resolved at work, one done without a resolution: both are said; the setting makes it finished."""
    lives, resolutions = (DONE, AT_WORK, DONE), {1: "Fixed", 2: "Fixed"}
    stream = stream_of(*lives, resolutions=resolutions)
    assert details(stream, "resolved but not done") == [
        "1 ticket has a resolution in a status that is not done: 1 'In Progress'; such tickets count as open and grow "
        'older. If the resolution is what ends work, set finish = "resolution" in [outcome] of vsm.toml (3 '
        "instead of 2 tickets are then finished); else move each to a done status"
    ]
    assert details(stream, "done without resolution") == [
        "1 of 2 tickets in a done status have no resolution (1 'Closed'); they count as finished, and their status "
        "alone says whether they were delivered"
    ]
    resolved = stream_of(*lives, resolutions=resolutions, outcome='finish = "resolution"')
    assert resolved.lifecycles["finished"].notna().tolist() == [True, True, True]
    assert len(details(resolved, "resolved but not done")) == 1


def test_a_tracker_without_resolutions_is_not_doubted() -> None:
    """Nothing is missing where nothing is ever resolved."""
    quality = stream_of(DONE, AT_WORK).quality
    assert (
        not quality["check"]
        .isin(["done without resolution", "discarded work", "resolved but not done"])
        .any()
    )


@pytest.mark.parametrize("name", ["Verdaagd", "Not a duplicate", "Später vielleicht"])
def test_a_resolution_that_no_list_knows_is_reported(name: str) -> None:
    """It counts as delivered by default; vsm.toml settles it either way."""
    lives, resolutions = (DONE, DONE, [("Ready", 20), ("Done", 0)]), {1: "Fixed", 2: "Gelöst", 3: name}
    assert details(stream_of(*lives, resolutions=resolutions), "unknown resolution") == [
        f"1 of 3 delivered tickets have a resolution that no list knows: 1 '{name}'; they count as delivered "
        "(median lead time 10.0 d; 10.0 d without them): name each in delivered or discarded of [outcome] in "
        "vsm.toml"
    ]
    for word in ("delivered", "discarded"):
        settled = stream_of(*lives, resolutions=resolutions, outcome=f'{word} = ["{name}"]')
        assert details(settled, "unknown resolution") == []
