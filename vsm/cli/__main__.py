"""Starts the command line where Python has no script for it: ``python -m vsm.cli``."""

from vsm.cli.app import main

if __name__ == "__main__":
    main()
