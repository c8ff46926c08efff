"""How does a value stream come about? The arrows in order: archive → log → intervals → model → findings."""

from vsm.pipeline.read import read_stream
from vsm.pipeline.stream import ValueStream, Window, stream_from_log

__all__ = ["ValueStream", "Window", "read_stream", "stream_from_log"]
