"""How is ``vsm`` used from a shell? ``main`` is the program's entry."""

from vsm.cli.app import main

__all__ = ["main"]
