"""What is a release, of which component, and what is production, by names alone."""

import pytest

from vsm.config import Component, parse_workflow
from vsm.config.repositories import Repository, abbreviations, means_production
from vsm.errors import ConfigError


@pytest.mark.parametrize(
    "tag",
    [
        "latest", "stable", "nightly", "edge", "prod", "Production", "live", "staging", "current",
        "api/latest", "web-stable", "deployed/prod", "latest-8", "v1-latest", "2.x", "v1.x",
        "aktuell", "produktiv", "produção", "최신-latest", "生产环境",
    ],
)  # fmt: skip
def test_tags_that_move_are_no_releases(tag: str) -> None:
    """They name another commit tomorrow, in whatever language."""
    assert not Repository(name="shop").ships(tag)


@pytest.mark.parametrize(
    "tag",
    ["v1", "1.0.0", "shop-4.0.0", "release/2026-01-05", "prod-2026-01-05", "live_42", "emma", "v2.1-stable1"],
)
def test_tags_with_a_number_or_a_name_of_their_own_are_releases(tag: str) -> None:
    """Where environments are tagged with a date or a number, each such tag stays where it is."""
    assert Repository(name="shop").ships(tag)


@pytest.mark.parametrize(
    ("tags", "moving"),
    [
        ({"v1": 9, "v1.0.0": 1, "v1.4.2": 9}, {"v1"}),
        ({"v1": 3, "v1.4": 3, "v1.4.2": 3, "v1.3.0": 2}, {"v1", "v1.4"}),
        ({"api-v2": 5, "api-v2.0.0": 5, "web-v2": 4, "web-v2.1.0": 6}, {"api-v2"}),
        ({"1.0": 1, "1.0.1": 2, "1.1": 3, "1.1.1": 4}, set()),
        ({"v1": 1, "v2": 2, "v3": 3}, set()),
        ({"41": 1, "42": 2, "2026.05": 3, "2026.05.1": 4}, set()),
    ],
)
def test_a_tag_that_stands_for_the_newest_version_moves(tags: dict[str, int], moving: set[str]) -> None:
    """A release of two or one numbers comes before those that go on from it."""
    assert abbreviations(tags) == moving


@pytest.mark.parametrize(
    "name",
    [
        "Production", "prod", "PROD-EU", "live", "prd", "eu-west-1/production", "prod2", "shopLive",
        "Produktion", "Produktivumgebung", "producción", "produção", "produzione", "produkcja", "tuotanto",
        "продакшн", "本番", "生产环境", "운영", "Canlı",
    ],
)  # fmt: skip
def test_production_is_recognised_in_other_spellings_and_languages(name: str) -> None:
    """Case, regions, numbers and languages differ; the customers are the same."""
    assert means_production(name)


@pytest.mark.parametrize(
    "name",
    [
        "staging",
        "preprod",
        "pre-prod",
        "prod-like",
        "non-production",
        "Prod Test",
        "product-api",
        "alive",
        "QA",
    ],
)
def test_what_only_resembles_production_is_none(name: str) -> None:
    """Rehearsals, copies, and words that merely begin so."""
    assert not means_production(name)


TOML = """
[[repository]]
name = "mono"
components = [
  {name = "api", paths = ["services/api", "*.proto"], tags = ["api-*", "server/*"]},
  {name = "web", paths = "/web/*"},
]
"""
LONG = """
[[repository]]
name = "mono"
[[repository.components]]
name = "api"
paths = ["services/api", "*.proto"]
tags = ["api-*", "server/*"]
[[repository.components]]
name = "web"
paths = ["/web/*"]
"""


@pytest.mark.parametrize("text", [TOML, LONG])
def test_components_have_paths_and_tags(text: str) -> None:
    """Written in a line or as a table: of three kinds of tag each is of the right one, or of none."""
    repository = parse_workflow(text).repository("mono")
    tags = ("api-1.0", "server/2", "web-v1.0", "@shop/web@2.1", "v7", "webber-1")
    assert [repository.component_of(tag) for tag in tags] == ["api", "api", "web", "web", None, None]
    files = ("services/api/x/y.py", "lib/z.proto", "web/index.html", "services/apis/x.py", "README.md")
    held = [[one.name for one in repository.components if one.holds(file)] for file in files]
    assert held == [["api"], ["api"], ["web"], [], []]


@pytest.mark.parametrize(
    ("component", "sentence"),
    [
        ('{name = "api", paths = ["a"], tags = ["^api-"]}', r"'\^api-' in tags of a component is no pattern"),
        ('{name = "api", paths = []}', "should have at least 1 item"),
        ('{name = "a; b", paths = ["a"]}', "component 'a; b' has a '; ' in its name"),
        ('{name = "api", paths = ["a"]}, {name = "api", paths = ["b"]}', "component 'api' of .* 'mono' is named 2"),
        ('{name = "api", path = ["a"]}', "unknown key 'path' in"),
    ],
)  # fmt: skip
def test_faults_of_components_are_named(component: str, sentence: str) -> None:
    """Each says what is wrong."""
    with pytest.raises(ConfigError, match=sentence):
        parse_workflow(f'[[repository]]\nname = "mono"\ncomponents = [{component}]')


def test_one_environment_or_several_are_production() -> None:
    """A single word, or a list."""
    assert parse_workflow('[delivery]\nenvironment = "live"').delivery.environment == ("live",)
    several = parse_workflow('[delivery]\nenvironment = ["Production", "PROD-EU"]').delivery
    assert several.environment == ("Production", "PROD-EU")
    assert parse_workflow("").delivery.environment == ("production",)


def test_a_component_without_tags_goes_by_its_name() -> None:
    """Where the name stands apart, in any case."""
    assert Component(name="API", paths=("api",)).releases_by("release/api/1.0")
