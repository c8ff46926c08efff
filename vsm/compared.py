"""``vsm.compare(a, b)``: two periods, teams or types beside each other."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import pandas as pd

from vsm.findings.present import excluded_tickets, periods_of
from vsm.model.compare import Side, handoffs_beside, measures_beside, stages_beside
from vsm.model.lifecycle import units_of_work

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from pandas.io.formats.style import Styler

    from vsm.stream import ValueStream

_WINDOW: Final = ("since", "until", "where")


def compare(a: "ValueStream", b: "ValueStream | None" = None) -> "Compared":
    """Put two streams beside each other: two periods, teams or types, as ``stream.where`` gives them.

    Parameters
    ----------
    a, b
        The first (or earlier) and the second. Without ``b``: what came before the current period of
        ``a``, for a year at most, and the current period.

    Examples
    --------
    ``vsm.compare(stream.where(type="Bug"), stream.where(type="Story"))``, or
    ``vsm.compare(stream.where(until="2026-01-01"), stream.where(since="2026-01-01"))``.
    """
    return Compared(a, b) if b is not None else Compared(*_periods(a))


def _periods(stream: "ValueStream") -> "tuple[ValueStream, ValueStream]":
    """Give what came before the current period, for a year at most, and the current period."""
    rules, lives = stream.workflow.findings, units_of_work(stream.lifecycles)
    lives = lives[~lives["ticket"].isin(excluded_tickets(stream.tickets, rules=rules))]
    period, before = periods_of(lives, rules=rules, as_of=stream.as_of, known_from=stream.since)
    day = f"{period.begin:%Y-%m-%d}"
    since = "" if before is None else f"{before.begin:%Y-%m-%d}"
    return stream.where(since=since, until=day), stream.where(since=day)


@dataclass(frozen=True)
class Compared:
    """Two streams beside each other.

    Attributes
    ----------
    a, b
        The streams.
    """

    a: "ValueStream"
    b: "ValueStream"

    @property
    def names(self) -> tuple[str, str]:
        """What they are called: what they differ by."""
        first, second = ({w: s.provenance.get(w, "") for w in _WINDOW} for s in (self.a, self.b))
        differ = [word for word in _WINDOW if first[word] != second[word]]
        named = [_name({word: side[word] for word in differ}) for side in (first, second)]
        return (named[0] or "all", named[1] or "all") if differ else ("first", "second")

    @property
    def _teams_known(self) -> bool:
        return all(len(stream.team_network.edges) for stream in (self.a, self.b))

    @cached_property
    def measures(self) -> pd.DataFrame:
        """Lead time, throughput and waiting on both sides, with 95 % intervals and verdicts."""
        sides = (Side(side.lifecycles, side.as_of, side.since) for side in (self.a, self.b))
        return measures_beside(*sides, minimum=self.a.minimum)

    @cached_property
    def stages(self) -> pd.DataFrame:
        """Each stage's share of lead time on both sides."""
        return stages_beside(self.a.stage_shares, self.b.stage_shares)

    @cached_property
    def handoffs(self) -> pd.DataFrame:
        """What passes between each two teams, or stages, on both sides."""
        known = self._teams_known
        return handoffs_beside(*(one.team_network if known else one.network for one in (self.a, self.b)))

    def table(self) -> "Styler":
        """Lead time, throughput and waiting beside each other, as a table for a page."""
        from vsm.figures.compared import compared_table  # noqa: PLC0415 - half a second that numbers need not

        both = len(set(self.a.tickets["ticket"]) & set(self.b.tickets["ticket"]))
        return compared_table(self.measures, names=self.names, both=both)

    def handoffs_table(self, *, most: int = 10) -> "Styler":
        """The handoffs whose share of waiting differs most, as a table for a page."""
        from vsm.figures.compared import compared_handoffs  # noqa: PLC0415 - as above

        known = self._teams_known
        return compared_handoffs(self.handoffs, names=self.names, teams_known=known, most=most)

    def plot(self) -> "go.Figure":
        """Slope chart: each stage's share of lead time on both sides; bold where they differ for sure."""
        from vsm.figures.compared import compared_stages  # noqa: PLC0415 - as above

        return compared_stages(self.stages, self.measures, names=self.names)

    def __repr__(self) -> str:
        """Say what is compared, and each verdict."""
        said = "; ".join(f"{row.measure}: {row.verdict}" for row in self.measures.itertuples())
        return f"Compared({' with '.join(self.names)}: {said})"

    def _repr_html_(self) -> str:
        """Show the table."""
        html: str = self.table().to_html()
        return html


def _name(said: dict[str, str]) -> str:
    """Give a name of these days and words."""
    since, until, words = (said.get(word, "") for word in _WINDOW)
    days = f"since {since}" if since else f"until {until}" if until else ""
    days = f"{since} to {until}" if since and until else days
    return " ".join(filter(None, [words.replace("=", " "), days]))
