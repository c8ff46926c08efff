"""The first page: its links, its lines, and what becomes of it in print and in a schedule."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from markupsafe import Markup

from vsm.findings import Finding, Findings, Summary, Tile
from vsm.model.period import Period
from vsm.reports.notebook_html import Body, Entry, Outline
from vsm.reports.notebooks import notebooks_folder
from vsm.reports.parameters import cells_of
from vsm.reports.render import RUNS, Page, RunRow, render_site
from vsm.reports.summary_page import PLACES, Cover, summary_body
from vsm.reports.whole import whole_body

NAN = float("nan")
ANSWERS = {f"Question {number}": True for number in range(5)} | {"Why it waits": False}
END = pd.Timestamp("2026-11-22", tz="UTC")
STUCK = Page("05_what_is_stuck_now.html", "What is stuck now?")


def summary(*tiles: Tile, findings: tuple[Finding, ...] = ()) -> Summary:
    """The last 90 days."""
    return Summary(Period(END - pd.Timedelta(days=90), END), None, ANSWERS, tiles, Findings(findings))


def body(html: str, *entries: Entry) -> Body:
    """A page that shows this."""
    return Body(Markup(html), Outline("What is stuck now?", "", entries))


def finding(rule: str, subject: str, claim: str) -> Finding:
    """A finding with two tickets."""
    day = pd.Timedelta(days=1)
    return Finding(rule, subject, claim, day, 0.1, 0.1, 0.2, 12, ("AB-1", "AB-2"), "A caveat.", "Do it.")


def test_a_measure_leads_to_the_heading_that_says_more() -> None:
    """The page and the place on it, if the report has that page; else there is nothing to follow."""
    cover = Cover(
        "Shop", summary=summary(Tile("Over-age tickets", "43", "of 62"), Tile("Lead time", "9 d", "n"))
    )
    there = {STUCK: body("", Entry(2, "today", "What to look at together today"))}
    html = summary_body(cover, there).html
    assert re.findall('class="tile[^"]*" href="([^"]+)"', html) == ["05_what_is_stuck_now.html#today"]
    assert html.count('<div class="tile"') == 1


def test_where_several_stages_are_stuck_the_first_page_asks_for_other_things_too() -> None:
    """Of five findings three have room: the costliest stage, and two that ask for something else."""
    asked = [
        ("stuck", "Open"),
        ("stuck", "Ready"),
        ("queue", "QA"),
        ("stuck", "Build"),
        ("review", "reviews"),
    ]
    found = Findings(
        replace(finding(rule, subject, ""), experiment=f"Look at {subject}.") for rule, subject in asked
    )
    assert [each.subject for each in found.headlines(3)] == ["Open", "QA", "reviews"]
    assert [each.subject for each in found.headlines(5)] == [subject for _, subject in asked]


def test_what_comes_is_a_line_with_its_page_and_with_what_became_of_past_forecasts() -> None:
    """The sentence of the summary, then the score of past reports; a refusal stands there as well."""
    page = Page("09_when_will_it_be_done.html", "When will it be done?")
    shown = replace(summary(), forecast="In the next four weeks 12 or more tickets will be finished.")
    cover = Cover("Shop", summary=shown, scored="4 of 5 forecasts in past reports held.")
    html = summary_body(cover, {page: body("", Entry(2, "many", "How many in the coming weeks?"))}).html
    assert (
        "<b>Forecast:</b> In the next four weeks 12 or more tickets will be finished. "
        '4 of 5 forecasts in past reports held. <a href="09_when_will_it_be_done.html#many">'
    ) in html
    assert "Forecast:" not in summary_body(Cover("Shop", summary=summary()), {}).html


def test_what_could_be_tried_is_a_line_with_its_page() -> None:
    """Where vsm.toml names changes; without any there is no line."""
    page = Page("10_what_if.html", "What if?")
    cover = Cover("Shop", summary=summary(), tried="Releases every 7 days: half <of> them.")
    html = summary_body(cover, {page: body("", Entry(2, "then", "What would change?"))}).html
    assert "<b>What we could try:</b> Releases every 7" in html.replace("\xa0", " ")
    assert "half &lt;of&gt; them." in html.replace("\xa0", " ")
    assert '<a href="10_what_if.html#then">What if?</a>' in html
    assert "What we could try" not in summary_body(Cover("Shop", summary=summary()), {}).html


@pytest.mark.parametrize("place", sorted(set(PLACES.values())))
def test_every_place_is_a_heading_of_its_notebook(place: tuple[str, str]) -> None:
    """No link of the first page leads to a heading that was renamed."""
    page, heading = place
    cells = cells_of(notebooks_folder() / page.replace(".html", ".ipynb"))
    assert any(
        line.lstrip("# ") == heading
        for cell in cells
        for line in "".join(cell["source"]).splitlines()
        if cell["cell_type"] == "markdown" and line.startswith("##")
    )


def test_a_finding_about_reviews_leads_to_its_pull_requests() -> None:
    """The first ones at their host, and all in the list of the page on reviews; it has no tickets to name."""
    day = pd.Timedelta(days=1)
    claim = Finding(
        "review", "pull requests", "Reviews wait.", day, 0.1, 0.1, 0.2, 12, (), "A caveat.", "Do it.",
        pulls=(("web#7", "https://example.org/7"), ("web#8", None)),
    )  # fmt: skip
    heading = "Which pull requests are behind these numbers?"
    page = Page("08_where_do_reviews_wait.html", "Where do reviews wait?")
    html = summary_body(
        Cover("Shop", summary=summary(findings=(claim,))), {page: body("", Entry(2, "all", heading))}
    ).html
    assert re.findall('href="([^"]+)"', html.partition("Pull requests: ")[2])[:2] == [
        "https://example.org/7",
        "08_where_do_reviews_wait.html#all",
    ]
    assert "Tickets:" not in html


def test_a_line_is_broken_where_a_value_is_unknown() -> None:
    """Two pieces: the first point alone, then two that rise."""
    cover = Cover("Shop", summary=summary(Tile("Open tickets", "4", "n", points=(1.0, NAN, 2.0, 4.0))))
    html = summary_body(cover, {}).html
    assert re.findall('<path d="([^"]+)"', html) == ["M3.0 27.0M79.0 19.0L117.0 3.0"]


def test_a_measure_with_a_single_value_has_no_line() -> None:
    """One point is no line."""
    cover = Cover("Shop", summary=summary(Tile("Open tickets", "4", "n", points=(NAN, 4.0))))
    assert "<svg" not in summary_body(cover, {}).html


def test_a_finding_shows_its_first_sentence_its_tickets_and_where_all_are_listed() -> None:
    """The rest of the claim and the caveat are folded away."""
    found = finding("handoff", "dev → QA", "The costliest is dev → QA (n = 12). Then more. And more.")
    html = summary_body(Cover("Shop", summary=summary(findings=(found,))), {}).html
    assert "<strong>The costliest is dev → QA (n = 12).</strong>" in html
    assert "<p>Then more. And more. Caveat: A caveat.</p></details>" in html
    assert html.count("data-ticket=") == 2
    assert 'data-tickets="tickets.html#handoff-dev-qa"' in html


def test_a_whole_report_links_within_itself_and_shares_no_names() -> None:
    """The same heading on two pages becomes two places; the web stays where it is."""
    index = body('<h1 id="a">A</h1><a href="b.html#a">1</a><a href="b.html">2</a><a href="#a">3</a>')
    other = body('<h2 id="a">B</h2><a href="https://x.example/">4</a><a href="timelines.html#AB-1">5</a>')
    html = whole_body({Page("index.html", "A"): index, Page("b.html", "B"): other}, title="Shop").html
    assert re.findall(' (?:id|href)="([^"]+)"', html) == [
        "index", "index-a", "#b-a", "#b", "#index-a", "b", "b-a", "https://x.example/", "timelines.html#AB-1",
    ]  # fmt: skip


def test_a_schedules_first_page_is_the_latest_summary_with_all_runs_below() -> None:
    """Its links lead into that run's folder, and what failed since stands above it."""
    index = (
        f'<body class="plain">\n<main id="report"><a href="02.html#x">1</a><a href="#y">2</a>{RUNS}</main>'
    )
    latest = [Page("2026/index.html", "Report"), Page("2026/report.pdf", "The whole report as PDF")]
    page = render_site(
        title="Shop: weekly", latest=latest, runs=[RunRow("2026-11-16 06:00", "done", href="2026/index.html")],
        about={}, notice="It <failed>.", summary=index,
    )  # fmt: skip
    assert re.findall('href="([^"]+)"', page) == [
        "2026/02.html#x",
        "#y",
        "2026/report.pdf",
        "2026/index.html",
    ]
    assert page.index("It &lt;failed&gt;.") < page.index('data-folder="2026/"')


def test_a_page_of_an_older_version_is_linked_instead() -> None:
    """It has no room for the runs."""
    page = render_site(
        title="Shop", latest=[Page("a/index.html", "Report")], runs=[], about={}, summary="<body><p>old</p>"
    )
    assert 'href="a/index.html"' in page
    assert "<p>old</p>" not in page
