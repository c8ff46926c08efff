"""``stream.plot``, ``stream.table`` and ``stream.slide`` draw everything from the stream, by its own thresholds."""

import json
from functools import cache
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest
from pandas.io.formats.style import Styler

import vsm
from tests.streams import sample_stream, stream_of
from vsm.config import Workflow, parse_workflow
from vsm.eventlog.log import Log
from vsm.figures.accessors import Plots, Slides, Tables
from vsm.from_log import stream_from_log
from vsm.stream import ValueStream

PLOTS = [name for name in vars(Plots) if not name.startswith("_")]
TABLES = [name for name in vars(Tables) if not name.startswith("_")]
NOW = pd.Timestamp("2026-01-05", tz="UTC")


@cache
def nothing() -> ValueStream:
    """A stream of no ticket."""
    return stream_from_log(Log(), workflow=Workflow(), as_of=NOW)


@pytest.mark.slow
@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_is_drawn_of_the_sample_and_of_nothing(name: str, sample_folder: Path) -> None:
    """No argument is needed, whatever the stream holds."""
    for stream in (sample_stream(sample_folder), nothing()):
        assert isinstance(getattr(stream.plot, name)(), go.Figure)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_laid_out_of_the_sample_and_of_nothing(name: str, sample_folder: Path) -> None:
    """No argument is needed, whatever the stream holds."""
    for stream in (sample_stream(sample_folder), nothing()):
        assert isinstance(getattr(stream.table, name)(), Styler)


@pytest.mark.slow
def test_completion_offers_figures_and_tables_and_nothing_else() -> None:
    """Of the package, of a stream, and of what is attached to it."""
    stream = stream_of([("Ready", 1), ("Build", 2), ("Done", 1)])
    assert set(dir(vsm)) == set(vsm.__all__)
    assert {"plot", "slide", "table"} <= set(dir(stream))
    assert sorted(dir(stream.plot)) == sorted(PLOTS)
    assert sorted(dir(stream.table)) == sorted(TABLES)
    assert sorted(dir(stream.slide)) == sorted(name for name in vars(Slides) if not name.startswith("_"))
    assert set(dir(vsm.figures)) == set(vsm.figures.__all__)
    assert stream.plot is stream.plot


@pytest.mark.slow
def test_thresholds_come_from_vsm_toml() -> None:
    """Under [rules] minimum a quantile is too few to say, though twelve would do elsewhere."""
    lifecycles = [[("Ready", 1.0 + n), ("Build", 2.0), ("Done", 1.0)] for n in range(20)]
    stream = stream_of(*lifecycles)
    workflow = parse_workflow("[rules]\nminimum = 60\n")
    few = stream_from_log(stream._context.log, workflow=workflow, as_of=stream.as_of)
    assert few.minimum == 60
    assert "too few to say" not in stream.table.lead_time().to_html()
    assert "too few to say" in few.table.lead_time().to_html()


def test_notebooks_pass_no_tables_by_hand() -> None:
    """A cell asks the stream; no cell calls a figure's function with frames."""
    for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        assert "vsm.figures" not in code, path.name
