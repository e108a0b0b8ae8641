"""connectors.xml_rows: rows come one by one, and hostile XML ends in a clear error with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import errors
from connectors.xml_rows import child, name_of, read, text_of

BOMB = (
    b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "boom"><!ENTITY y "&x;&x;&x;">]><a><row>&y;</row></a>"""
)
OUTSIDE = b"""<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><row>&x;</row></a>"""


def rows(source: bytes, *, file: bool = False) -> list[str | None]:
    return [text_of(child(row, "n")) for row in read(source, "row", where="answer", file=file)]


def test_rows_come_in_order_in_any_namespace() -> None:
    source = b'<a xmlns="urn:x"><row><n> 1 </n></row><row><n/></row><row/><b><row><n>4</n></row></b></a>'
    assert rows(source) == ["1", None, None, "4"]


def test_a_row_is_let_go_when_the_next_one_comes() -> None:
    seen = []
    for row in read(b"<a>" + b"<row><n>1</n></row>" * 50 + b"</a>", "row", where="x"):
        seen.append(row)
    assert len(seen) == 50
    assert name_of(seen[0]) == "row"


@pytest.mark.parametrize("source", [BOMB, OUTSIDE])
def test_no_entity_is_expanded_or_fetched(source: bytes) -> None:
    with pytest.raises(errors.BadAnswer, match="entities"):
        rows(source)


def test_what_breaks_off_is_told_with_its_line() -> None:
    with pytest.raises(errors.BadFile) as caught:
        rows(b"<a>\n<row><n>1</n></row>\n<row><n>2", file=True)
    assert caught.value.where == "answer:3"


@given(st.binary(max_size=300))
def test_any_bytes_end_in_rows_or_a_clear_error(source: bytes) -> None:
    try:
        rows(source)
    except errors.ConnectorError as problem:
        assert problem.message
        assert problem.mend
