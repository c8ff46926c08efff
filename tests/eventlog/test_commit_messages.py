"""What messages of several hosts and habits tell."""

import pytest

from vsm.eventlog.commit_messages import CommitRefs, refs_of_messages


@pytest.mark.parametrize(
    ("subject", "branch", "pull"),
    [
        ("Merge branch 'feature/AB-1'", "feature/AB-1", None),
        ("Merge branch 'AB-1' of example.org:shop into develop", "AB-1", None),
        ("Merge remote-tracking branch 'origin/AB-1'", "AB-1", None),
        ("Merge pull request #12 from dev-1/AB-1-pay", "AB-1-pay", "12"),
        ("Merge pull request #12 from dev-1/feature/AB-1", "feature/AB-1", "12"),
        ("Merge pull request #4 in SHOP/shop from feature/AB-1 to main", "feature/AB-1", "4"),
        ("Merged in feature/AB-1 (pull request #7)", "feature/AB-1", "7"),
        ("Merged PR 31: AB-1 pay by card", None, "31"),
        ("Pull request #8: AB-1 pay", None, "8"),
        ("AB-1 pay by card (#42)", None, "42"),
        ("Merge two rows of the table", None, None),
        ("AB-1 after #42 was merged", None, None),
    ],
)
def test_subjects_tell_branch_and_pull_request(subject: str, branch: str | None, pull: str | None) -> None:
    """GitHub, GitLab, Bitbucket, Azure, and plain Git; a title that begins with "Merge" is no merge."""
    told = refs_of_messages([subject]).get(0, CommitRefs())
    assert (told.branch, told.pull) == (branch, pull)


def test_gitlab_names_the_request_at_the_end() -> None:
    """The branch stands in the subject, the number in the last line."""
    told = refs_of_messages(
        ["Merge branch 'AB-1' into 'main'\n\nPay by card\n\nSee merge request shop/web!77"]
    )[0]
    assert (told.branch, told.pull) == ("AB-1", "77")


def test_people_of_trailers_and_of_reviewers_lines() -> None:
    """A line "Reviewers: A, B" is no trailer to Git, and counts; each person once, by role."""
    message = (
        "AB-1 pay\n\nReviewers: dev-2 <d2@example.org>, dev-3\nreviewed-by: dev-2 <d2@example.org>\n"
        "Signed-off-by: dev-1 <d1@example.org>\nCo-authored-by: dev-4 <d4@example.org>\n"
        "Co-Authored-By: dev-5 <d5@example.org>"
    )
    told = refs_of_messages([message])[0]
    assert told.people == {
        "reviewers": (("dev-2", "d2@example.org"), ("dev-3", "")),
        "signers": (("dev-1", "d1@example.org"),),
        "coauthors": (("dev-4", "d4@example.org"), ("dev-5", "d5@example.org")),
    }


def test_reverts_and_cherry_picks_name_their_commit() -> None:
    """Each hash once; a merge that is taken back names itself, not what it changed."""
    one, two = "a" * 40, "b" * 40
    revert = f'Revert "AB-1 pay"\n\nThis reverts commit {one}, reversing\nchanges made to {two}.'
    picked = f"AB-2 mend\n\n(cherry picked from commit {one})\n(cherry picked from commit {two})"
    reverted, taken = refs_of_messages([revert, picked]).values()
    assert (reverted.reverts, reverted.reverted_subject) == ((one,), "AB-1 pay")
    assert taken.picked == two


def test_a_plain_message_tells_nothing() -> None:
    """Most do; so does an empty one."""
    assert refs_of_messages(["AB-1 pay by card", ""]) == {}


def test_a_huge_message_takes_no_time() -> None:
    """Twenty thousand characters without an end of line, made to make regular expressions go back and back."""
    told = refs_of_messages(["Merge branch '" + "a" * 20_000, "x\n\nReviewers: " + "a <" * 7_000])
    assert told[0].branch is None
