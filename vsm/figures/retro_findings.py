"""What a retrospective looks at and decides: the findings about now that are worth a slide."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from vsm.figures.labels import number
from vsm.figures.slides import Bars, Words, slide_chart
from vsm.figures.theme import KIND_COLOURS, KIND_PATTERNS
from vsm.findings import Finding, Findings, Present
from vsm.findings.durations import percent
from vsm.findings.finding import TRUST
from vsm.findings.why import between
from vsm.model.weekly import stage_counts

WORTH_A_SLIDE: Final = 0.05
"""What costs less of the time that tickets were open has no slide, and nothing is proposed about it."""
_MOST: Final = 4
_HALF_YEAR, _YEAR = 26, 53
_PLACE: Final = "\0"


def to_act_on(findings: Findings) -> list[Finding]:
    """What a deck is about: the findings about now that are worth a slide, the costliest first."""
    return [each for each in findings.headlines(len(findings)) if each.share >= WORTH_A_SLIDE][:_MOST]


def finding(
    present: Present, findings: Findings, *, visits: pd.DataFrame, stages: pd.DataFrame, rank: int = 1
) -> go.Figure | Words | None:
    """One finding about now, what to try, and how many tickets were there week by week.

    Stages in which tickets are over age have one slide together: where nothing moves, theirs look alike.

    Parameters
    ----------
    rank
        1 for what costs most; None where fewer are worth a slide.
    """
    found = to_act_on(findings)
    late = [each for each in found if each.rule == "stuck"]
    found = [each for each in found if each not in late[1:]]
    if len(found) < rank:
        return None
    about = found[rank - 1]
    if about in late[:1] and late[1:]:
        return Words(
            f"Tickets are stuck in {len(late)} stages",
            line=f"Try: {_ideas(late)[0]}",
            items=tuple(f"{each.title}." for each in late),
            notes=tuple(note for each in late for note in _notes(each)),
        )
    notes = (*_notes(about), "Ask those who were there what happened. The data know when, not what was said.")
    said: dict[str, Any] = {"line": f"Try: {about.experiment}", "notes": notes}
    kinds = stages.drop_duplicates("stage").set_index("stage")["kind"]
    stage = next((name for name in (about.subject, *about.stages) if name in kinds.index), "")
    counts = stage_counts(visits, stages=stages, as_of=present.as_of)
    if stage not in counts:
        return Words(about.title, items=(about.claim,), **said)
    caption, share = [f"Tickets in '{stage}' at the end of each week"], percent(about.share)
    if share in about.title and (sure := between({"low": about.low, "high": about.high})):
        caption.append(f"the {share} may be {sure}")
    caption += [about.since] if about.since else []
    caption += [about.trust] if about.trust != TRUST[0] else []
    here = counts[stage].tail(min(max(present.period.days // 7, _HALF_YEAR), _YEAR))
    last = len(here) - 1
    return slide_chart(
        Bars(
            names=[_week(week, year=last > _HALF_YEAR) for week in here.index],
            values=here.tolist(),
            labels=["" if place < last else number(count) for place, count in enumerate(here)],
            colour=KIND_COLOURS[str(kinds[stage])],
            pattern=KIND_PATTERNS[str(kinds[stage])],
            lying=False,
            ticks=sorted({0, last // 3, 2 * last // 3, last}),
        ),
        title=about.title,
        caption="; ".join(caption),
        alt=f"Tickets in '{stage}' at the end of each week: {number(here.iloc[0])} in the first, "
        f"{number(here.iloc[-1])} in the last.",
        **said,
    )


def decision(findings: Findings) -> Words:
    """What is decided: what the deck proposes, alike ideas as one, with empty fields for who and by when."""
    ideas = _ideas(to_act_on(findings))[: _MOST - 1]
    return Words(
        rows=(("What", "Who", "By when"), *((idea, "", "") for idea in [*ideas, "Or an idea of our own:"]))
    )


def _notes(about: Finding) -> list[str]:
    evidence = [*about.tickets, *(key for key, _ in about.pulls)]
    look = [f"Look at {', '.join(evidence)}."] if evidence else []
    doubt = [f"{about.trust_in_full[0].upper()}{about.trust_in_full[1:]}."] if about.doubt else []
    return [about.claim, *doubt, f"Caveat: {about.caveat}", *look]


def _ideas(findings: Sequence[Finding]) -> list[str]:
    """What findings propose; what they propose alike for several stages is one proposal."""
    places: dict[str, list[str]] = {}
    for each in findings:
        places.setdefault(each.experiment.replace(f"'{each.subject}'", _PLACE), []).append(
            f"'{each.subject}'"
        )
    return [
        idea.replace(_PLACE, " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names))
        for idea, names in places.items()
    ]


def _week(monday: pd.Timestamp, *, year: bool) -> str:
    return f"{monday:%b %Y}" if year else f"{monday.day} {monday:%b}"
