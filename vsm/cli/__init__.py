"""The command line ``vsm``; ``main`` is its entry."""

from vsm.cli.app import main

__all__ = ["main"]
