"""Does the definition end a life where a person would say that it ended?"""

from tests.stories import story, told, visits, waits
from vsm.definitions.waits import finished_for_good


def test_a_lost_ticket() -> None:
    """Deleted while in Build: that visit ends there, and neither a later commit nor a later move is seen."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 dev-1 status todo > build",
        "10:00 - delete - > deleted",
        "11:00 dev-1 commit",
        "12:00 dev-1 status build > done",
    )
    assert told(visits(events), "stage entered left elapsed") == [
        "Backlog 08:00 09:00 1:00:00",
        "Build 09:00 10:00 1:00:00",
    ]
    assert told(waits(events), "stage start end") == ["Backlog 08:00 09:00"]
    assert told(visits(events, as_of="09:30"), "stage left") == ["Backlog 09:00", "Build -"]


def test_a_lost_ticket_that_was_done() -> None:
    """Done at the very instant of its loss is done; back in Build at that instant is lost, and not done."""
    life = ["08:00 lead created", "08:00 lead status - > todo", "09:00 dev-1 status todo > done"]
    loss = "10:00 - delete - > deleted"
    assert told(visits(story(*life, loss)), "stage left") == ["Backlog 09:00", "Done -"]
    at_once = [*life[:2], "10:00 dev-1 status todo > done"]
    assert told(visits(story(*at_once, loss)), "stage left") == ["Backlog 10:00", "Done -"]
    reopened = visits(story(*life, "10:00 dev-1 status done > build", loss))
    assert told(reopened, "stage left") == ["Backlog 09:00", "Done 10:00"]
    assert finished_for_good(reopened) is None
