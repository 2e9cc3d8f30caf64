"""CSV: the fast and the careful way agree, and broken files lose nothing silently."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.ingest import delimited
from auditor.ingest.tables import Refused

CELLS = st.text(alphabet="ab,;\"\n\r 中ł\t='", max_size=6)


def written(rows: list[list[str]], end: str = "\r\n") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator=end).writerows(rows)
    return stream.getvalue().encode()


def agree(data: bytes, width: int) -> bool:
    """Whether the fast way took the file; where it did, it must have read what the careful way reads."""
    quick = delimited.fast(data, ",", 0, width)
    if quick is None:
        return False
    slow, faults, blank, _ = delimited.careful(data, ",", 0, width)
    assert not faults
    assert not blank or quick.height == slow.height + blank
    if not blank:
        assert quick.equals(slow.select(quick.columns))
    return True


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_fast_equals_careful_on_written_files(rows: list[list[str]], end: str) -> None:
    agree(written([["a", "b", "c"], *rows], end), 3)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet='ab,"\n\r', max_size=24))
def test_fast_equals_careful_on_any_bytes(body: str) -> None:
    data = b"a,b\n" + body.encode()
    try:
        agree(data, 2)
    except Refused:
        pytest.fail("the fast way took a file that the careful way refuses")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=5),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(0, 5),
    st.sampled_from(["none", "short", "long", "cut", "blank", "open quote"]),
)
def test_what_the_careful_way_finds_fault_with_is_never_taken_by_the_fast_way(
    rows: list[list[str]], end: str, place: int, damage: str
) -> None:
    row = rows[place % len(rows)]
    rows[place % len(rows)] = {"short": row[:-1], "long": [*row, "x"], "blank": []}.get(damage, row)
    data = written([["a", "b", "c"], *rows], end)
    if damage == "cut":
        data = data[: max(len(data) - place - 1, 7)]
    if damage == "open quote":
        data += b'1,2,"open'
    quick = delimited.fast(data, ",", 0, 3)
    if quick is not None:
        slow, faults, _, _ = delimited.careful(data, ",", 0, 3)
        assert not faults
        assert quick.filter(quick["row"].is_in(slow["row"].implode())).equals(slow.select(quick.columns))


def test_the_fast_way_takes_ordinary_files() -> None:
    assert agree(written([["a", "b"], ["1", 'he said "no", twice\nand left'], ["", "2"]]), 2)


@pytest.mark.parametrize(
    ("body", "kept", "reason"),
    [
        ("1,2,3\n4,5\n", 1, "2 cells where the header has 3"),
        ("1,2,3\n4,5,6,7\n", 1, "4 cells where the header has 3"),
        ('1,2,3\n4,5,"cut', 1, "the file ends inside a quoted cell"),
    ],
)
def test_ragged_and_cut_rows_are_faults(body: str, kept: int, reason: str) -> None:
    frame, faults, blank, rows = delimited.read(b"a,b,c\n" + body.encode(), ",", 0, 3)
    assert frame.height == kept
    assert [fault.row for fault in faults] == [3]
    assert reason in faults[0].reason
    assert rows == frame.height + len(faults) + blank


def test_an_open_quote_in_the_middle_refuses_the_file() -> None:
    with pytest.raises(Refused, match="line 2: a quote is opened"):
        delimited.read(b'a,b\n1,"open\n2,x\n3,y\n', ",", 0, 2)


def test_blank_lines_count_and_rows_keep_their_numbers() -> None:
    frame, faults, blank, rows = delimited.read(b"a,b\n1,2\n\n\n3,4\n", ",", 0, 2)
    assert frame["row"].to_list() == [2, 5]
    assert (len(faults), blank, rows) == (0, 2, 4)
