"""Which cause does ``vsm`` rank first where another one was planted? For ``make bench``; ``tests/planted`` tells how.

Of every cause thirteen strong streams and six each that are middle and faint, in five zones. Then the strong ones
once more where people are careless: of a third of the tickets nobody writes down that they are blocked, nor
whose turn it is until they are taken.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.planted.books import first, scores
from tests.planted.plant import CAUSES, plant
from tests.planted.tracker import judged, stream_of

SEEDS: Final = {"strong": 13, "middle": 6, "faint": 6}
CARELESS: Final = 1 / 3
Case = tuple[str, str, int, float]

WHY: Final = {
    (
        "batched",
        "unexplained",
    ): "A batch is taken by one receiver; where nobody wrote down whose turn it was, the team "
    "counts as receiver, too few of the person's batch are left, and what no cause explains is unexplained.",
}
"""What is known of one cause that is taken for another."""


def ranked_first(case: Case) -> tuple[str, float]:
    """Name the cause that ranks first, and the true share of the planted one."""
    cause, strength, seed, careless = case
    planted = plant(cause, strength, seed=seed)
    costs = scores(judged(stream_of(planted.company, careless=careless)))
    return first(costs), planted.share


def cases() -> Iterator[Case]:
    """List every stream that is judged."""
    for cause in CAUSES:
        for strength, seeds in SEEDS.items():
            yield from ((cause, strength, seed, 0.0) for seed in range(seeds))
        yield from ((cause, "strong", seed, CARELESS) for seed in range(SEEDS["strong"]))


def table_of(title: str, found: Mapping[str, Counter[str]], shares: Mapping[str, list[float]]) -> Table:
    """Lay out planted against ranked first; the share is the planted cause's part of the true cost of waiting."""
    table = Table("planted", "true share", *CAUSES, title=title)
    for cause in CAUSES:
        low, high = min(shares[cause]), max(shares[cause])
        cells = [str(found[cause][other] or "·") for other in CAUSES]
        table.add_row(cause, f"{low:.0%} – {high:.0%}", *cells)
    return table


def why(title: str, found: Mapping[str, Counter[str]]) -> str:
    """Say in one sentence what was found where it was planted, and what stands for what else."""
    right = sum(found[cause][cause] for cause in CAUSES)
    of = sum(each.total() for each in found.values())
    reasons = [WHY[pair] for pair in WHY if found[pair[0]][pair[1]]]
    wrong = [
        f"{cause} as {other} ({times})"
        for cause in CAUSES
        for other, times in found[cause].most_common()
        if other != cause and times
    ]
    told = f"{title}: {right} of {of} ranked first."
    return " ".join([told, f"Taken for another: {', '.join(wrong)}." if wrong else "", *reasons]).strip()


def main() -> None:
    """Judge all streams and print one table for each strength, and one for careless people."""
    console = Console(width=130)
    every = list(cases())
    with ProcessPoolExecutor() as pool:
        answers = list(pool.map(ranked_first, every, chunksize=4))
    titles = {(name, 0.0): name for name in SEEDS} | {("strong", CARELESS): "strong, careless tracker"}
    for kind, title in titles.items():
        found: dict[str, Counter[str]] = {cause: Counter() for cause in CAUSES}
        shares: dict[str, list[float]] = {cause: [] for cause in CAUSES}
        for (cause, strength, _, careless), (other, share) in zip(every, answers, strict=True):
            if (strength, careless) == kind:
                found[cause][other] += 1
                shares[cause].append(share)
        console.print(table_of(title, found, shares))
        console.print(why(title, found))


if __name__ == "__main__":
    main()
