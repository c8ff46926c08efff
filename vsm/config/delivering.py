"""What counts as landed, as released, as deployed and as failed?"""

import re
from typing import Final

from pydantic import field_validator

from vsm.config.stages import Section, Word

PREVIEWS: Final = (
    r"(?i)(?<![a-z])(?:alpha|beta|rc|cr|snapshot|preview|pre|dev|nightly|canary|ea|m(?:ilestone)?[.-]?\d)"
    r"(?![a-z])|\d(?:a|b|rc)\d+$"
)
"""Tags that look like this are no releases to customers, unless vsm.toml says otherwise."""


class Repository(Section):
    """Which repository of the stream is this, and what counts as landed and as released in it?

    ``main`` is the branch that work lands on (as ``main`` or ``origin/main``); without it the repository's
    own. A tag is a release if the regular expression ``releases`` is found in its name and ``previews`` is
    not.
    """

    name: Word
    main: Word | None = None
    releases: Word = "."
    previews: str = PREVIEWS

    @field_validator("releases", "previews")
    @classmethod
    def _is_a_pattern(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"'{text}' of a [[repository]] is no regular expression: {error}") from error
        return text

    def ships(self, tag: str) -> bool:
        """Is this tag a release to customers?

        Examples
        --------
        >>> [tag for tag in ("v1.0", "v1.1-rc2", "2.0b1", "emma-1") if Repository(name="shop").ships(tag)]
        ['v1.0', 'emma-1']
        """
        preview = self.previews and re.search(self.previews, tag)
        return bool(re.search(self.releases, tag)) and not preview


class Delivery(Section):
    """What counts as production, and what as a failure there?

    ``environment`` is production's name among deployments. Tickets of ``incident_types``, or with one of
    ``incident_labels``, tell that the deployment before them failed; with ``reverts``, so does a commit that
    takes another back.
    """

    environment: Word = "production"
    incident_types: tuple[Word, ...] = ()
    incident_labels: tuple[Word, ...] = ()
    reverts: bool = True
