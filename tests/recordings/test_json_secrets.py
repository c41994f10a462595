"""Where a JSON text holds secrets by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.json_secrets import Places


def secrets_in(text: str) -> list[str]:
    return [scalar.value for scalar in Places(text).secrets]


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ('{"client_secret":{"value":"a","expires_at":1}}', ["a"]),
        ('{"session":{"client_secret":{"expires_at":1,"value":"a"}}}', ["a"]),
        ('{"client_secret":"a"}', ["a"]),
        ('{"value":"a","expires_at":1}', ["a"]),
        ('{"value":"ek_1"}', ["ek_1"]),
        ('{"value":"a"}', []),
        ('{"x":{"value":"ek_1","expires_at":1}}', []),
        ('["value","ek_1"]', []),
        ('{"authorization":"a"}', ["a"]),
        ('{"authorization":["a"]}', ["a"]),
        ('{"authorization":{"type":"string"}}', []),
        ('{"type":"mcp","headers":{"a":"b"}}', ["b"]),
        ('{"headers":{"a":"b"},"type":"mcp"}', ["b"]),
        ('{"headers":{"a":"b"},"server_label":"x"}', ["b"]),
        ('{"headers":{"a":"b"},"connector_id":"x"}', ["b"]),
        ('{"extra_headers":[["a","b"]],"server_url":"x"}', ["a", "b"]),
        ('{"type":"mcp","headers":"a"}', ["a"]),
        ('{"type":"mcp","headers":{"a":{"headers":{"b":"c"}}}}', ["c"]),
        ('{"headers":{"tool":{"type":"mcp","headers":{"a":"b"}}}}', ["b"]),
        ('{"type":"mcp","headers":{"a":null,"b":true,"c":5}}', ["5"]),
        ('{"type":"function","headers":{"a":"b"}}', []),
        ('{"server_url":{},"headers":{"a":"b"}}', []),
        ('{"type":["mcp"],"headers":{"a":"b"}}', []),
        ('"authorization"', []),
        ("5", []),
        ("", []),
    ],
)
def test_secrets_are_found_by_their_names(text: str, secrets: list[str]) -> None:
    assert secrets_in(text) == secrets


def test_each_other_scalar_is_told_with_its_place() -> None:
    text = '{"a\\n": [1.50, "b", null, true], "api_key": "c"}'
    others = Places(text).others
    assert [scalar.value for scalar in others] == ["a\n", "1.50", "b", "api_key"]
    assert all(text[slice(*scalar.span)] == scalar.raw for scalar in others)


@given(st.text("{}[]:,\"\\ a1'", max_size=60))
def test_what_is_no_json_does_no_harm(text: str) -> None:
    Places(text)


@given(
    st.recursive(
        st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=9,
    )
)
def test_every_string_of_a_json_value_is_seen(value: object) -> None:
    text = json.dumps(value)
    places = Places(text)
    seen = sum(scalar.is_string for scalar in [*places.secrets, *places.others])
    assert seen == _count(value)


def _count(value: object) -> int:
    match value:
        case dict():
            return len(value) + sum(map(_count, value.values()))
        case list():
            return sum(map(_count, value))
        case _:
            return 1
