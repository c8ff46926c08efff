"""Free text that people wrote, without addresses and names."""

from time import perf_counter

import pytest

from vsm.people import FreeText
from vsm.people.free_text import without_addresses

NAMES = {
    "Ann Lee": "P-1",
    "annlee": "P-1",
    "Melissa": "P-2",
    "dev-12": "P-3",
    "bob": "P-4",
    "jira:7": "P-5",
    "Storage": "P-6",
    "developer": "P-7",
    "10234": "P-8",
    "Mac~0f3a1b": "P-9",
    "carla.m~0f3a1c": "P-A",
}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            "Mail ann.lee+jira@mail.example.co.uk, or <mailto:bo@example.org>",
            "Mail [address], or <mailto:[address]>",
        ),
        ("see git@host.example.org:shop.git", "see [address]:shop.git"),
        ("reset?user=ann%40example.org&x=1", "reset?user=[address]&x=1"),
        ("@Override and lib@1.2 and me@ home", "@Override and lib@1.2 and me@ home"),
    ],
)
def test_addresses_give_way(text: str, read: str) -> None:
    """Also where they stand in an address of the web; what merely holds an @ stays."""
    assert without_addresses(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Ann Lee's report, for annlee", "P-1's report, for P-1"),
        ("ask (Melissa), [~dev-12]", "ask (P-2), [~P-3]"),
        ("melissa, Melissas and annlee2 are others", "melissa, Melissas and annlee2 are others"),
        ("bob the builder", "bob the builder"),
        ("Storage: a developer sees 10234 twice", "Storage: a developer sees 10234 twice"),
        ("Mac OS; carla.m said so", "Mac OS; P-A said so"),
        ("", ""),
    ],
)
def test_known_names_give_way_and_words_stay(text: str, read: str) -> None:
    """Two words or five letters; whole words as written; no role, no word of the project, no number."""
    assert FreeText(NAMES, ordinary=["STORAGE"]).of(text) == read


def test_a_longer_name_comes_first() -> None:
    """Ann Lee Miller is not Ann Lee."""
    assert FreeText({"Ann Lee": "P-1", "Ann Lee Miller": "P-2"}).of("Ann Lee Miller, Ann Lee") == "P-2, P-1"


@pytest.mark.slow
def test_twenty_thousand_titles_are_read_in_less_than_three_seconds() -> None:
    """However many names there are: two hundred here."""
    free = FreeText({f"Person Number{n} Long": f"P-{n:06}" for n in range(200)})
    titles = [
        f"Person Number{n % 300} Long cannot see the price of order {n} on the start page"
        for n in range(20_000)
    ]
    start = perf_counter()
    read = [free.of(title) for title in titles]
    assert perf_counter() - start < 3
    assert sum(title.startswith("P-") for title in read) == 13_400
