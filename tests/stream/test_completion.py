"""What Jupyter offers after a dot: what an analyst calls, and nothing else."""

from collections.abc import Iterator

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import vsm
from tests.streams import stream_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    """A session that knows vsm and a stream with a finding."""
    shell = InteractiveShell.instance()
    stream = stream_of(*[[("Ready", 9), ("Build", day), ("Done", 9)] for day in range(1, 30)], [("Ready", 9)])
    shell.push({"vsm": vsm, "stream": stream})  # type: ignore[no-untyped-call]
    yield shell
    InteractiveShell.clear_instance()


def offered(shell: InteractiveShell, text: str) -> list[str]:
    with provisionalcompleter():
        return [one.text for one in shell.Completer.completions(text, len(text))]


@pytest.mark.parametrize(("text", "names"), [("vsm.", vsm.__all__), ("vsm.figures.", vsm.figures.__all__)])
def test_modules_offer_what_they_export(shell: InteractiveShell, text: str, names: list[str]) -> None:
    """Neither submodules nor what they import."""
    assert sorted(offered(shell, text)) == sorted(names)


@pytest.mark.parametrize(
    ("text", "some"),
    [
        (
            "stream.",
            {"choices", "explain", "findings", "life", "plot", "table", "tickets_on", "waits", "where"},
        ),
        ("stream.plot.", {"handoff_network", "value_stream_map", "wait_heat_map"}),
        ("stream.table.", {"causes", "handoffs", "stuck"}),
        ("stream.past_findings[0].", {"claim", "explain", "share", "tickets"}),
        ("vsm.compare(stream).", {"handoffs", "measures", "plot", "stages", "table"}),
        ("stream.where(type='Bug').", {"findings", "waits"}),
    ],
)
def test_a_stream_offers_what_is_asked_of_it(shell: InteractiveShell, text: str, some: set[str]) -> None:
    """And nothing private."""
    names = offered(shell, text)
    assert some <= set(names)
    assert [name for name in names if name.startswith("_")] == []


def test_where_offers_its_words(shell: InteractiveShell) -> None:
    """First of all, in the order of the alphabet."""
    assert offered(shell, "stream.where(")[:9] == [
        "component=", "epic=", "label=", "priority=", "since=", "stage=", "team=", "type=", "until=",
    ]  # fmt: skip
