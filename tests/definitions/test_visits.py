"""Does the definition count work, handoffs and waits as a person would? Every expected row is written out."""

from datetime import timedelta

from tests.stories import at, handoffs, story, told, visits, waits
from vsm.definitions.handoffs import Handoff
from vsm.definitions.visits import Visit
from vsm.definitions.waits import Wait, finished_for_good


def test_assigned_before_move() -> None:
    """Who is assigned first and then moves the ticket in works from the entry on."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 lead assignee - > dev-1",
        "10:00 dev-1 status todo > build",
        "12:00 dev-1 status build > done",
    )
    assert visits(events) == [
        Visit(
            ticket="jira:1",
            n=0,
            stage="Backlog",
            kind="queue",
            holder="dev-1",
            team="Team A",
            entered=at("08:00"),
            left=at("10:00"),
            elapsed=timedelta(hours=2),
            first_touch=None,
            last_touch=None,
            revisit=False,
            bulk=False,
        ),
        Visit(
            ticket="jira:1",
            n=1,
            stage="Build",
            kind="work",
            holder="dev-1",
            team="Team A",
            entered=at("10:00"),
            left=at("12:00"),
            elapsed=timedelta(hours=2),
            first_touch=at("10:00"),
            last_touch=at("12:00"),
            revisit=False,
            bulk=False,
        ),
        Visit(
            ticket="jira:1",
            n=2,
            stage="Done",
            kind="done",
            holder=None,
            team=None,
            entered=at("12:00"),
            left=None,
            elapsed=timedelta(hours=11),
            first_touch=None,
            last_touch=None,
            revisit=False,
            bulk=False,
        ),
    ]
    assert handoffs(events) == []
    assert waits(events) == [
        Wait(
            ticket="jira:1",
            n=0,
            handoff=None,
            stage="Backlog",
            holder="dev-1",
            team="Team A",
            start=at("08:00"),
            end=at("10:00"),
            elapsed=timedelta(hours=2),
            bulk=False,
        )
    ]


def test_hidden_wait() -> None:
    """A lead moves the ticket on; the receiver's first comment, two hours later, ends the wait."""
    events = story(
        "08:00 dev-1 created",
        "08:00 dev-1 status - > build",
        "09:00 lead assignee - > qa-1",
        "09:00 lead status build > test",
        "10:00 lead comment",
        "11:00 qa-1 comment",
        "11:30 qa-1 worklog",
        "12:00 qa-1 status test > done",
    )
    assert told(visits(events), "stage holder team entered left first_touch") == [
        "Build dev-1 Team A 08:00 09:00 08:00",
        "Test qa-1 Team B 09:00 12:00 11:00",
        "Done - - 12:00 - -",
    ]
    assert handoffs(events) == [
        Handoff(
            handoff=0,
            ticket="jira:1",
            given=at("09:00"),
            taken=at("11:00"),
            from_stage="Build",
            to_stage="Test",
            from_holder="dev-1",
            to_holder="qa-1",
            from_team="Team A",
            to_team="Team B",
            person=True,
            team=True,
            discipline=True,
            back=False,
            wait=timedelta(hours=2),
        )
    ]
    assert told(waits(events), "handoff stage holder start end") == ["0 Test qa-1 09:00 11:00"]


def test_move_out_is_no_touch() -> None:
    """The move that ends a visit, and a comment at that instant, are no evidence of when it began."""
    events = story(
        "08:00 - created",
        "08:00 - status - > todo",
        "09:00 lead assignee - > dev-1",
        "09:00 lead status todo > build",
        "11:00 dev-1 status build > done",
        "11:00 dev-1 comment",
    )
    assert told(visits(events), "stage entered first_touch") == [
        "Backlog 08:00 -",
        "Build 09:00 -",
        "Done 11:00 -",
    ]
    assert told(waits(events), "stage start end") == ["Backlog 08:00 09:00"]


def test_unassigned_work_belongs_to_mover() -> None:
    """With nobody assigned the mover holds the work; being assigned afterwards changes nothing."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 dev-2 status todo > build",
        "10:00 lead assignee - > dev-2",
    )
    assert told(visits(events), "stage holder entered left first_touch") == [
        "Backlog dev-2 08:00 09:00 -",
        "Build dev-2 09:00 - 09:00",
    ]


def test_work_of_nobody() -> None:
    """Neither assignee nor mover: the holder is missing, the stage's team stays, no person passed it on."""
    events = story(
        "08:00 - created",
        "08:00 - status - > build",
        "09:00 - comment",
        "10:00 qa-1 status build > test",
        "11:00 - status test > build",
    )
    assert told(visits(events), "stage holder team first_touch") == [
        "Build - Team A -",
        "Test qa-1 Team B 10:00",
        "Build - Team A -",
    ]
    assert told(handoffs(events), "given taken person team discipline back") == [
        "10:00 10:00 False True True False",
        "11:00 11:00 False True True True",
    ]


def test_discipline_alone() -> None:
    """One person carries the work from one discipline into the next: that alone is a handoff."""
    events = story(
        "08:00 dev-1 created",
        "08:00 dev-1 status - > build",
        "09:00 dev-1 status build > test",
    )
    assert told(handoffs(events), "from_holder to_holder person team discipline wait") == [
        "dev-1 dev-1 False False True 0:00:00"
    ]


def test_same_discipline_and_person_is_no_handoff() -> None:
    """A ticket that waits outside and comes back to the same hands was not handed off."""
    events = story(
        "08:00 dev-1 created",
        "08:00 dev-1 status - > build",
        "09:00 dev-1 status build > away",
        "12:00 dev-1 status away > build",
    )
    assert handoffs(events) == []
    assert told(waits(events), "handoff stage holder team start end") == [
        "- Supplier dev-1 Team A 09:00 12:00"
    ]


def test_ping_pong() -> None:
    """Back and forth between two people: every passing counts, the second stay in a stage is a revisit."""
    events = story(
        "08:00 dev-1 created",
        "08:00 dev-1 status - > build",
        "09:00 qa-1 status build > test",
        "10:00 dev-1 status test > build",
        "11:00 qa-1 status build > test",
    )
    assert told(visits(events), "n stage holder revisit") == [
        "0 Build dev-1 False",
        "1 Test qa-1 False",
        "2 Build dev-1 True",
        "3 Test qa-1 True",
    ]
    assert told(handoffs(events), "handoff from_holder to_holder back") == [
        "0 dev-1 qa-1 False",
        "1 qa-1 dev-1 True",
        "2 dev-1 qa-1 False",
    ]


def test_reopened() -> None:
    """A reopened ticket is open in between: its first stay in done is a wait, but not part of the handoff's."""
    events = story(
        "08:00 dev-1 created",
        "08:00 dev-1 status - > build",
        "09:00 dev-1 status build > done",
        "11:00 lead status done > todo",
        "12:00 dev-2 status todo > build",
        "13:00 dev-2 status build > done",
        "14:00 lead status done > gone",
    )
    assert told(visits(events), "stage holder entered left revisit") == [
        "Build dev-1 08:00 09:00 False",
        "Done - 09:00 11:00 False",
        "Backlog dev-2 11:00 12:00 False",
        "Build dev-2 12:00 13:00 True",
        "Done - 13:00 14:00 True",
        "Dropped - 14:00 - False",
    ]
    assert told(handoffs(events), "given taken person team discipline wait") == [
        "11:00 12:00 True False False 1:00:00"
    ]
    assert told(waits(events), "handoff stage start end") == ["- Done 09:00 11:00", "0 Backlog 11:00 12:00"]
    assert finished_for_good(visits(events)) == at("13:00")


def test_numbers_follow_ticket_as_text() -> None:
    """Handoffs count through tickets in the order of text: jira:10 comes before jira:9."""
    lines = ("08:00 dev-1 created", "08:00 dev-1 status - > build", "09:00 qa-1 status build > test")
    events = story(*lines, ticket="jira:9") + story(*lines, ticket="jira:10")
    assert told(handoffs(events), "handoff ticket") == ["0 jira:10", "1 jira:9"]


def test_open_ticket() -> None:
    """An open ticket waits and works until the as-of instant; what comes later is unknown."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 lead assignee - > dev-1",
        "10:00 lead status todo > build",
        "12:00 dev-1 comment",
        "13:00 dev-1 status build > pack",
        "20:00 dev-1 status pack > done",
    )
    assert told(visits(events, as_of="11:00"), "stage left elapsed first_touch") == [
        "Backlog 10:00 2:00:00 -",
        "Build - 1:00:00 -",
    ]
    assert told(visits(events, as_of="12:00"), "stage left elapsed first_touch") == [
        "Backlog 10:00 2:00:00 -",
        "Build - 2:00:00 12:00",
    ]
    assert told(waits(events, as_of="15:00"), "handoff stage holder team start end") == [
        "- Backlog dev-1 Team A 08:00 10:00",
        "- Build dev-1 Team A 10:00 12:00",
        "- Release - Team B 13:00 15:00",
    ]


def test_created_in_done() -> None:
    """A ticket created in done was finished when it was created: no work, no wait."""
    events = story("08:00 lead created", "08:00 lead status - > done")
    assert told(visits(events), "n stage kind holder entered left elapsed") == [
        "0 Done done - 08:00 - 15:00:00"
    ]
    assert waits(events) == []
    assert finished_for_good(visits(events)) == at("08:00")


def test_still_in_first_status() -> None:
    """A ticket nobody ever took up waits from creation on, held by nobody, whoever is assigned."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 lead assignee - > dev-1",
        "10:00 dev-1 comment",
    )
    assert told(visits(events), "n stage holder team entered left first_touch") == ["0 Backlog - - 08:00 - -"]
    assert told(waits(events), "handoff stage holder start end") == ["- Backlog - 08:00 23:00"]
