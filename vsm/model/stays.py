"""In which stages did each ticket stay, whoever held it there? Visits joined over changes of holder."""

import pandas as pd


def stays_from_visits(visits: pd.DataFrame, waits: pd.DataFrame, *, stages: pd.DataFrame) -> pd.DataFrame:
    """Which unbroken stays in one stage make up each ticket's life?

    Returns
    -------
    DataFrame
        Sorted by ticket and time: ``ticket``, ``stage``, ``kind`` (str), ``place`` (order of the stage),
        ``entered``, ``left`` (missing while open), ``elapsed``, ``waited`` (the part in which nobody
        worked; timedeltas), ``bulk`` (begun or ended by a bulk edit), ``gone`` (``left`` is where the ticket
        was found deleted or hidden: nobody passed it on).

    Examples
    --------
    >>> from vsm.eventlog.stages import stages_from_names
    >>> from vsm.tables import NAMES, VISITS, WAITS, empty
    >>> from vsm.workflow import Workflow
    >>> stages = stages_from_names(empty(NAMES), workflow=Workflow())
    >>> len(stays_from_visits(empty(VISITS), empty(WAITS), stages=stages))
    0
    """
    plain = visits.astype({"ticket": "str", "stage": "str", "kind": "str"})
    waited = waits.astype({"ticket": "str"}).groupby(["ticket", "n"])["elapsed"].sum().rename("waited")
    plain = plain.join(waited, on=["ticket", "n"]).assign(open=visits["left"].isna())
    begins = (plain["ticket"] != plain["ticket"].shift()) | (plain["stage"] != plain["stage"].shift())
    stays = plain.groupby(begins.cumsum()).agg(
        ticket=("ticket", "first"),
        stage=("stage", "first"),
        kind=("kind", "first"),
        entered=("entered", "min"),
        open=("open", "any"),
        left=("left", "max"),
        elapsed=("elapsed", "sum"),
        waited=("waited", "sum"),
        bulk=("bulk", "any"),
    )
    place = stages.drop_duplicates("stage").set_index("stage")["place"]
    stays = stays.assign(left=stays["left"].mask(stays["open"].astype(bool)), place=stays["stage"].map(place))
    stays["gone"] = stays["left"].notna() & (stays["ticket"] != stays["ticket"].shift(-1))
    return stays.drop(columns="open").astype({"place": "int64", "bulk": "bool"}).reset_index(drop=True)
