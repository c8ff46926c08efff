"""Who and what a work folder is to forget: remembered as digests, and carried out on its files."""

import json
import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING

from vsm.errors import ArchiveError
from vsm.sources.work_folder import WorkFolder, secret_key

if TYPE_CHECKING:
    from vsm.people.forgetting import Refusals


def read_refusals(folder: WorkFolder) -> "Refusals | None":
    """Give who and what is not to come back; None where nobody was forgotten.

    Raises
    ------
    ArchiveError
        The file is damaged: pulling without it would bring people back.
    """
    if not folder.forgotten.exists():
        return None
    from vsm.people.forgetting import Forgotten, Refusals  # noqa: PLC0415 - brings pandas, which few pulls need
    from vsm.people.spellings import Spelling  # noqa: PLC0415 - see above

    try:
        known = json.loads(folder.forgotten.read_text(encoding="utf-8"))
        people = tuple(
            Forgotten(
                one["instead"],
                tuple(Spelling(tuple(words), *rest) for words, *rest in one["spellings"]),
                frozenset(one["addresses"]),
            )
            for one in known["people"]
        )
        return Refusals(secret_key(folder.key), people, frozenset(known["documents"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError(
            f"{folder.forgotten} cannot be read, and without it a pull would bring back who was forgotten; "
            "put a copy back, or run vsm forget again for everybody and delete it"
        ) from error


def text_of(refusals: "Refusals") -> str:
    """Give refusals as the text of their file."""
    people = [asdict(one) | {"addresses": sorted(one.addresses)} for one in refusals.people]
    return json.dumps({"people": people, "documents": sorted(refusals.documents)}) + "\n"


def new_word() -> str:
    """Give a random word to stand for somebody who is forgotten."""
    return f"forgotten-{secrets.token_hex(4)}"
