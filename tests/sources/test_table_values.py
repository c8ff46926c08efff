"""Numbers and dates are read in one way, or refused."""

import pandas as pd
import pytest

from vsm.errors import SourceError
from vsm.sources.table_values import amounts_of, instants_of, zone_of


def amounts(*texts: object, decimal: str = "") -> list[str]:
    return amounts_of(pd.Series(texts, dtype="object"), "x.csv: column 'cod'", decimal=decimal).tolist()


@pytest.mark.parametrize(
    ("decimal", "texts", "read"),
    [
        (",", ["1200,50", "1.200,50", "3,5", "1.200"], ["1200.50", "1200.50", "3.5", "1200"]),
        (",", ["1 200,50", "1\u202f200", "1\xa0234\xa0567,8"], ["1200.50", "1200", "1234567.8"]),
        (".", ["1'200.50", "-1,200", "0.125"], ["1200.50", "-1200", "0.125"]),
        ("", ["12.5", "1.200", "7", "", "a lot"], ["12.5", "1.200", "7", "", "a lot"]),
        ("", ["0.125", "1200"], ["0.125", "1200"]),
        (",", [1200.5, 3, "n/a"], ["1200.5", "3", "n/a"]),
    ],
)
def test_one_mark_a_column(decimal: str, texts: list[object], read: list[str]) -> None:
    """German, French and Swiss groups; numbers of Excel have no mark; a text that is none stays."""
    assert amounts(*texts, decimal=decimal) == read


@pytest.mark.parametrize("text", ["1200,50", "1.200,50", "1.200", "1,200", "1 200", "1'200", "1.200.500"])
def test_a_number_that_could_be_two_is_refused(text: str) -> None:
    """And with it the column: it is not read by halves."""
    with pytest.raises(
        SourceError, match=r"x\.csv: column 'cod': .* could be two numbers; name its mark, --decimal"
    ):
        amounts("7", text)


@pytest.mark.parametrize(
    ("decimal", "text"), [(",", "1,200.50"), (".", "1.200,50"), (",", "1.20"), (",", "1,2,3")]
)
def test_a_number_with_the_other_mark_is_refused(decimal: str, text: str) -> None:
    """One mark a column."""
    with pytest.raises(SourceError, match=f"'{text}' is no number with the decimal mark '{decimal}'"):
        amounts("7", text, decimal=decimal)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d.%m.%Y %H:%M", "05.01.2026 09:00"),
        ("%m/%d/%Y %I:%M %p", "01/05/2026 9:00 AM"),
        ("%d/%b/%y %I:%M %p", "05/Jan/26 9:00 AM"),
        ("%d/%m/%Y %H:%M:%S", "05/01/2026 09:00:00"),
        ("%Y年%m月%d日 %H:%M", "2026年01月05日 09:00"),
        ("%d.%m.%Y %H:%M %z", "05.01.2026 09:00 +0100"),
        ("%d.%m.%Y %H:%M %Z", "05.01.2026 08:00 UTC"),
        ("", "2026-01-05 09:00"),
        ("", "2026-01-05T08:00:00Z"),
        ("%d.%m.%Y", pd.Timestamp("2026-01-05 09:00")),
    ],
)
def test_a_format_is_named_and_dates_with_a_type_need_none(form: str, text: object) -> None:
    """Germany, the United States, Jira, France, Japan, a zone, ISO with and without one, Excel."""
    at, why, _ = instants_of(pd.Series([text]), zone=zone_of("Europe/Berlin"), date_format=form)
    assert (at[0].isoformat(), why[0]) == ("2026-01-05T08:00:00+00:00", "")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-01-05T0900+0100", "2026-01-05T08:00:00+00:00"),
        ("2026-01-05T08Z", "2026-01-05T08:00:00+00:00"),
        ("2026-01-05 09:00+1", "2026-01-05T08:00:00+00:00"),
        ("2026-01-05T08-30", "NaT"),
        ("2026-01-05T08:00+", "NaT"),
    ],
)
def test_a_zone_is_known_however_the_hour_is_written(text: str, read: str) -> None:
    """Short forms of ISO 8601 beside times without a zone; what is none is no time."""
    at, _, _ = instants_of(pd.Series(["2026-01-05 08:00", text]))
    assert [instant.isoformat() for instant in at] == ["2026-01-05T08:00:00+00:00", read]


def test_a_date_in_another_format_is_said_by_it() -> None:
    """A month that is none, as when day and month were swapped."""
    _, why, _ = instants_of(pd.Series(["05.13.2026"]), date_format="%d.%m.%Y")
    assert why.tolist() == ["no readable time '05.13.2026', by the format %d.%m.%Y"]
