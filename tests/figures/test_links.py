"""Addresses of the tickets of a group, which figures and tables lead to."""

from vsm.figures.links import linked, tickets_link


def test_names_in_any_script_make_a_place_of_plain_letters() -> None:
    """Letters of other scripts are numbers; signs and spaces are hyphens."""
    assert tickets_link("stage", "開発 / Ready!") == "tickets.html#stage-38283-30330-ready"
    assert tickets_link("stage", "<b>\"QA'</b>") == "tickets.html#stage-b-qa-b"


def test_points_lead_to_places_in_the_report_and_to_the_web_alone() -> None:
    """Other files of the folder, scripts and half addresses are left out."""
    place = tickets_link("handoff", "web", "qa")
    addresses = [
        place,
        "https://a.example/1",
        "other.html#a",
        "tickets.html",
        "javascript:tickets.html#a",
        None,
    ]
    assert linked(addresses) == {
        "customdata": [[place], ["https://a.example/1"], [None], [None], [None], [None]],
        "meta": {"links": 0},
    }
