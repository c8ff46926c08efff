"""Numbers with what they count: every sentence that has one agrees with it."""


def counted(number: float, one: str, several: str = "") -> str:
    """Write a whole number with what it counts, and with a verb where ``one`` has one.

    Parameters
    ----------
    one
        What follows a 1.
    several
        What follows any other number; without it, ``one`` with an s.

    Examples
    --------
    >>> counted(1, "ticket"), counted(1200, "ticket"), counted(2, "key is", "keys are")
    ('1 ticket', '1,200 tickets', '2 keys are')
    """
    return f"{int(number):,} {one if number == 1 else several or one + 's'}"
