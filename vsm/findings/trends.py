"""Which queues grow, and which problems are new or solved: the current period against what was before it."""

from collections.abc import Iterator

import pandas as pd

from vsm.findings.durations import percent, time_of
from vsm.findings.finding import Basis, Finding
from vsm.findings.now import MOVED, UNKNOWN, basis_of
from vsm.findings.present import Present
from vsm.model.queues import RECENT


def growing(present: Present) -> Iterator[Finding]:
    """Claim which queues grow, and which shrink."""
    for row in present.queues.to_dict("records"):
        stage, verdict = row["stage"], row["verdict"]
        if verdict not in ("grows", "shrinks"):
            continue
        up = verdict == "grows"
        # The last weeks tell it, unless only the whole half-year does.
        recent = row["recent"] > 0 if up else row["recent"] < 0
        late = min(RECENT, row["weeks"])
        weeks, name = (late, "recent") if recent else (row["weeks"], "growth")
        first = round(row["length"] - row[name] * weeks)
        rows = present.waiting[present.waiting["stage"] == stage]
        seconds = rows["seconds"].sum()
        total = present.open.sum()
        yield Finding(
            rule="growing" if up else "shrinking",
            subject=stage,
            claim=(
                f"The queue '{stage}' {'grew' if up else 'shrank'} from {first} to {row['length']} tickets "
                f"in the last {weeks} weeks ({row['arrivals']} came and {row['departures']} left in "
                f"{row['weeks']} weeks)."
            ),
            title=f"The queue '{stage}' {'grew' if up else 'shrank'} from {first} to {row['length']} "
            f"tickets in {weeks} weeks",
            cost=time_of(seconds if up else 0),
            share=seconds / total if total and up else 0.0,
            low=UNKNOWN,
            high=UNKNOWN,
            n=row["arrivals"] + row["departures"],
            tickets=present.keys(rows.groupby("ticket")["seconds"].sum().nlargest(5).index),
            caveat="Every ticket that came and left counts, those of bulk edits too.",
            experiment=(
                f"Take in no more than leaves '{stage}', or help there, until the queue is short again."
                if up
                else ""
            ),
            stages=(stage,),
            basis=Basis(
                definition="arrivals less departures of each week, and the length at its end.",
                population="all tickets, open ones and those of bulk edits too.",
                formula=(
                    f"growth a week: {row['growth']:+.1f} in {row['weeks']} weeks (97.5 % CI "
                    f"{row['low']:+.1f} to {row['high']:+.1f}), {row['recent']:+.1f} in the last {late} "
                    f"({row['recent_low']:+.1f} to {row['recent_high']:+.1f}). Claimed where one of these "
                    "intervals is on one side of 0, or where the queue was longer (shorter) in each of the "
                    "last weeks than in any before."
                ),
            ),
        )


def moved(present: Present) -> Iterator[Finding]:
    """Claim which queues have become a problem, and which no longer are one: against the year before."""
    if present.before is None or len(present.open_before) < present.minimum:
        return
    sides = []
    for waits, opened in ((present.waiting, present.open), (present.waiting_before, present.open_before)):
        each = waits[waits["stage"].isin(present.queued)].groupby(["stage", "ticket"])["seconds"].sum()
        found = present.shares(each, opened).reindex(pd.Index(sorted(present.queued), name="stage"))
        found.loc[found["share"].isna()] = 0.0
        sides.append(found)
    now, then = sides
    # What began in the last weeks before the period makes the interval before it too wide to compare with.
    up = (now["low"] > then["share"]) & (now["share"] >= MOVED) & (now["share"] >= 2 * then["share"])
    down = (then["low"] > now["high"]) & (then["share"] >= MOVED) & (now["share"] <= then["share"] / 2)
    for stage in now.index[up | down]:
        rows = present.waiting[present.waiting["stage"] == stage]
        worse = bool(up[stage])
        a, b = then.loc[stage, "share"], now.loc[stage, "share"]
        yield Finding(
            rule="new" if worse else "solved",
            subject=str(stage),
            claim=(
                f"{'New' if worse else 'Solved'}: waiting in '{stage}' {'rose' if worse else 'fell'} from "
                f"{percent(a)} of the time that tickets were open in {present.words_before} to "
                f"{percent(b)} in {present.words}."
            ),
            title=(
                f"{'New' if worse else 'Solved'}: waiting in '{stage}' {'rose' if worse else 'fell'} from "
                f"{percent(a)} to {percent(b)} of the time"
            ),
            cost=time_of(rows["seconds"].sum()),
            share=float(b),
            low=float(now.loc[stage, "low"]),
            high=float(now.loc[stage, "high"]),
            n=rows["ticket"].nunique(),
            tickets=present.keys(rows.groupby("ticket")["seconds"].sum().nlargest(5).index) if worse else (),
            caveat=(
                "The share before lies below the interval of now; a trend before that is not in it."
                if worse
                else "The intervals of both periods do not meet; a trend before that is not in them."
            ),
            experiment=f"Ask what changed before work began to wait in '{stage}'." if worse else "",
            stages=(str(stage),),
            basis=basis_of(present, rows, float(b)),
        )
