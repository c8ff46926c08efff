"""Which release or deployment brings each commit first, where a repository has several components."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.git_graphs import Graph, graphs
from vsm.eventlog.components import first_to_bring
from vsm.eventlog.history import NOWHERE, History

LINE = History(["a", "b", "c", "d"], ["", "a", "b", "c"])


def test_a_release_of_one_component_brings_nothing_of_another() -> None:
    """The web's commits wait for the web's release, though api's contains them."""
    number, opening = first_to_bring(LINE, [(2, "api"), (3, "web")], ["api", "web", "api", "web"])
    assert number.tolist() == [0, 1, 0, 1]
    assert opening.tolist() == [True] * 4


def test_a_commit_of_two_components_waits_for_the_last() -> None:
    """With the web never released it is not with customers."""
    claims = [(1, "api"), (2, "web"), (3, "api")]
    assert first_to_bring(LINE, claims, ["api; web", "api", "api", "api"])[0].tolist() == [1, 0, 2, 2]
    assert first_to_bring(LINE, claims[:1], ["api; web", "api", None, None])[0].tolist() == [
        NOWHERE,
        0,
        -1,
        -1,
    ]


def test_a_release_of_everything_brings_every_component() -> None:
    """And one of a component brings what belongs to none."""
    number, opening = first_to_bring(LINE, [(1, "api"), (3, None)], ["web", None, "api", "web"])
    assert number.tolist() == [1, 0, 1, 1]
    assert opening.tolist() == [True, True, False, True]


@given(graphs(), st.data())
def test_it_equals_what_sets_of_ancestors_say(graph: Graph, data: st.DataObject) -> None:
    """Of each component the first claim whose ancestors contain the commit; of several the last of these."""
    count = len(graph.parents)
    history = History(
        [str(n) for n in range(count)], [" ".join(map(str, parents)) for parents in graph.parents]
    )
    claims = data.draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.sampled_from(["api", "web", None])), max_size=6)
    )
    kinds = st.sampled_from([None, "api", "web", "api; web"])
    components: Sequence[str | None] = data.draw(st.lists(kinds, min_size=count, max_size=count))
    contained: list[set[int]] = []
    for number, parents in enumerate(graph.parents):
        contained.append({number}.union(*(contained[parent] for parent in parents)))
    for commit, number in enumerate(first_to_bring(history, claims, components)[0]):
        firsts = [
            next(
                (n for n, (at, of) in enumerate(claims) if of in (name, None) and commit in contained[at]), -1
            )
            for name in (components[commit] or "").split("; ")
            if name
        ] or [next((n for n, (at, _) in enumerate(claims) if commit in contained[at]), -1)]
        assert number == (-1 if -1 in firsts else max(firsts))
