"""What is remembered of the bodies that came: the last word on each issue, in whatever order they came."""

from hypothesis import given
from hypothesis import strategies as st

from vsm.eventlog.jira_seen import Seen, SeenBodies

IDS = st.sampled_from(["1", "10", "100", "11", "2", "é", "e"])


@given(st.lists(st.one_of(st.none(), st.tuples(IDS, st.integers(-5, 5)))))
def test_it_remembers_as_a_dict_does(steps: list[tuple[str, int] | None]) -> None:
    """Bodies come in any order, and parts end anywhere (None)."""
    seen, known = SeenBodies(), dict[str, Seen]()
    for step in steps:
        if step is None:
            seen.end_part()
        else:
            known[step[0]] = Seen(step[1], float(step[1]))
            seen.put(step[0], known[step[0]])
        assert [seen.get(issue) for issue in ("1", "10", "11", "2", "é", "e", "x")] == [
            known.get(issue) for issue in ("1", "10", "11", "2", "é", "e", "x")
        ]
