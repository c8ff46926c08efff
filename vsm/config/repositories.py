"""Sections of vsm.toml on repositories: the main line, which tags are releases, and components of one."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from vsm.config.toml import Section, Word, duplicates

PREVIEWS: Final = (
    r"(?i)(?<![a-z])(?:alpha|beta|rc|cr|snapshot|preview|pre|dev|nightly|canary|ea|m(?:ilestone)?[.-]?\d)"
    r"(?![a-z])|\d(?:a|b|rc)\d+$"
)
"""Tags that look like this are no releases to customers, unless vsm.toml says otherwise."""
MOVING, PRODUCTION, OTHERS = (
    frozenset(words.split())
    for words in (
        "stable edge current next newest rolling continuous daily weekly monthly lts head tip last staging "
        "stage test testing qa uat int integration demo sandbox deployed development develop main "
        "master trunk aktuell neueste stabil estable actual dernier stabile 最新 稳定",
        "production productive prod prd live produktion produktiv produktivumgebung produktionsumgebung "
        "produktivsystem produktionssystem echtbetrieb wirkbetrieb producción produccion produção producao "
        "produzione productie produkcja produkce produksjon produktionsmiljö tuotanto üretim canlı éles "
        "ostrá продакшен продакшн прод боевой боевая 本番 本番環境 生产 生产环境 正式环境 운영 프로덕션",
        "pre non no not test tests testing qa uat stage staging dev sandbox demo preview like clone copy "
        "mirror shadow vor kein keine nicht",
    )
)  # fmt: skip
"""Words of tags that move from commit to commit; what environments of customers are called, in several
languages; and words beside which that means something else, as in ``prod-like`` and ``pre-prod``.
"""
ALWAYS_MOVING: Final = frozenset({"latest", "x"})
"""Words that say so even beside a number, as in ``v1-latest`` and ``2.x``."""
_VERSION: Final = re.compile(r"(?P<before>.*?)v?(?P<version>\d+(?:\.\d+)*)", re.IGNORECASE)
_CAPITALS: Final = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])")
_REGULAR: Final = frozenset("^$\\()|+")


def words_of(name: str) -> list[str]:
    """Give the words of a name in small letters, without digits.

    Examples
    --------
    >>> words_of("PROD-EU_2"), words_of("shopLive"), words_of("v1.2")
    (['prod', 'eu'], ['shop', 'live'], ['v'])
    """
    return re.findall(r"[^\W\d_]+", _CAPITALS.sub(" ", name).casefold())


def means_production(environment: str) -> bool:
    """Whether an environment of this name seems to be the customers'.

    Examples
    --------
    >>> [name for name in ("Production", "PROD-EU", "live", "preprod", "prod-like") if means_production(name)]
    ['Production', 'PROD-EU', 'live']
    """
    words = set(words_of(environment))
    return not PRODUCTION.isdisjoint(words) and OTHERS.isdisjoint(words)


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Words = Annotated[tuple[Word, ...], BeforeValidator(_listed)]
"""Several words, or a single one."""


class Component(Section):
    """One of several products of a repository, each released by itself.

    ``paths`` are folders, or patterns of files (``*`` stands for anything, slashes too), whose changes belong
    to it. ``tags`` are patterns of its releases' tags; without any, the tags in which its name stands apart.
    """

    name: Word
    paths: Annotated[Words, Field(min_length=1)]
    tags: Words = ()

    @field_validator("tags")
    @classmethod
    def _has_plain_patterns(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if regular := [tag for tag in tags if not _REGULAR.isdisjoint(tag)]:
            raise ValueError(
                f"'{regular[0]}' in tags of a component is no pattern with * and ?; write one such as 'api-*'"
            )
        return tags

    def holds(self, path: str) -> bool:
        """Whether a file belongs to it.

        Examples
        --------
        >>> api = Component(name="api", paths=("services/api", "*.proto"))
        >>> [path for path in ("services/api/a.py", "lib/x.proto", "services/apis/b.py") if api.holds(path)]
        ['services/api/a.py', 'lib/x.proto']
        """
        folders = (pattern.removeprefix("./").strip("/") for pattern in self.paths)
        return any(path.startswith(f"{each}/") or fnmatchcase(path, each) for each in folders)

    def releases_by(self, tag: str) -> bool:
        """Whether a tag of this name is a release of it.

        Examples
        --------
        >>> api = Component(name="api", paths=("api",))
        >>> [tag for tag in ("api-v1.0", "@shop/api@2.0", "rapid-1", "web-3.0") if api.releases_by(tag)]
        ['api-v1.0', '@shop/api@2.0']
        """
        if self.tags:
            return any(fnmatchcase(tag, pattern) for pattern in self.tags)
        return bool(re.search(rf"(?i)(?<![^\W_]){re.escape(self.name)}(?![^\W_])", tag))


class Repository(Section):
    """A ``[[repository]]``: its main branch, which tags are releases, and of which component.

    ``main`` is the branch that work is merged to (``main`` or ``origin/main``); without it the repository's
    own. A tag is a release if the regular expression ``releases`` is found in its name and ``previews`` is
    not, and if it stays where it is: ``latest``, ``prod`` and the like move from commit to commit.
    """

    name: Word
    main: Word | None = None
    releases: Word = "."
    previews: str = PREVIEWS
    components: tuple[Component, ...] = ()

    @field_validator("releases", "previews")
    @classmethod
    def _is_a_pattern(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"'{text}' of a [[repository]] is no regular expression: {error}") from error
        return text

    @model_validator(mode="after")
    def _names_each_component_once(self) -> Self:
        names = [component.name for component in self.components]
        faults = duplicates(names, f"component '{{}}' of [[repository]] '{self.name}' is named {{}} times")
        faults += [f"component '{name}' has a '; ' in its name" for name in names if "; " in name]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def ships(self, tag: str) -> bool:
        """Whether this tag is, by its name alone, a release to customers.

        Examples
        --------
        >>> tags = ("v1.0", "v1.1-rc2", "2.0b1", "emma-1", "latest", "prod", "api/stable", "prod-2026-01-05")
        >>> [tag for tag in tags if Repository(name="shop").ships(tag)]
        ['v1.0', 'emma-1', 'prod-2026-01-05']
        """
        words = set(words_of(tag))
        moves = not re.search(r"\d", tag) and not words.isdisjoint(MOVING | PRODUCTION)
        preview = self.previews and re.search(self.previews, tag)
        return (
            bool(re.search(self.releases, tag))
            and not preview
            and not moves
            and words.isdisjoint(ALWAYS_MOVING)
        )

    def component_of(self, tag: str) -> str | None:
        """Give the component that a tag releases, the first that matches; None for the whole repository."""
        return next((each.name for each in self.components if each.releases_by(tag)), None)


def abbreviations(tags: Mapping[str, Any]) -> set[str]:
    """Give the tags that stand for the newest of several versions, as ``v1`` for ``v1.4.2``: they move.

    Such a tag is an abbreviation where its own first version has a tag beside it (``v1.0.0`` beside ``v1``),
    or a later version is not later than itself: a release called ``1.0`` comes before ``1.0.1``.

    Parameters
    ----------
    tags
        The tags of a repository with the instant of the commit that each names.

    Examples
    --------
    >>> sorted(abbreviations({"v1": 9, "v1.3.0": 5, "v1.4.2": 9, "v2": 7, "v2.0.0": 7, "3.0": 1, "3.0.1": 2}))
    ['v1', 'v2']
    """
    parts = {tag: match for tag in tags if (match := _VERSION.fullmatch(tag))}
    versions: dict[tuple[str, str], list[tuple[str, Any]]] = {}
    for tag, match in parts.items():
        numbers = match["version"].split(".")
        for length in range(1, len(numbers)):
            start = match["before"], ".".join(numbers[:length])
            versions.setdefault(start, []).append((".".join(numbers[length:]), tags[tag]))
    return {
        tag
        for tag, match in parts.items()
        for rest, at in versions.get((match["before"], match["version"]), ())
        if at <= tags[tag] or not rest.strip("0.")
    }
