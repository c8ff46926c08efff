"""Starts the command line where no script of its own lies beside Python: ``python -m vsm.cli``."""

from vsm.cli.app import main

if __name__ == "__main__":
    main()
