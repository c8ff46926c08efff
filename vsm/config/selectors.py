"""Which tickets does a word of vsm.toml mean? Selectors by type, label, component, epic or priority."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

FIELDS: Final = ("type", "label", "component", "epic", "priority")
FLOWS: Final = ("risk", "debt", "defect", "feature")
"""What work is for. A ticket that several mean is the first of them: a security bug is a risk."""


def split_selector(text: str) -> tuple[str, str]:
    """Which field does this selector look at, and for which word? Without a prefix it is a ticket type.

    Raises
    ------
    ValueError
        The prefix is unknown, or no word follows it.

    Examples
    --------
    >>> split_selector("Bug"), split_selector("label: security")
    (('type', 'Bug'), ('label', 'security'))
    """
    prefix, colon, word = (part.strip() for part in text.partition(":"))
    if not colon:
        return "type", prefix
    if prefix.casefold() not in FIELDS:
        known = ", ".join(f"{field}:" for field in FIELDS)
        raise ValueError(f"'{text}' in [alignment] begins with '{prefix}:'; known: {known}, or a ticket type")
    if not word:
        raise ValueError(f"'{text}' in [alignment] names nothing after '{prefix}:'")
    return prefix.casefold(), word


def _checked(text: str) -> str:
    split_selector(text)
    return text


Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Selectors = tuple[Annotated[Word, AfterValidator(_checked)], ...]


class Flow(BaseModel):
    """Which tickets are features, defects, risks or debt? What no selector means goes by its type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feature: Selectors = ()
    defect: Selectors = ()
    risk: Selectors = ()
    debt: Selectors = ()

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        homes: dict[tuple[str, str], str] = {}
        for flow in FLOWS:
            for text in getattr(self, flow):
                field, word = split_selector(text)
                home = homes.setdefault((field, word.casefold()), flow)
                if home != flow:
                    raise ValueError(f"'{text}' in [alignment.flow] is both {home} and {flow}; keep one")
        return self


class Alignment(BaseModel):
    """What does delivered work serve? Objectives and kinds of work, by selectors, and what was not planned.

    ``objectives`` stand in the file's order: a ticket that several mean serves the first. Without
    ``unplanned`` nobody can tell planned work from unplanned.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    objectives: dict[Word, Selectors] = Field(default_factory=dict)
    flow: Flow = Flow()
    unplanned: Selectors = ()
