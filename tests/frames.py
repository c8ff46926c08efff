"""Are two tables the same? And whatever the order of their categories?"""

import pandas as pd


def assert_equal(one: pd.DataFrame, other: pd.DataFrame, name: str = "a table") -> None:
    """To the last value, type and category, as ``assert_frame_equal`` compares, which is asked what differs.

    It takes every value out of its column by itself, and is slow where there are categories.
    """
    if not (one.equals(other) and list(map(_type, one.dtypes)) == list(map(_type, other.dtypes))):
        pd.testing.assert_frame_equal(one, other, obj=name)


def _type(dtype: object) -> object:
    """The type of a column, with its categories in their order."""
    if not isinstance(dtype, pd.CategoricalDtype):
        return dtype
    words = dtype.categories
    return words.dtype, dtype.ordered, tuple(words.to_numpy(dtype=object))


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
