"""Whatever an answer becomes on its way, a pull ends: with a log, or with one clear sentence."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gitlab_server import Site, Traps, serve
from tests.json_mutants import mutants
from tests.share import share
from tests.sources.gitlab_api.lab import pull
from vsm.errors import VsmError
from vsm.eventlog.from_gitlab import log_from_gitlab
from vsm.sources.archive import open_archive


@pytest.mark.slow
def test_a_mutated_answer_ends_in_a_log_or_a_sentence() -> None:
    """One answer of a pull, whichever, with up to three places dropped, null, of another type or swapped."""
    answers = list[Any]()

    def record(path: str, body: Any) -> Any:
        answers.append(body)
        return body

    def pulled(change: Callable[[str, Any], Any]) -> None:
        with (
            serve(Site.seeded(2, 2, seed=5), Traps(change=change)) as run,
            tempfile.TemporaryDirectory() as folder,
            open_archive(Path(folder, "a.sqlite")) as archive,
        ):
            with suppress(VsmError):
                pull(run, archive)
            log = log_from_gitlab(archive.documents("gitlab:shop/web"), source="gitlab:shop/web")
            assert log.tickets["ticket"].is_unique
            assert log.pulls["pull"].is_unique

    pulled(record)

    @settings(max_examples=share(12, of=1500))
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        nth = data.draw(st.integers(0, len(answers) - 1))
        mutant, asked = data.draw(mutants(answers[nth])), list[str]()

        def change(path: str, body: Any) -> Any:
            asked.append(path)
            return mutant if len(asked) == nth + 1 else body

        pulled(change)

    check()
