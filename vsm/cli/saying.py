"""How does a command say something? As it is: what users named is no markup, and ``:x:`` is no emoji."""

from rich.console import Console


def console(*, stderr: bool = False, quiet: bool = False) -> Console:
    """Where do sentences go? To a console that shows every text to the letter and breaks no line."""
    return Console(stderr=stderr, quiet=quiet, soft_wrap=True, highlight=False, markup=False, emoji=False)
