"""A stage or a handoff less: with its work, or with that done by the people before."""

from dataclasses import dataclass, replace
from itertools import pairwise

from vsm.model.replay.changes import Change, Rewrite, line_of
from vsm.model.replay.fitted import Replay, Steps
from vsm.model.replay.steps import WORK, Step


@dataclass(frozen=True, slots=True)
class Without(Change):
    """A stage less: with its work, or with ``keep_work`` done by the stage before, whom its people join.

    With ``after`` it is a handoff less: the stage is left out where it follows work at that stage, and stays
    everywhere else. A stage that tickets leave in batches may be named too: then they leave at once.
    """

    stage: str
    keep_work: bool = False
    after: str = ""

    @property
    def scenario(self) -> str:
        """What it is called."""
        kept = ", its work done by the people before" if self.keep_work else ""
        if self.after:
            handoff = f"without the handoff from '{self.after}' to '{self.stage}'"
            return f"{handoff}{kept or ' and the work after it'}"
        return f"without '{self.stage}'{kept}"

    def about(self, replay: Replay) -> tuple[int, ...]:
        """Give the line, or the gate."""
        return (self._stage(replay),)

    def _stage(self, replay: Replay) -> int:
        code = replay.stages.index(self.stage) if self.stage in replay.stages else -1
        return code if code in replay.gates else line_of(replay, self.stage)

    def applied(self, replay: Replay) -> Replay:
        """Take the stage out of routes; those who worked there join those before, where work is kept."""
        line, keep = self._stage(replay), self.keep_work
        after = line_of(replay, self.after) if self.after else None
        rewrite = (*replay.rewrite, _taken_out(line, keep_work=keep, after=after))
        if not keep or line in replay.gates:
            return replace(replay, rewrite=rewrite)
        joined: dict[int, tuple[int, ...]] = {line: (_line_before(replay, line),)}
        if after is not None:
            joined = dict.fromkeys((line, after), (line, after))
        servers = tuple(
            replace(one, lines=tuple(sorted({to for own in one.lines for to in joined.get(own, (own,))})))
            for one in replay.servers
        )
        return replace(replay, rewrite=rewrite, servers=servers)


def _taken_out(stage: int, *, keep_work: bool, after: int | None = None) -> Rewrite:
    """Give what takes a stage and the line before it out; its work goes to the work before it, or is gone.

    With ``after`` only where the ticket's work before was there::

        after A        A | queue B | B | release | A | C | queue B | B
        work kept      A+B             | release | A | C | queue B | B
    """

    def rewritten(steps: Steps, number: int) -> Steps:  # noqa: ARG001 - every ticket is treated alike
        kept: list[Step] = []
        last = before = -1
        for step in steps:
            out = stage in (step.stage, step.line) and after in (None, before)
            if not out:
                last = len(kept) if step.kind == WORK else last
                kept.append(step)
            elif keep_work and step.kind == WORK and last >= 0:
                kept[last] = kept[last]._replace(seconds=kept[last].seconds + step.seconds)
            before = step.line if step.kind == WORK else before
        return tuple(kept)

    return rewritten


def _line_before(replay: Replay, line: int) -> int:
    """Give the line whose work most often comes right before that of a line; itself where none does."""
    found: list[int] = []
    for route in replay.routes:
        work = [step.line for step in route.steps if step.kind == WORK]
        found += [first for first, second in pairwise(work) if second == line != first]
    return max(sorted(set(found)), key=found.count) if found else line
