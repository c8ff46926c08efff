"""Random histories as fast-import streams: octopus merges, criss-cross, several roots, skewed clocks."""

from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from vsm.sources.git_process import create_repository

BEGIN = 1_700_000_000


@dataclass(frozen=True)
class Graph:
    """Parents of each commit by number, instants in minutes, tags as (commit, minute or None), main's tip."""

    parents: tuple[tuple[int, ...], ...]
    minutes: tuple[int, ...]
    tags: tuple[tuple[int, int | None], ...]
    main: int

    def made(self, path: Path) -> Path:
        """Write it as a bare repository; commit n's subject is ``n``, tag n is called ``vn``."""
        parts = [self._commit(number) for number in range(len(self.parents))]
        parts += [self._tag(number) for number in range(len(self.tags))]
        parts.append(f"reset refs/heads/main\nfrom :{self.main + 1}\n\n")
        create_repository(path, fast_import="".join(parts).encode())
        return path

    def _commit(self, number: int) -> str:
        who = f"dev-1 <dev-1@example.org> {BEGIN + 60 * self.minutes[number]} +0000"
        text = f"commit refs/heads/b{number}\nmark :{number + 1}\nauthor {who}\ncommitter {who}\n"
        text += f"data {len(str(number))}\n{number}\n"
        for position, parent in enumerate(self.parents[number]):
            text += f"{'merge' if position else 'from'} :{parent + 1}\n"
        return text + "\n"

    def _tag(self, number: int) -> str:
        commit, minute = self.tags[number]
        if minute is None:
            return f"reset refs/tags/v{number}\nfrom :{commit + 1}\n\n"
        who = f"dev-1 <dev-1@example.org> {BEGIN + 60 * minute} +0000"
        return f"tag v{number}\nfrom :{commit + 1}\ntagger {who}\ndata 0\n\n"


@st.composite
def graphs(draw: st.DrawFn, most: int = 9) -> Graph:
    """Draw a history of up to ``most`` commits with up to five tags."""
    size = draw(st.integers(1, most))
    minutes = st.integers(0, 60)
    parents = []
    for number in range(size):
        some = st.lists(st.integers(0, number - 1), max_size=3, unique=True) if number else st.just([])
        parents.append(tuple(draw(some)))
    tag = st.tuples(st.integers(0, size - 1), st.one_of(st.none(), minutes))
    return Graph(
        tuple(parents),
        tuple(draw(minutes) for _ in range(size)),
        tuple(draw(st.lists(tag, max_size=5))),
        draw(st.integers(0, size - 1)),
    )
