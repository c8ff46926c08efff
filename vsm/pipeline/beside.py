"""What is told beside the stream of waits? Six parts, each made when somebody first asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import pandas as pd

from vsm.model.blocking import blocking_network
from vsm.pipeline.parts import (
    Alignment,
    Delivery,
    Responsibility,
    alignment_of,
    delivery_of,
    responsibility_of,
)
from vsm.pipeline.reading import Reading
from vsm.pipeline.reworking import Load, Rework, load_of, rework_of


@dataclass(frozen=True, eq=False, repr=False)
class Beside:
    """What is told beside the stream of waits? Most questions need few of these parts: none is made unasked.

    Attributes
    ----------
    tables, lives, stays
        Of the tickets that are looked at, with persons by their names: who is whom, and in which team,
        cannot be told from pseudonyms. None of the parts names a person.
    whole
        All TICKETS, so that parents and blockers out of view are known.
    reading
        Who takes part, in which stages, by which rules.
    seed
        Of the bootstraps.
    shared
        Whether numbers of too few people are left out (``[privacy]``).
    """

    tables: Mapping[str, pd.DataFrame]
    lives: pd.DataFrame
    stays: pd.DataFrame
    whole: pd.DataFrame
    reading: Reading
    seed: int
    shared: bool

    @cached_property
    def alignment(self) -> Alignment:
        """What does work serve?"""
        workflow = self.reading.setting.workflow
        return alignment_of(self.tables["tickets"], self.lives, whole=self.whole, workflow=workflow)

    @cached_property
    def blocking(self) -> "nx.DiGraph[str]":
        """Which ticket blocks which?"""
        as_of = self.reading.setting.as_of
        return blocking_network(self.tables["blocks"], tickets=self.whole, as_of=as_of)

    @cached_property
    def delivery(self) -> Delivery:
        """How does work reach customers?"""
        setting = self.reading.setting
        return delivery_of(
            self.tables, self.lives, workflow=setting.workflow, until=setting.as_of, seed=self.seed
        )

    @cached_property
    def responsibility(self) -> Responsibility:
        """How far does one team carry its work?"""
        setting = self.reading.setting
        return responsibility_of(
            self.tables,
            self.lives,
            alignment=self.alignment.tickets,
            people=self.reading.people,
            stages=setting.stages,
            as_of=setting.as_of,
            minimum=setting.workflow.rules.minimum,
        )

    @cached_property
    def rework(self) -> Rework:
        """What is done again?"""
        setting = self.reading.setting
        minimum = setting.workflow.rules.minimum
        return rework_of(
            self.tables, self.lives, stays=self.stays, stages=setting.stages, minimum=minimum, seed=self.seed
        )

    @cached_property
    def load(self) -> Load:
        """How loaded are teams and queues?"""
        setting, people = self.reading.setting, self.reading.people
        workflow = setting.workflow
        return load_of(
            {**self.tables, "events": people.of_humans(self.tables["events"])},
            stays=self.stays,
            as_of=setting.as_of,
            teams=people.teams,
            active_days=workflow.waiting.active_days,
            minimum=workflow.rules.minimum,
            seed=self.seed,
            fewest_people=workflow.privacy.fewest_people if self.shared else 1,
        )
