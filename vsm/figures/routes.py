"""By which routes are figures shown? Plotly's own renderers; none of them offers to send the data away."""

from functools import cache

import plotly.io as pio

from vsm.figures.template import CONFIG


@cache  # plotly's renderers take seconds to load, so the first figure asks for them, not the import
def keep_data_here() -> tuple[str, ...]:
    """Which of Plotly's renderers show figures with our configuration from now on? Those that take one.

    Since version 7 Plotly's bar of buttons holds one that uploads a chart. It is switched off for JupyterLab,
    VS Code, a browser, and whatever else draws a figure in this process.

    Examples
    --------
    >>> "plotly_mimetype" in keep_data_here()
    True
    """
    kept = []
    for name in pio.renderers:
        renderer = pio.renderers[name]
        if hasattr(renderer, "config"):
            renderer.config = {**(renderer.config or {}), **CONFIG}
            kept.append(name)
    return tuple(kept)
