"""Free text that people wrote, without addresses and names."""

from time import process_time

import pytest

from vsm.people import FreeText
from vsm.people.contacts import without_addresses

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
        ("Melissas and annlee2 are others", "Melissas and annlee2 are others"),
        ("melissa and ANNLEE", "P-2 and P-1"),
        ("bob the builder", "bob the builder"),
        ("Storage: a developer sees 10234 twice", "Storage: a developer sees 10234 twice"),
        ("Mac OS; carla.m said so", "Mac OS; P-A said so"),
        ("", ""),
    ],
)
def test_known_names_give_way_and_words_stay(text: str, read: str) -> None:
    """Two words or five letters; whole words in any case; no role, no word of the project, no number."""
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
    start = process_time()
    read = [free.of(title) for title in titles]
    assert process_time() - start < 3
    assert sum(title.startswith("P-") for title in read) == 13_400


@pytest.mark.parametrize(
    "spelling",
    [
        "王小明", "王 小明", "小明 王", "JOSÉ MARÍA o'neill", "Jose\u0301 Mari\u0301a O’Neill", "O‘Neill, José", "José  María\u00a0ONeill",
        "J. O'Neill", "J. M. O'Neill", "JM O'Neill", "José O.", "o'neill", "jose.oneill", "jose-oneill", "jose_oneill", "joneill", "oneillj",
        "J\u00fcrgen M\u00fcller", "Juergen Mueller", "J. MUELLER", "Mu\u0308ller", "Jürgen Müller-Lüdenscheidt",
        "Иванов Иван", "Иван Иванов", "И. И. Иванов", "Иванов И. И.", "иванова"[:-1], "김민준", "김 민준", "山田", "山田　太郎",
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(spelling: str) -> None:
    """In any script, form, order and case; nothing of it is left."""
    known = (
        "王小明", "José María O'Neill", "Jürgen Müller", "Lüdenscheidt, Jürgen Müller-", "Иванов Иван Иванович", "김민준", "山田 太郎"
    )  # fmt: skip
    read = FreeText(dict.fromkeys(known, "P-1")).of(f"({spelling}) said so")
    assert read in ("(P-1) said so", "(P-1-P-1) said so")


def test_what_several_people_share_names_none_of_them() -> None:
    """A shared surname or initial becomes a word for anybody; a full name still is one person's."""
    free = FreeText({"John Smith": "P-1", "Jane Smith": "P-2", "Dana John": "P-3"})
    assert free.of("J. Smith; Smith; Jane Smith and John") == "[name]; [name]; P-2 and [name]"


def test_surnames_that_are_words_stay_alone_and_go_with_the_name() -> None:
    """The stated limit: a word of everyday language alone names nobody."""
    free = FreeText({"Mark Price": "P-1", "Ann Baker": "P-2"})
    assert free.of("The price; Mark Price, M. Price and ann baker: mark price as paid") == (
        "The price; P-1, P-1 and P-2: mark price as paid"
    )


@pytest.mark.parametrize(
    "number",
    ["+49 30 1234567", "+49 (0)30 12 34 56-7", "0049 30 1234567", "(030) 1234567", "030/1234567", "020 7946 0958", "555-123-4567",
     "(555) 123-4567", "06 12 34 56 78", "090-1234-5678", "138 1234 5678", "+1-555-123-4567 x12"],
)  # fmt: skip
def test_telephone_numbers_give_way(number: str) -> None:
    """As they are written in many countries."""
    assert FreeText({}).of(f"Ring {number}, please") == "Ring [phone], please"
    assert FreeText({}).of("Tel. 5551234567 or 电话13812345678") == "Tel. [phone] or 电话[phone]"


@pytest.mark.parametrize(
    "text",
    ["2026-01-05T09:00:00", "05.01.2026", "01-02-2026", "10.20.30.40", "1.22.333-4444", "order 4711", "id 10234567890", "AB-12345 4567",
     "100-200-300", "0.12.345", "09:00-17:30", "550e8400-e29b-41d4-a716-446655440000", "look at example.org", "1 000 000 rows"],
)  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    """Dates, versions, addresses of machines, keys, amounts and ids."""
    assert FreeText({}).of(text) == text


@pytest.mark.parametrize(
    "address",
    [
        "ann.lee(at)example.org",
        "ann.lee [at] example [dot] org",
        "ann at example dot org",
        "ann＠example.org",
        "ANN (AT) EXAMPLE.ORG",
    ],
)
def test_addresses_are_found_however_they_are_disguised(address: str) -> None:
    """With words or full-width signs in place of the @ and the dot."""
    assert without_addresses(f"write {address} soon") == "write [address] soon"


@pytest.mark.slow
def test_a_hostile_text_takes_no_more_than_its_length() -> None:
    """Long runs of what might begin a name, an address or a number."""
    free = FreeText({"Ann " * 7 + "Lee": "P-1", "Ann Lee": "P-2"})
    start = process_time()
    for text in (
        "Ann " * 50_000,
        "a.b" * 50_000,
        "030 " * 50_000,
        "a (at) " * 20_000,
        " " * 100_000 + "dot x",
        "x dot " * 20_000,
        "@" * 50_000,
        "((" * 50_000 + " at",
    ):
        free.of(text)
    assert process_time() - start < 8
