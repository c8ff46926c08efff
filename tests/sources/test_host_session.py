"""What all servers have in common that a Jira never asks for: limits that are renewed at an instant."""

from email.utils import formatdate
from typing import ClassVar

import pytest
import requests

from vsm.sources.host_address import Host
from vsm.sources.host_session import HostSession

NOON = 1_767_268_800


class Desk(HostSession):
    """A server that says how many requests are left, and when they are renewed."""

    host: ClassVar[Host] = Host(
        "https://desk.example.com",
        variable="VSM_DESK_TOKEN",
        narrow="--repo",
        remaining="x-left",
        reset="x-again",
    )

    def refusal(self, answer: requests.Response, content: bytes, path: str) -> str:
        """Say that it is refused."""
        return f"{path} is refused"


def answer(**headers: str) -> requests.Response:
    """Refuse for now, at noon by the server's clock."""
    made = requests.Response()
    made.status_code = 429
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    made.headers["Date"] = formatdate(NOON, usegmt=True)
    return made


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "7", "x_left": "0", "x_again": str(NOON + 90)}, 7.0),
        ({"x_left": "0", "x_again": str(NOON + 90)}, 90.0),
        ({"x_again": str(NOON + 90)}, 90.0),
        ({"x_left": "0", "x_again": str(NOON - 90)}, 0.0),
        ({"x_left": "12", "x_again": str(NOON + 90)}, None),
        ({"x_left": "0", "x_again": "soon"}, None),
        ({"x_left": "0", "x_again": "inf"}, None),
        ({}, None),
    ],
)
def test_a_limit_is_waited_for_until_it_is_renewed(headers: dict[str, str], seconds: float | None) -> None:
    """Retry-After comes first; a limit that is not used up is no reason to wait for its renewal."""
    assert Desk("https://desk.example.com", requests.Session()).asked_pause(answer(**headers)) == seconds
