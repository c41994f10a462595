"""Single fields change, and the rest of the text stays as it was written."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.proxy.injection.splicing import SpliceError, as_written, with_field, without_field
from realtap.recordings.paths import Path

TEXT = (
    rb'{"type": "session.update", "n": 1.50e0, "u": "\u00e9",  "session": {"instructions": "a", '
    rb'"tools": [ {"name":"a"}, {"name":"b"} ], "empty":{}}, "args":"{\"city\": \"Paris\", \"n\": 1.0}"}'
)


def _put(path: str, value: object, text: bytes = TEXT) -> bytes:
    return with_field(text, Path.parse(path), value)


def _delete(path: str, text: bytes = TEXT) -> bytes:
    return without_field(text, Path.parse(path))


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        ("session.instructions", 'é "q"\n', b'"a", "tools"', '"é \\"q\\"\\n", "tools"'.encode()),
        ("n", 2, b"1.50e0", b"2"),
        ("n", {"a": [1, None]}, b"1.50e0", b'{"a":[1,null]}'),
        ("session.tools[1].name", "z", b'"b"', b'"z"'),
        ("session.tools[0]", False, b'{"name":"a"}', b"false"),
    ],
)
def test_only_the_named_value_changes(path: str, value: object, old: bytes, new: bytes) -> None:
    assert _put(path, value) == TEXT.replace(old, new)


def test_numbers_escapes_and_spaces_of_the_rest_stay() -> None:
    changed = _put("session.instructions", "b")
    assert changed == TEXT.replace(b'"instructions": "a"', b'"instructions": "b"')


def test_name_maps_over_the_elements_of_an_array() -> None:
    assert _put("session.tools.name", "q") == TEXT.replace(
        b'{"name":"a"}', b'{"name":"q"}'
    ).replace(b'{"name":"b"}', b'{"name":"q"}')
    assert _put("session.tools[].name", "q") == _put("session.tools.name", "q")


def test_missing_objects_are_made_in_the_style_of_their_place() -> None:
    assert b'"empty":{}, "audio": {"input":{"rate":8}}}' in _put("session.audio.input.rate", 8)
    assert b'"empty":{"a":1}' in _put("session.empty.a", 1)
    assert _put("b", 1, b'{"a":1}') == b'{"a":1,"b":1}'


def test_json_in_a_string_is_changed_there() -> None:
    assert _put("args.city", "Rome") == TEXT.replace(b"Paris", b"Rome")
    assert _delete("args.city") == TEXT.replace(rb"\"city\": \"Paris\", ", b"")


def test_of_a_name_that_stands_twice_the_last_counts() -> None:
    assert _put("a", 3, b'{"a":1,"a":2}') == b'{"a":1,"a":3}'


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        ("n", b'"n": 1.50e0, '),
        ("session.tools[0]", b'{"name":"a"}, '),
        ("session.tools[1]", b', {"name":"b"}'),
        ("session.tools[0].name", b'"name":"a"'),
        ("session.empty", b', "empty":{}'),
    ],
)
def test_deleted_field_takes_one_comma_along(path: str, gone: bytes) -> None:
    deleted = _delete(path)
    assert deleted == TEXT.replace(gone, b"")
    json.loads(deleted)


def test_all_elements_can_be_deleted() -> None:
    assert json.loads(_delete("session.tools[]"))["session"]["tools"] == []
    assert json.loads(_delete("session.tools.name"))["session"]["tools"] == [{}, {}]


@pytest.mark.parametrize("path", ["nope", "nope.x", "n.x", "type.x", "session.tools[7]", "args[0]"])
def test_what_is_not_there_is_not_deleted(path: str) -> None:
    assert _delete(path) == TEXT


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("n.x", "n.x cannot be changed: expected an object with x, but there is 1.50e0"),
        ("session[0]", "expected an array with the element 0, but there is an object"),
        ("session.tools[5]", "session.tools[5] cannot be changed: the array has no element 5"),
        ("session.new[0]", "there is no array that has the element 0"),
        ("session.new[]", "there is no array that has elements"),
        ("type.x", "type.x cannot be changed: the string on the way holds no JSON"),
    ],
)
def test_field_that_cannot_be_changed_says_why(path: str, message: str) -> None:
    with pytest.raises(SpliceError) as raised:
        _put(path, 1)
    assert str(raised.value).endswith(message)


def test_event_that_is_nested_too_deeply_is_left_alone() -> None:
    deep = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(SpliceError, match="nested too deeply"):
        _put("b", 1, deep)


def test_event_that_is_sent_on_keeps_its_text() -> None:
    """A surrogate without its pair and a number beyond a float's range are seen in practice."""
    payload = rb'{"type":"x","event_id":"e","delta":"\ud83d","n":1.50e0,"big":1e999,"o":{"a": [1]}}'
    event = as_written(payload)
    assert (event["type"], event["event_id"]) == ("x", "e")
    assert msgspec.json.encode(event) == payload


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "odd.name", ""]), inner, max_size=3)
    ),
    max_leaves=12,
)
_EVENTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), _VALUES, max_size=3)


_STYLES = st.sampled_from([{}, {"indent": 1}, {"ensure_ascii": False}])


@given(_EVENTS, st.sampled_from(["a", "b", "c", "d"]), _VALUES, _STYLES)
def test_change_is_what_a_dictionary_would_do(
    event: dict[str, object], name: str, value: object, style: dict[str, Any]
) -> None:
    text = json.dumps(event, **style).replace("\n", " ").encode()
    path = Path((name,))
    assert json.loads(with_field(text, path, value)) == event | {name: value}
    assert json.loads(without_field(text, path)) == {k: v for k, v in event.items() if k != name}
