"""Statistics for measures: survival curves, shares by week, resampling by cluster, rates, control charts.

Tables of tickets are not known here: what goes in are durations, counts and amounts. Measures draw random
numbers nowhere else, and every function that does takes a ``seed``.
"""
