"""Is the sample written whole, and the same each time?"""

from pathlib import Path

import pytest

from vsm.errors import InputError
from vsm.sample import SampleFiles, build_sample
from vsm.sources.git_process import run_git

pytestmark = pytest.mark.slow


def references(sample: SampleFiles) -> bytes:
    return run_git(sample.repository, "for-each-ref")


def test_a_second_call_replaces_the_first_and_the_same_seed_gives_the_same_files(
    sample: SampleFiles, tmp_path: Path
) -> None:
    """Issue bodies are equal to the byte, and every branch and tag to the commit's hash; nothing lies beside them.

    Another seed is another sample: it differs in what happened, not in how much.
    """
    other = build_sample(tmp_path, seed=1)
    assert other.issues.read_bytes() != sample.issues.read_bytes()
    assert other.as_of == sample.as_of
    again = build_sample(tmp_path, seed=7)
    assert again.issues.read_bytes() == sample.issues.read_bytes()
    assert references(again) == references(sample)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["issues.jsonl.gz", "shop.git"]


@pytest.mark.parametrize("name", ["issues.jsonl.gz", "shop.git/HEAD"])
def test_files_of_somebody_else_are_not_replaced(tmp_path: Path, name: str) -> None:
    """Such as a repository of a shop; the message says what to do."""
    theirs = tmp_path / name
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("theirs")
    with pytest.raises(InputError, match=r"would be replaced; move it away, or name another folder"):
        build_sample(tmp_path)
    assert theirs.read_text() == "theirs"
    assert len(list(tmp_path.iterdir())) == 1


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Not even where the sample lies there."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    (tmp_path / "there" / "description").write_text("The sample of vsm\n")
    (tmp_path / "here" / "shop.git").symlink_to(tmp_path / "there")
    with pytest.raises(InputError, match=r"here/shop\.git is not of this version's sample"):
        build_sample(tmp_path / "here")


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    """Where nothing can be written, the message says what to do."""
    position = tmp_path / "taken"
    position.write_text("a file")
    with pytest.raises(InputError, match=r"taken cannot hold the sample: .*; name a folder"):
        build_sample(position)
