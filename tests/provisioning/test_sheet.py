"""Rows of a CSV: where each begins, and what is none."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.errors import BadInput
from provisioning.sheet import rows


def test_where_a_row_begins() -> None:
    """A row's number is the line it begins in, which is where an editor shows it."""
    text = '\ufeffa,b\r\n"1\n2",\r\n\r\n3,"\n\n"\r\n4,5'

    assert list(rows(text, "x.csv")) == [
        (1, ["a", "b"]),
        (2, ["1\n2", ""]),
        (4, []),
        (5, ["3", "\n\n"]),
        (8, ["4", "5"]),
    ]


@given(
    st.lists(st.lists(st.text(), min_size=1)),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_a_spreadsheet_writes_is_read(table: list[list[str]], end: str) -> None:
    """Whatever stands in quoted cells, line ends and NUL included, is read back."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)

    assert [cells for _, cells in rows(out.getvalue(), "x.csv")] == table


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('a\n"b\nc', "row 2: this is not CSV (unexpected end of data); nothing was changed"),
        ('a\n"b"c\n', "row 2: this is not CSV (',' expected after '\"'); nothing was changed"),
        (
            f"a\n\n{'x' * 131073}",
            "row 3: this is not CSV (field larger than field limit (131072)); nothing was changed",
        ),
    ],
    ids=["open quote", "early quote", "endless cell"],
)
def test_what_is_no_csv(text: str, why: str) -> None:
    """What cannot be told apart says where it begins, and quotes nothing."""
    with pytest.raises(BadInput) as refusal:
        list(rows(text, "x.csv"))

    assert str(refusal.value) == f"x.csv, {why}"
