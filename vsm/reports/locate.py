"""Where does the suite of notebooks lie?"""

from pathlib import Path

import vsm
from vsm.errors import RunError


def notebooks_folder(*, package: Path | None = None) -> Path:
    """Where do the notebooks of the suite lie?

    Inside the package when it was installed from a wheel, beside it in a checkout.

    Parameters
    ----------
    package
        Folder of the package; ``vsm``'s own by default.

    Raises
    ------
    RunError
        Neither place holds a notebook.

    Examples
    --------
    >>> notebooks_folder(package=Path("nowhere/vsm"))
    Traceback (most recent call last):
    ...
    vsm.errors.RunError: no notebooks in nowhere/vsm/notebooks or nowhere/notebooks; install vsm again
    """
    package = package or Path(vsm.__file__).parent
    places = [package / "notebooks", package.parent / "notebooks"]
    for place in places:
        if any(place.glob("*.ipynb")):
            return place
    raise RunError(f"no notebooks in {places[0]} or {places[1]}; install vsm again")
