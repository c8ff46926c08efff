"""How what waits by cause cost grows with the log: a picture of the rows that ``tests.bench.cluster`` wrote.

python -m tests.bench.cluster --waits --events 10000,100000,1000000,10000000,100000000 --memory "4 GB" \\
    --rows tests/bench/costs.csv
python -m tests.bench.cost_picture
"""

from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

HERE = Path(__file__).parent
COLORS = {"1 process": "#4c566a", "2 workers": "#2a7fb8"}


def picture(rows: pd.DataFrame) -> go.Figure:
    """Draw seconds of processors, and the memory of one process, by events; all axes are logarithmic."""
    figure = make_subplots(cols=2, subplot_titles=("CPU seconds", "GB at most, of one process"))
    for way, of_way in rows.sort_values("events").groupby("way"):
        for column, values in enumerate((of_way["processor"], of_way["MB of one process"] / 1024), start=1):
            line = go.Scatter(
                x=of_way["events"], y=values, name=way, mode="lines+markers+text", showlegend=column == 1,
                line={"color": COLORS[str(way)]}, text=[f"{value:.0f}" if value >= 10 else f"{value:.2g}" for value in values],
                textposition="top left" if (way == "2 workers") == (column == 1) else "bottom right",
            )  # fmt: skip
            figure.add_trace(line, row=1, col=column)
    figure.update_xaxes(type="log", title="events", exponentformat="power", dtick=1, range=[3.3, 8.5])
    figure.update_yaxes(type="log", exponentformat="none", dtick=1, range=[-1.3, 3.4], col=1)
    figure.update_yaxes(type="log", exponentformat="none", dtick=1, range=[-1, 1], col=2)
    figure.update_layout(
        template="plotly_white", width=1000, height=420, legend={"orientation": "h", "y": 1.22},
        margin={"l": 60, "r": 20, "t": 80, "b": 50}, font={"size": 14},
    )  # fmt: skip
    return figure


if __name__ == "__main__":
    picture(pd.read_csv(HERE / "costs.csv")).write_image(HERE / "costs.svg")
