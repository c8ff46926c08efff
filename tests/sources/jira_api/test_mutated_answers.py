"""Whatever an answer becomes on its way, a pull ends: with a log, or with one clear sentence."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.jira_server import Site, Traps, serve
from tests.json_mutants import mutants
from tests.share import share
from tests.sources.jira_api.lab import MODES, Mode, pull
from vsm.archive_log import parts_from_archive
from vsm.errors import VsmError
from vsm.sources.archive import open_archive


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_a_mutated_answer_ends_in_a_log_or_a_sentence(mode: Mode) -> None:
    """One answer of a pull, whichever, with up to three places dropped, null, of another type or swapped."""

    answers = list[Any]()

    def record(path: str, body: Any) -> Any:
        answers.append(body)
        return body

    def pulled(change: Callable[[str, Any], Any]) -> None:
        site = Site.seeded(3, 2, mode=mode, seed=5)
        with (
            serve(site, Traps(change=change)) as run,
            tempfile.TemporaryDirectory() as folder,
            open_archive(Path(folder, "a.sqlite")) as archive,
        ):
            with suppress(VsmError):
                pull(run, archive, mode, page_size=2)
            assert parts_from_archive(archive).log().tickets["ticket"].is_unique

    pulled(record)

    @settings(max_examples=share(10, of=2500))
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        nth = data.draw(st.integers(0, len(answers) - 1))
        mutant, asked = data.draw(mutants(answers[nth])), list[str]()

        def change(path: str, body: Any) -> Any:
            asked.append(path)
            return mutant if len(asked) == nth + 1 else body

        pulled(change)

    check()
