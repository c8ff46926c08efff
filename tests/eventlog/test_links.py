"""What sentences about links say, and which wordings there are."""

import pytest

from tests.blocks import events_of, said
from vsm.config.rules import LINKS, sides_of_links
from vsm.eventlog.links import LinkSentence, blocking_side, link_wordings, parse_link


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("This issue blocks A1_B-12", LinkSentence("A1_B-12", "blocks")),
        ("  this  ISSUE  Depends  On  ab-1 ", LinkSentence("AB-1", "depends on")),
        ("AB-1 wird blockiert", LinkSentence("AB-1", "wird blockiert", whole=False)),
        ("This issue follows UTF-8 rules of AB-1", LinkSentence("AB-1", "follows utf-8 rules of")),
        ("This issue blocks the release", None),
        ("", None),
    ],
)
def test_a_sentence_is_a_wording_and_a_key(text: str, told: LinkSentence | None) -> None:
    """The last word of the shape of a key is the key; without one the sentence says nothing."""
    assert parse_link(text) == told


def test_the_longest_wording_counts_in_a_sentence_that_begins_in_an_unknown_way() -> None:
    """It ends with both."""
    sides = {"durch": (0, False), "blockiert durch": (1, True)}
    assert blocking_side(LinkSentence("AB-1", "wird blockiert durch", whole=False), sides=sides) == (1, True)
    assert blocking_side(LinkSentence("AB-1", "wirdblockiert", whole=False), sides=sides) is None


def test_pairs_that_share_a_wording_are_one_sort_of_link() -> None:
    """ "Required by" may answer "depends on" and "requires"; blocking links are another sort."""
    sides = sides_of_links(LINKS)
    assert sides["depends on"] == sides["requires"]
    assert sides["required by"] == sides["is depended upon by"]
    assert sides["is blocked by"][0] != sides["depends on"][0]
    assert {said for said, (_, blocked) in sides.items() if blocked} == {said for said, _ in LINKS}


def test_wordings_are_counted_where_links_were_made() -> None:
    """Two relate, one blocks; taking one away counts as nothing."""
    events = events_of(
        said(1, 1, new="This issue relates to AB-2"), said(2, 1, new="This work item relates to AB-1"),
        said(1, 2, new="This issue is blocked by AB-3"), said(1, 3, old="This issue is blocked by AB-3"),
    )  # fmt: skip
    assert link_wordings(events, links=LINKS).to_numpy().tolist() == [
        ["relates to", 2, False],
        ["is blocked by", 1, True],
    ]
