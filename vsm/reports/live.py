"""``stream.live()``: choose a period, a type and a component, and see who waits for whom; in JupyterLab."""

import json
from importlib.util import find_spec
from typing import Any, Final

import pandas as pd
from IPython.display import display

from vsm.errors import VsmError
from vsm.figures.theme import CONFIG
from vsm.stream import ValueStream

WORDS: Final = ("type", "component")
_QUARTERS: Final = 8
LACKING: Final = (
    "To choose a period, type or component here: pip install 'vsm[lab]', and start JupyterLab again. "
    "Everything is in stream.where(...) as well."
)


def live(stream: ValueStream) -> None:
    """Choose a period, a type and a component: the handoff network and the value stream map are drawn anew.

    For JupyterLab, with ``vsm[lab]``; without that both are drawn once, of everything.
    """
    if find_spec("ipywidgets") is None:
        print(LACKING)  # noqa: T201 - to the reader of a notebook
        for figure in _figures(stream, {}):
            display(figure)  # type: ignore[no-untyped-call]
    else:
        display(panel(stream))  # type: ignore[no-untyped-call]


def panel(stream: ValueStream) -> Any:
    """Give the widget: a row of menus, and what is drawn below them."""
    from ipywidgets import Dropdown, HBox, Output, VBox  # noqa: PLC0415 - of an extra

    shown = Output()
    menus = {"period": Dropdown(description="period", options=[*periods(stream).items()])}
    for word in WORDS:
        known = stream.choices[stream.choices["word"] == word]
        named = [(f"{value} ({tickets})", value) for _, value, tickets in known.itertuples(index=False)]
        menus[word] = Dropdown(description=word, options=[("all", ""), *named])

    def redraw(_: object = None) -> None:
        chosen = {word: menus[word].value for word in WORDS} | dict(menus["period"].value)
        try:
            bundles = [_bundle(figure) for figure in _figures(stream, chosen)]
        except VsmError as error:
            bundles = [{"text/plain": str(error)}]
        shown.outputs = tuple(
            {"output_type": "display_data", "data": bundle, "metadata": {}} for bundle in bundles
        )

    for menu in menus.values():
        menu.observe(redraw, names="value")
    redraw()
    return VBox([HBox([*menus.values()]), shown])


def periods(stream: ValueStream) -> dict[str, tuple[tuple[str, str], ...]]:
    """Give what can be chosen as a period: all, the current one, and quarters, as words of ``stream.where``.

    The latest ``8`` quarters in which anything was known, the latest first.
    """
    begin = stream.summary.period.begin
    found: dict[str, tuple[tuple[str, str], ...]] = {
        "all": (),
        "current period": (("since", f"{begin:%Y-%m-%d}"),),
    }
    last = stream.as_of.tz_localize(None).to_period("Q")
    first = pd.Timestamp(stream.tickets["created"].min())
    for quarter in (
        pd.period_range(end=last, periods=_QUARTERS, freq="Q")[::-1] if len(stream.tickets) else ()
    ):
        if quarter.end_time < first.tz_localize(None):
            break
        until = () if quarter == last else (("until", f"{(quarter + 1).start_time:%Y-%m-%d}"),)
        found[f"{quarter.year} Q{quarter.quarter}"] = (("since", f"{quarter.start_time:%Y-%m-%d}"), *until)
    return found


def _figures(stream: ValueStream, chosen: dict[str, str]) -> list[Any]:
    part = stream.where(**chosen) if any(chosen.values()) else stream
    return [part.plot.handoff_network(), part.plot.value_stream_map()]


def _bundle(figure: Any) -> dict[str, Any]:
    """Give what JupyterLab draws a figure from."""
    return {"application/vnd.plotly.v1+json": {**json.loads(figure.to_json()), "config": CONFIG}}
