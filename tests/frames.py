"""Are two tables the same, whatever the order of their categories?"""

import pandas as pd


def assert_same_rows(one: pd.DataFrame, other: pd.DataFrame, name: str = "a table") -> None:
    """To the last value, the index, and which columns are categories; the order and number of those does not matter.

    As ``assert_frame_equal(check_categorical=False)`` compares, which takes every value out of its column by itself:
    seconds for a few ten thousand rows.
    """
    categories = [
        [column for column, dtype in frame.dtypes.items() if isinstance(dtype, pd.CategoricalDtype)]
        for frame in (one, other)
    ]
    assert categories[0] == categories[1], name
    as_objects = dict.fromkeys(categories[0], "object")
    pd.testing.assert_frame_equal(one.astype(as_objects), other.astype(as_objects), obj=name)
