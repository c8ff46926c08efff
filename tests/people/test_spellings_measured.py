"""How many spellings of names are found, and how many ordinary titles are left alone: measured."""

import random
import unicodedata
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from faker import Faker

from tests.real_streams import real_log
from vsm.people import FreeText
from vsm.people.spellings import ORDINARY, folded

pytestmark = pytest.mark.slow

LOCALES = (
    "en_US", "de_DE", "fr_FR", "es_ES", "pl_PL", "sv_SE", "tr_TR", "ru_RU", "el_GR", "ja_JP", "zh_CN", "ko_KR"
)  # fmt: skip
EAST = {"ja_JP", "zh_CN", "ko_KR"}
EACH = 25
FRAMES = ("{} asks for the invoice", "Call {}!", "invoice of order 17 ({})", "as said by {}: it is slow")


def people_of(locale: str) -> list[tuple[str, str, str]]:
    """Given name, middle name and surname of people that are invented here."""
    faker = Faker(locale)
    faker.seed_instance(13)
    people: dict[tuple[str, str], tuple[str, str, str]] = {}
    while len(people) < EACH:
        given, middle, surname = faker.first_name(), faker.first_name(), faker.last_name()
        if locale in EAST:
            middle = ""
        people[given, surname] = (given, middle, surname)
    return list(people.values())


def known_as(locale: str, given: str, middle: str, surname: str) -> str:
    """The name as the tracker has it."""
    if locale in EAST:
        return f"{surname} {given}" if locale == "ja_JP" else f"{surname}{given}"
    return f"{given} {middle} {surname}"


def variants(locale: str, given: str, middle: str, surname: str) -> Iterator[tuple[str, str]]:
    """The rule: each way of writing that hardening.md lists, each once for each name that has it."""
    name = known_as(locale, given, middle, surname)
    yield "as known", name
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        yield form, unicodedata.normalize(form, name)
    if locale in EAST:
        yield "blank between", f"{surname} {given}"
        yield "no blank", f"{surname}{given}"
        yield "wide blank", f"{surname}\u3000{given}"
        yield "within a sentence", f"请联系{surname}{given}处理"
        return
    yield from (("case", change(name)) for change in (str.lower, str.upper, str.casefold))
    yield from (
        (repr(blank), name.replace(" ", blank)) for blank in ("  ", "\u00a0", "\u2009", "\u202f", "\t")
    )
    yield "surname first", f"{surname}, {given} {middle}"
    yield "surname first, no middle name", f"{surname}, {given}"
    yield "no middle name", f"{given} {surname}"
    yield "no middle name, surname first", f"{surname} {given}"
    for initial in (
        f"{given[0]}. {surname}",
        f"{given[0]} {surname}",
        f"{surname} {given[0]}.",
        f"{given} {surname[0]}.",
    ):
        yield "initial", initial
    yield "middle initial", f"{given} {middle[0]}. {surname}"
    yield "(QA)", f"{name} (QA)"
    yield "apostrophe", name.replace("'", "’").replace("-", "‐")
    login = [part.lower().replace(" ", "").replace("'", "") for part in (given, surname)]
    yield from (("login", mark.join(login)) for mark in ".-_")
    if len(login[1]) >= 4:
        yield "flast", login[0][0] + login[1]
    if (
        len(surname) > 2
        and folded(surname) not in ORDINARY
        and folded(surname.rsplit("-", maxsplit=1)[-1]) not in ORDINARY
    ):
        yield "surname alone", surname
    if name.isascii():
        yield "mail", f"{'.'.join(login)}@example.org"
        yield "mail (at)", f"{'.'.join(login)} (at) example.org"
        yield "mail at", f"{'.'.join(login)} at example dot org"


def test_of_three_hundred_names_in_twelve_languages_98_percent_of_spellings_are_found(
    record_property: Callable[[str, object], None],
) -> None:
    """Found is a spelling of which nothing but what stood around it is left."""
    people = [(locale, *person) for locale in LOCALES for person in people_of(locale)]
    free = FreeText({known_as(*person): f"P-{number:06}" for number, person in enumerate(people)})
    missed, tried = list[tuple[str, str, str]](), 0
    for number, person in enumerate(people):
        for what, spelling in variants(*person):
            frame = FRAMES[number % len(FRAMES)]
            read = free.of(frame.format(spelling))
            left = [word for word in person[1:] if len(word) > 2 and folded(word) in folded(read)]
            tried += 1
            if left or read == frame.format(spelling):
                missed.append((what, spelling, read))
    recall = 1 - len(missed) / tried
    record_property("recall", f"{recall:.4f} of {tried} spellings of {len(people)} names")
    assert len(people) >= 200
    assert recall >= 0.98, missed[:40]


THINGS = (
    "login page", "price list", "order summary", "search filter", "cache", "build server", "release branch", "invoice export",
    "customer import", "shipping address", "payment gateway", "mobile menu", "night job", "test data", "user profile",
    "black theme", "long query", "field mapping", "green button", "stock level", "page footer", "key rotation", "case study",
    "API token", "west region report", "banner image", "upload of large files", "cookie banner", "unit tests", "table header",
)  # fmt: skip
DEEDS = (
    "Fix {}", "{} is slow on Mondays", "Cannot open {} in May", "Add {} to the start page", "Mark {} as done", "{}: 500 after update 4.2.1",
    "Will {} work offline?", "Remove old {}", "Rename {} before 2026-03-01", "{} of order 100-200-300 lost", "Upgrade {} to 10.0.12-b3",
    "As a user I want {}", "Revert \"{}\"", "{} broken since 12.04.2026, see AB-1203", "Test {} on 192.168.100.200", "Der {} ist zu langsam",
    "Le {} est vide", "{} no funciona", "Document {}", "Move {} to the cloud",
)  # fmt: skip


def ordinary_titles() -> list[str]:
    """Six hundred titles that name nobody."""
    return [deed.format(thing) for thing, deed in product(THINGS, DEEDS)]


def all_names() -> dict[str, str]:
    people = [(locale, *person) for locale in LOCALES for person in people_of(locale)]
    return {known_as(*person): f"P-{number:06}" for number, person in enumerate(people)}


def test_of_six_hundred_ordinary_titles_at_most_one_percent_is_masked(
    record_property: Callable[[str, object], None],
) -> None:
    """With the same three hundred names known; each title stays as it is."""
    free, titles = FreeText(all_names()), ordinary_titles()
    changed = [(title, free.of(title)) for title in titles if free.of(title) != title]
    record_property("false masks", f"{len(changed)} of {len(titles)}")
    assert len(titles) >= 500
    assert len(changed) <= 0.01 * len(titles), changed[:20]


@pytest.mark.parametrize("tracker", ["duracloud", "islandora"])
def test_of_real_titles_at_most_one_percent_is_masked(
    tracker: str, real_data: Path, record_property: Callable[[str, object], None]
) -> None:
    """People who never worked there are known; names of strangers who bear a known surname count as false too."""
    free = FreeText(all_names())
    titles = sorted(set(real_log(real_data, tracker).tickets["summary"]))
    changed = [(title, free.of(title)) for title in titles if free.of(title) != title]
    record_property("false masks", f"{len(changed)} of {len(titles)}")
    assert len(changed) <= 0.01 * len(titles), random.Random(1).sample(changed, min(20, len(changed)))
