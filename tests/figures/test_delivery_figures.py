"""What the figures of delivery say of deployments whose outcome nobody recorded."""

from tests.figures.test_every_figure import WEEKS
from vsm.figures import deployment_weeks


def test_deployments_without_an_outcome_are_not_called_successful() -> None:
    """Three deployments, one failed, of two nobody knows: no bar is named successful."""
    figure = deployment_weeks(WEEKS.assign(succeeded=0))
    bars = {bar.name: list(bar.y) for bar in figure.data if bar.type == "bar" and bar.showlegend}
    assert bars == {"failed": [1, 0, 0], "outcome unknown": [1, 0, 1]}
    assert "Outcome unknown: nothing says how they went." in str(figure.to_dict()).replace("<br>", " ")
