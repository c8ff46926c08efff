"""Handoffs and waits by the definitions of ``vsm.definitions``, in polars; for the logs that ``waits.sql`` is for."""

from pathlib import Path

import polars as pl

TOUCHES = ["comment", "worklog", "commit", "review"]


def handoffs_and_waits(
    path: Path, *, stage_of: pl.DataFrame, team_of: pl.DataFrame, as_of: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give handoffs (``ticket, from_team, to_team, back, wait``) and waits (``stage, start, finish, handoff``).

    Instants are microseconds; ``handoff`` is the receiving visit. Parameters are the tables of ``waits.sql``.
    """
    col = pl.col
    life = (
        pl.scan_parquet(path)
        .select(
            ticket=col("ticket").rle_id(),
            us=col("at").dt.epoch("us"),
            **{name: col(name).cast(pl.String) for name in ("kind", "before", "after", "actor")},
        )
        .filter(col("us") <= as_of)
        .rename({"kind": "event"})
        .collect()
        .lazy()
    )
    moved = col("event") == "status"
    states = (
        life.filter(col("event").is_in(["status", "assignee"]))
        .with_columns(
            status=pl.when(moved).then("after").forward_fill().over("ticket"),
            assignee=pl.when(~moved).then(col("after").fill_null("")).forward_fill().over("ticket"),
            mover=pl.when(moved & col("before").ne_missing(col("after"))).then("actor"),
            assigner=pl.when(~moved).then("actor"),
        )
        .join(stage_of.lazy(), on="status", how="left", maintain_order="left")
        .with_columns(begins=col("stage").ne_missing(col("stage").shift().over("ticket")))
        .with_columns(stay=col("begins").cum_sum().over("ticket"))
        .with_columns(moved_in=col("mover").first().over("ticket", "stay"))
        .with_columns(own=pl.coalesce(col("assignee").replace("", None), "moved_in"))
    )
    works = col("kind") == "work"
    starts_next = pl.when(works & col("begins")).then(col("own").fill_null(""))
    held = (
        states.with_columns(next_own=starts_next.shift(-1).over("ticket"))
        .with_columns(col("next_own").backward_fill().over("ticket").replace("", None))
        .with_columns(holder=pl.when(works).then("own").when(col("kind") != "done").then("next_own"))
        .join(
            team_of.lazy().rename({"person": "holder", "team": "its"}),
            on="holder", how="left", maintain_order="left",
        )
        .with_columns(of_team=pl.when(works).then(pl.coalesce("its", "team")).otherwise(pl.coalesce("team", "its")))
    )  # fmt: skip
    differs = [col(name).ne_missing(col(name).shift().over("ticket")) for name in ("holder", "of_team")]
    visits = (
        held.filter(col("begins") | differs[0] | differs[1])
        .with_columns(
            n=pl.int_range(pl.len()).over("ticket"),
            gone_on=col("us").shift(-1).over("ticket"),
        )
        .with_columns(
            until=col("gone_on").fill_null(as_of), began=pl.when("begins").then("mover").otherwise("assigner")
        )
        .collect()
        .lazy()
    )
    touches = (
        life.filter(col("event").is_in(TOUCHES))
        .select("ticket", holder="actor", us="us", touched="us")
        .sort("us")
    )
    touched = (
        visits.filter(works & col("holder").is_not_null() & col("began").ne_missing(col("holder")))
        .select("ticket", "n", "holder", "us", "gone_on")
        .sort("us")
        .join_asof(touches, on="us", by=["ticket", "holder"], strategy="forward", check_sortedness=False)
        .filter((col("touched") < col("gone_on")) | col("gone_on").is_null())
        .select("ticket", "n", "touched")
    )
    started = (
        visits.join(touched, on=["ticket", "n"], how="left", maintain_order="left")
        .with_columns(
            work_start=pl.coalesce("touched", "us"),
            skill=pl.coalesce("discipline", "team"),
            done_until=pl.when(col("kind") == "done").then("until").forward_fill().over("ticket"),
            undone=pl.when(col("kind") != "done").then("n").max().over("ticket").fill_null(-1),
        )
        .with_columns(finished=pl.when(col("n") > col("undone")).then("us").min().over("ticket"))
        .collect()
        .lazy()
    )
    sent = {
        name: col(name).shift().over("ticket") for name in ("holder", "of_team", "skill", "position", "until")
    }
    passed = (
        started.filter(works)
        .with_columns(**{f"from_{name}": value for name, value in sent.items()})
        .filter(
            (col("holder") != col("from_holder")).fill_null(value=False)
            | (col("of_team") != col("from_of_team")).fill_null(value=False)
            | (col("skill") != col("from_skill")).fill_null(value=False)
        )
        .select(
            "ticket",
            receiver="n",
            given=pl.max_horizontal("from_until", "done_until"),
            taken="work_start",
            from_team="from_of_team",
            to_team="of_team",
            back=col("position") < col("from_position"),
        )
        .with_columns(wait=col("taken") - col("given"))
        .collect()
    )
    waits = (
        started.select(
            "ticket", "stage", start="us",
            finish=pl.min_horizontal(
                pl.when(works).then("work_start").otherwise("until"), col("finished").fill_null(as_of)
            ),
        )
        .filter(col("start") < col("finish"))
        .sort("start")
        .join_asof(
            passed.lazy().select("ticket", "receiver", "given", "taken").sort("given"),
            left_on="start", right_on="given", by="ticket", check_sortedness=False,
        )
        .with_columns(handoff=pl.when(col("finish") <= col("taken")).then("receiver"))
        .collect()
    )  # fmt: skip
    return passed, waits
