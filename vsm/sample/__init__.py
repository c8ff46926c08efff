"""What would a small business's history look like? A sample with planted truths, made from a seed."""

from vsm.sample.build import SampleFiles, build_sample
from vsm.sample.truth import sample_truth
from vsm.sample.workflow_file import sample_experiments, sample_workflow

__all__ = ["SampleFiles", "build_sample", "sample_experiments", "sample_truth", "sample_workflow"]
