"""One request, its answer, and the record of it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    """A request as it came in; ``status`` 0 until it is answered, ``fault`` the trap it fell into."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    had_auth: bool
    status: int = 0
    fault: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class Call:
    """A request on its way to the function that answers it; ``parts`` are the variable parts of the path."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]
    version: str = "2"
    parts: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """A parameter from the body of a POST, or from the query of a GET."""
        return self.body.get(name) if self.method == "POST" else self.query.get(name)

    def number(self, name: str, default: int) -> int:
        """A whole number; Jira refuses anything else."""
        value = self.value(name)
        try:
            return default if value in {None, ""} else int(value)
        except (TypeError, ValueError):
            raise Refused(400, f"'{value}' is not a number for {name}") from None

    def words(self, name: str) -> list[str]:
        """A list, given as JSON or with commas."""
        value = self.value(name) or []
        parts = value.split(",") if isinstance(value, str) else [str(part) for part in value]
        return [part.strip() for part in parts if part.strip()]


class Refused(Exception):  # noqa: N818 - an answer, not a fault of the server
    """An answer that is an error, as Jira words it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"errorMessages": [message], "errors": {}}
