"""What does it look like? ``vsm demo`` builds the sample stream and goes the whole way with it."""

from pathlib import Path

from vsm.cli.init import write_beside
from vsm.cli.options import Dir
from vsm.cli.pull import store
from vsm.cli.report import publish, tell_findings
from vsm.cli.saying import console
from vsm.cli.telling import Teller
from vsm.errors import ParameterError
from vsm.read import read_stream
from vsm.sample import build_sample, sample_experiments, sample_workflow
from vsm.sources.work_folder import WorkFolder


def demo(dir_: Dir = Path("demo"), seed: int = 7) -> None:
    """Build a small business's stream from a seed, pull it like real data, and render its report."""
    say = console()
    folder = WorkFolder(dir_)
    if folder.workflow.exists() and folder.workflow.read_text(encoding="utf-8-sig") != sample_workflow():
        raise ParameterError(f"{folder.workflow} is not the sample's; choose another --dir for the demo")
    folder.archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sample = build_sample(folder.archive.parent / "sample", seed=seed)
    write_beside(folder.workflow, sample_workflow())
    if not folder.experiments.exists():
        write_beside(folder.experiments, sample_experiments())
    into = dir_, Teller()
    store(into, "jira", {"file": str(sample.issues.absolute())})
    store(into, "git:shop", {"repo": str(sample.repository.absolute()), "allow_shallow": False})
    stream = read_stream(dir_)
    page = publish(dir_, stream, {})
    say.print(f"Report: {page}")
    tell_findings(say, stream)
