"""What is a part of vsm.toml? Frozen, and an unknown key in it is an error."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Section(BaseModel):
    """What is one section of vsm.toml?"""

    model_config = ConfigDict(extra="forbid", frozen=True)
