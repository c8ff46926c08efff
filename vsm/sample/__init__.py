"""A small business's history with planted truths, made from a seed."""

from vsm.sample.build import SampleFiles, build_reviews, build_sample, sample_experiments, sample_workflow
from vsm.sample.truth import sample_truth

__all__ = [
    "SampleFiles",
    "build_reviews",
    "build_sample",
    "sample_experiments",
    "sample_truth",
    "sample_workflow",
]
