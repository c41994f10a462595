"""JSON as it is seen on the wire."""

import pytest

from realtap.recordings.jsontext import loads


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a":[1,"b"]}', {"a": [1, "b"]}),
        (b'"\\ud83d"', "\ud83d"),
        (b"1e999", float("inf")),
        (b" 5 ", 5),
    ],
)
def test_json_is_read_also_where_msgspec_refuses_it(text: bytes, value: object) -> None:
    assert loads(text) == value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b'"\xff"',
        b"[" * 100_000,
        b"\xff\xfe{",
        b"{\x00}\x00",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_no_json_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(text)
