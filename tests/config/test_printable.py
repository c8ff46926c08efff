"""What comes from outside steers no terminal and breaks no document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsm.config import one_line, parse_workflow, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07rest", "rest"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1bcreset", "reset"),
        ("good\rbad\x08\x07\x00", "goodbad"),
        ("ab\u202ecd\u2066ef\u200f", "abcdef"),
        ("half\ud83d", "half"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("Überprüfung 確認 \U0001f600", "Überprüfung 確認 \U0001f600"),
    ],
)
def test_control_sequences_go_and_text_stays(text: str, shown: str) -> None:
    """Colours, titles, links, bells, overwriting and reversed text; letters of any script stay."""
    assert printable(text) == shown


@given(st.text(st.characters(codec=None)))
def test_nothing_that_steers_is_left(text: str) -> None:
    """Whatever the text: no C0 but line feed and tab, no C1, no bidirectional override."""
    left = set(printable(text))
    controls = {chr(code) for code in (*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F))}
    assert left & (controls - {"\n", "\t"}) == set()
    assert one_line(text) == " ".join(one_line(text).split())
    assert "\n" not in one_line(text)


def test_a_stage_and_a_team_are_named_without_control_characters() -> None:
    """Such a name would break the export of slides (Kaleido answers 525)."""
    toml = '[[stage]]\nname = "Re\\u0007view\\u001b[31m"\nkind = "work"\nteam = "we\\u0000b"\n[[team]]\nname = "we\\u0000b"'
    workflow = parse_workflow(toml)
    assert (workflow.stages[0].name, workflow.stages[0].team, workflow.teams[0].name) == (
        "Re view",
        "we b",
        "we b",
    )
