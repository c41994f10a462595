"""A filter at work on a recording that may grow."""

from collections.abc import Callable
from pathlib import Path

import pytest
from scenes import function_call, session, text_turn

from realtap.recordings.filters import parse_filter
from realtap.recordings.index import Index
from realtap.tui.app.session.sifting import sifting

type Record = Callable[..., Path]


@pytest.mark.parametrize("text", ["type:response.done", "response.status=completed"])
def test_rows_are_found_by_any_kind_of_filter(record: Record, text: str) -> None:
    with Index(record(session(), text_turn(), text_turn())) as index:
        index.scan()
        sieve = sifting(parse_filter(text), index, {})
        found = sieve.more(len(index))
        sieve.close()
        assert [index.type(row) for row in found] == ["response.done"] * 2
        assert sieve.seen == len(index)


def test_joined_fields_are_asked_from_the_start(record: Record) -> None:
    with Index(record(session(), function_call("get_weather", {"city": "Rome"}))) as index:
        index.scan()
        sieve = sifting(parse_filter("name:get_weather"), index, {})
        found = sieve.more(len(index))
        sieve.close()
        assert "response.function_call_arguments.delta" in {index.type(row) for row in found}


def test_rows_that_come_later_are_found_later(record: Record) -> None:
    path = record(session(), text_turn())
    with Index(path) as index:
        index.scan()
        sieve = sifting(parse_filter("type:error"), index, {})
        assert sieve.more(len(index)) == []
        with path.open("ab") as file:
            file.write(
                b'{"seq":99,"at":9.0,"from":"server","type":"error","event":{"type":"error"}}\n'
            )
        index.refresh()
        assert sieve.more(len(index)) == [len(index) - 1]


def test_damaged_line_is_passed_over(record: Record) -> None:
    path = record(session(), text_turn())
    with path.open("ab") as file:
        file.write(b'{"seq":98,"at":9.0,"from":"server","type":"error","event":{"type" oops}\n')
        file.write(b'{"seq":99,"at":9.0,"from":"server","type":"error","event":{"x":1}}\n')
    with Index(path) as index:
        index.scan()
        found = sifting(parse_filter("x=1"), index, {}).more(len(index))
        assert [index.seqs[row] for row in found] == [99]
