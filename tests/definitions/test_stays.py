"""Does the definition cut a life into stays, and stays into pieces, as a person would?"""

import pytest

from tests.stories import NIGHT, handoffs, story, told, visits, waits


def test_two_statuses_of_one_stage() -> None:
    """Moves between two statuses of one stage neither end the stay nor change who moved it in."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 dev-1 status todo > build",
        "10:00 dev-2 status build > fix",
        "11:00 dev-2 status fix > build",
    )
    assert told(visits(events), "stage holder entered left revisit") == [
        "Backlog dev-1 08:00 09:00 False",
        "Build dev-1 09:00 - False",
    ]


def test_self_transition() -> None:
    """A move onto the same status changes nothing, even as the last move of its instant."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 dev-1 status todo > build",
        "09:00 lead status build > build bulk",
        "10:00 dev-2 status build > build",
    )
    assert told(visits(events), "stage holder entered left first_touch bulk") == [
        "Backlog dev-1 08:00 09:00 - False",
        "Build dev-1 09:00 - 09:00 False",
    ]


def test_equal_instants() -> None:
    """Every record that moves the ticket on counts: at one instant it passes through stays of no length."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 dev-1 status todo > build",
        "09:00 dev-2 status build > away",
        "09:00 qa-1 status away > test",
        "10:00 lead status test > build bulk",
        "10:00 dev-1 status build > test",
    )
    assert told(visits(events), "stage holder entered left revisit bulk") == [
        "Backlog dev-1 08:00 09:00 False False",
        "Build dev-1 09:00 09:00 False False",
        "Supplier qa-1 09:00 09:00 False False",
        "Test qa-1 09:00 10:00 False True",
        "Build lead 10:00 10:00 True True",
        "Test dev-1 10:00 - True False",
    ]


def test_one_record_moves_once() -> None:
    """Moves of one record act together, with what the records between say: only where they lead counts."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 dev-1 status todo > build",
        "09:00 dev-1 assignee - > dev-2",
        "09:00 dev-1 status build > test",
        "09:00 lead team - > C",
    )
    for event in events[2:5]:
        event["ref"] = "one"
    assert told(visits(events), "stage holder team entered left") == [
        "Backlog dev-2 Team A 08:00 09:00",
        "Test dev-2 Team A 09:00 -",
    ]


def test_team_change_cuts_the_stay() -> None:
    """Another team in charge begins a visit, also of the same holder, and hands the work off at once."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 lead status todo > build",
        "10:00 lead team - > Line_1",
        "11:00 lead team Line_1 > Line_2",
        "12:00 lead status build > todo",
        "13:00 lead team Line_2 > Line_3",
        "14:00 lead team Line_3 > Line_3",
    )
    assert told(visits(events), "stage holder team entered left") == [
        "Backlog lead - 08:00 09:00",
        "Build lead Team A 09:00 10:00",
        "Build lead Line_1 10:00 11:00",
        "Build lead Line_2 11:00 12:00",
        "Backlog - Line_2 12:00 13:00",
        "Backlog - Line_3 13:00 -",
    ]
    assert [
        (handoff.from_team, handoff.to_team, handoff.person, handoff.team) for handoff in handoffs(events)
    ] == [("Team A", "Line_1", False, True), ("Line_1", "Line_2", False, True)]


def test_order_of_one_instant() -> None:
    """At one instant ``seq`` decides, then source, then ref; not the order of the rows."""
    first, second, *birth = story(
        "09:00 dev-1 status todo > build",
        "09:00 dev-2 status build > test",
        "08:00 lead created",
        "08:00 lead status - > todo",
    )
    then_test = ["Backlog dev-1", "Build dev-1", "Test dev-2"]
    assert told(visits([second, first, *birth]), "stage holder") == then_test
    first |= {"seq": 1, "ref": "b"}
    second |= {"seq": 1, "ref": "a"}
    assert told(visits([first, second, *birth]), "stage holder")[-1] == "Build dev-1"
    first |= {"source": "a"}
    assert told(visits([first, second, *birth]), "stage holder") == then_test


def test_split_by_reassignment() -> None:
    """A reassignment cuts the stay; who takes the work on themselves is at work at once."""
    events = story(
        "08:00 lead created",
        "08:00 lead assignee - > dev-1",
        "08:00 lead status - > build",
        "09:00 dev-1 commit",
        "10:00 dev-2 assignee dev-1 > dev-2",
        "11:00 lead assignee dev-2 > qa-1",
        "11:30 dev-2 comment",
        "12:00 qa-1 review",
        "12:30 lead assignee qa-1 > qa-1",
        "13:00 qa-1 status build > done",
    )
    assert told(visits(events), "n stage holder team entered left first_touch revisit") == [
        "0 Build dev-1 Team A 08:00 10:00 09:00 False",
        "1 Build dev-2 Team A 10:00 11:00 10:00 False",
        "2 Build qa-1 Team B 11:00 13:00 12:00 False",
        "3 Done - - 13:00 - - False",
    ]
    assert told(handoffs(events), "from_holder to_holder given taken person team discipline") == [
        "dev-1 dev-2 10:00 10:00 True False False",
        "dev-2 qa-1 11:00 12:00 True True False",
    ]
    assert told(waits(events), "handoff holder start end") == ["- dev-1 08:00 09:00", "1 qa-1 11:00 12:00"]


def test_unassigned_during_work() -> None:
    """Taken from its assignee, work falls back to whoever moved it in."""
    events = story(
        "08:00 lead created",
        "08:00 lead assignee - > dev-1",
        "08:00 lead status - > build",
        "09:00 dev-1 assignee dev-1 > -",
        "10:00 lead comment",
    )
    assert told(visits(events), "holder team entered left first_touch") == [
        "dev-1 Team A 08:00 09:00 -",
        "lead Team A 09:00 - 10:00",
    ]


def test_queue_holder_is_known_afterwards() -> None:
    """In a queue the holder is whoever works on it next, whoever is assigned meanwhile."""
    events = story(
        "08:00 lead created",
        "08:00 lead assignee - > dev-1",
        "08:00 lead status - > todo",
        "09:00 lead status todo > away",
        "10:00 lead assignee dev-1 > qa-1",
        "11:00 lead status away > test",
        "12:00 qa-1 status test > pack",
    )
    assert told(visits(events), "stage holder team entered") == [
        "Backlog qa-1 Team B 08:00",
        "Supplier qa-1 Team B 09:00",
        "Test qa-1 Team B 11:00",
        "Release - Team B 12:00",
    ]


def test_queue_before_work_of_nobody() -> None:
    """The next work visit is held by nobody: so is the queue, even if somebody takes over later."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 - status todo > build",
        "10:00 dev-1 status build > away",
        "11:00 dev-1 status away > test",
    )
    assert told(visits(events), "stage holder team") == [
        "Backlog - -",
        "Build - Team A",
        "Supplier dev-1 Team A",
        "Test dev-1 Team A",
    ]


def test_bulk_close() -> None:
    """A bulk move marks the visit it ends and the one it begins; of a split stay only the last piece."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 dev-1 status todo > build",
        "10:00 dev-2 assignee - > dev-2",
        "12:00 lead status build > done bulk",
    )
    assert told(visits(events), "stage holder bulk") == [
        "Backlog dev-1 False",
        "Build dev-1 False",
        "Build dev-2 True",
        "Done - True",
    ]


def test_bulk_start_of_split_stay() -> None:
    """Of a stay that began in bulk and was split only the first piece is marked."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "09:00 lead status todo > build bulk",
        "10:00 dev-2 assignee - > dev-2",
        "12:00 dev-2 status build > done",
    )
    assert told(visits(events), "stage holder bulk") == [
        "Backlog lead True",
        "Build lead True",
        "Build dev-2 False",
        "Done - False",
    ]


def test_batch_stage() -> None:
    """Out of a batch stage tickets leave together on purpose; into it a bulk move is still one."""
    events = story(
        "08:00 qa-1 created",
        "08:00 qa-1 status - > test",
        "09:00 qa-1 status test > pack",
        "12:00 lead status pack > done bulk",
    )
    assert told(visits(events), "stage bulk") == ["Test False", "Release False", "Done False"]
    events[2]["bulk"] = True
    assert told(visits(events), "stage bulk") == ["Test True", "Release True", "Done False"]


def test_told_before_creation() -> None:
    """What is told before creation sets the first state at creation."""
    events = story(
        "07:00 lead assignee - > dev-1",
        "07:30 dev-1 status - > todo",
        "07:40 dev-1 status todo > build",
        "08:00 lead created",
    )
    assert told(visits(events), "stage holder entered first_touch") == ["Build dev-1 08:00 08:00"]


def test_first_state_from_first_change() -> None:
    """Where nothing tells the first status, it is what the first change left, from creation on."""
    events = story("08:00 lead created", "10:00 dev-1 status todo > build")
    assert told(visits(events), "stage holder entered") == ["Backlog dev-1 08:00", "Build dev-1 10:00"]


@pytest.mark.parametrize("as_of", ["07:59", NIGHT])
def test_without_creation(as_of: str) -> None:
    """A ticket without creation, or created after the as-of instant, is left out."""
    unborn = story("07:00 dev-1 status - > build", ticket="jira:2")
    later = story("23:30 lead created", "23:30 lead status - > todo", ticket="jira:3")
    born = story("07:59 lead created", "07:59 lead status - > todo")
    assert told(visits(unborn + later + born, as_of), "ticket stage") == ["jira:1 Backlog"]


def test_entered_as_of() -> None:
    """A visit that begins at the as-of instant is there, with no time in it, and waits for nothing."""
    events = story(
        "08:00 dev-1 created",
        "08:00 dev-1 status - > build",
        "09:00 dev-1 status build > pack",
    )
    assert told(visits(events, as_of="09:00"), "stage entered left elapsed") == [
        "Build 08:00 09:00 1:00:00",
        "Release 09:00 - 0:00:00",
    ]
    assert waits(events, as_of="09:00") == []


def test_assignments_of_one_instant() -> None:
    """Of several assignments at one instant the last counts, and so does who made it."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > build",
        "09:00 dev-2 assignee - > dev-1",
        "09:00 lead assignee dev-1 > dev-2",
        "10:00 dev-2 comment",
    )
    assert told(visits(events), "holder entered left first_touch") == [
        "lead 08:00 09:00 08:00",
        "dev-2 09:00 - 10:00",
    ]


def test_touch_at_the_entry() -> None:
    """A receiver's comment at the very instant of the entry is a touch."""
    events = story(
        "08:00 lead created",
        "08:00 lead assignee - > dev-1",
        "08:00 lead status - > build",
        "08:00 dev-1 comment",
        "09:00 dev-1 comment",
    )
    assert told(visits(events), "holder first_touch") == ["dev-1 08:00"]


def test_team_of_a_queue() -> None:
    """A queue that belongs to a team stays that team's, whoever takes the ticket up next."""
    events = story(
        "08:00 qa-1 created",
        "08:00 qa-1 status - > pack",
        "09:00 dev-1 status pack > build",
    )
    assert told(visits(events), "stage holder team") == ["Release dev-1 Team B", "Build dev-1 Team A"]


def test_handoffs_of_other_tickets() -> None:
    """A wait belongs to a handoff of its own ticket only, however the clocks coincide."""
    passed_on = story(
        "08:00 dev-1 created",
        "08:00 dev-1 status - > build",
        "09:00 dev-1 status build > pack",
        "12:00 qa-1 status pack > test",
    )
    waiting = story(
        "10:00 lead created",
        "10:00 lead status - > todo",
        "11:00 dev-1 status todo > build",
        ticket="jira:2",
    )
    assert told(waits(passed_on + waiting), "ticket handoff start end") == [
        "jira:1 0 09:00 12:00",
        "jira:2 - 10:00 11:00",
    ]


def test_done_at_once_is_finished() -> None:
    """A ticket that goes through its stages within one instant is finished at that instant."""
    events = story(
        "08:00 lead created",
        "08:00 lead status - > todo",
        "08:00 lead status todo > build",
        "08:00 lead status build > done",
    )
    assert told(visits(events), "stage entered left") == [
        "Backlog 08:00 08:00",
        "Build 08:00 08:00",
        "Done 08:00 -",
    ]
    assert waits(events) == []
