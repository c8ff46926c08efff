"""Statistics that measures share: survival curves, resampling by cluster, proportions, control charts.

Tables of tickets are not known here: what goes in are durations, counts and amounts. Measures draw random
numbers nowhere else, and every function that does takes a ``seed``.
"""
