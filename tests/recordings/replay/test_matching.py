import json
from typing import Any

import pytest

from realtap.recordings.event import Json
from realtap.recordings.known_secrets import MARKER
from realtap.recordings.replay.identities import Identities
from realtap.recordings.replay.matching import ABSENT, Difference, Level, Rules, differences


def compare(expected: Json, got: Json, *, client_made: str = "", **rules: Any) -> list[Difference]:
    identities = Identities(frozenset(client_made.split()))
    return differences(expected, got, Rules(**rules), identities)


def output(value: object, call_id: str = "call_1") -> Json:
    item = {"type": "function_call_output", "call_id": call_id, "output": value}
    return {"type": "conversation.item.create", "item": item}


def test_equal_events_have_no_differences() -> None:
    assert compare(output("{}"), output("{}")) == []


def test_a_changed_value_is_told_by_its_path() -> None:
    expected = {"type": "session.update", "session": {"instructions": "a"}}
    got = {"type": "session.update", "session": {"instructions": "b"}}
    assert compare(expected, got) == [Difference("session.instructions", "a", "b")]


def test_missing_and_added_fields_are_told() -> None:
    found = compare({"type": "x", "a": 1}, {"type": "x", "b": 2})
    assert found == [Difference("a", 1, ABSENT), Difference("b", ABSENT, 2)]


def test_null_is_not_the_same_as_nothing() -> None:
    expected = {"type": "session.update", "session": {"turn_detection": None}}
    assert compare(expected, {"type": "session.update", "session": {}})


def test_the_spelling_of_an_output_does_not_matter() -> None:
    assert compare(output('{"a": 1, "b": 2.0}'), output('{"b":2,"a":1}')) == []


def test_a_value_inside_an_output_is_told_by_its_path() -> None:
    found = compare(output('{"temperature": 21}'), output('{"temperature": 22}'))
    assert found == [Difference("item.output.temperature", 21, 22)]


def test_true_is_not_one() -> None:
    assert compare({"a": 1}, {"a": True})


def test_a_call_id_of_the_server_must_come_back() -> None:
    assert compare(output("", "call_1"), output("", "call_9")) == [
        Difference("item.call_id", "call_1", "call_9")
    ]


def test_an_id_of_the_client_may_be_another_one() -> None:
    expected = {"type": "conversation.item.create", "item": {"id": "item_a"}}
    got = {"type": "conversation.item.create", "item": {"id": "item_b"}}
    assert compare(expected, got, client_made="item_a") == []


def test_an_event_id_may_be_there_or_not() -> None:
    assert compare({"type": "response.create"}, {"type": "response.create", "event_id": "e"}) == []


def test_audio_does_not_matter() -> None:
    expected = {"content": [{"type": "input_audio", "audio": "AAAA"}]}
    assert compare(expected, {"content": [{"type": "input_audio", "audio": "BBBBBBBB"}]}) == []


def test_how_much_was_played_does_not_matter() -> None:
    assert compare({"audio_end_ms": 100}, {"audio_end_ms": 970}) == []


def test_times_do_not_matter() -> None:
    expected, got = {"at": "2026-01-01T10:00:00Z"}, {"at": "2026-11-20T11:31:07.123Z"}
    assert compare(expected, got) == []


@pytest.mark.parametrize("path", ["session.instructions", "session", "session.*", "*.instructions"])
def test_an_ignored_path_does_not_matter(path: str) -> None:
    expected = {"session": {"instructions": "a"}}
    assert compare(expected, {"session": {"instructions": "b"}}, ignore=(path,)) == []


def test_an_ignored_path_reaches_into_every_element() -> None:
    expected = {"item": {"content": [{"text": "a"}, {"text": "b"}]}}
    got = {"item": {"content": [{"text": "c"}, {"text": "d"}]}}
    assert compare(expected, got, ignore=("item.content[].text",)) == []


def test_a_path_that_is_none_is_told_when_the_rules_are_made() -> None:
    with pytest.raises(ValueError, match="not a path"):
        Rules(ignore=("session..x",))


def test_a_matcher_judges_its_field() -> None:
    def is_close(expected: object, got: object) -> bool:
        return isinstance(expected, float) and isinstance(got, float) and abs(expected - got) < 0.1

    matchers = {"session.speed": is_close}
    expected = {"session": {"speed": 1.0}}
    assert compare(expected, {"session": {"speed": 1.05}}, matchers=matchers) == []
    assert compare(expected, {"session": {"speed": 1.5}}, matchers=matchers)[0].note


def test_by_type_only_the_types_are_compared() -> None:
    assert compare(output("a"), output("b"), level=Level.TYPE) == []
    assert compare(output("a"), {"type": "response.create"}, level=Level.TYPE)


def test_exactly_compares_ids_and_audio_too() -> None:
    assert compare({"event_id": "a"}, {"event_id": "b"}, level=Level.EXACT)
    assert compare({"audio": "AAAA"}, {"audio": "BBBB"}, level=Level.EXACT)
    assert compare(output('{"a":1}'), output('{"a": 1}'), level=Level.EXACT)


def test_a_secret_that_was_taken_out_may_be_any() -> None:
    expected = {"authorization": f"Bearer {MARKER}", "url": "https://example.com"}
    assert compare(expected, {"authorization": "Bearer abc", "url": "https://example.com"}) == []


def test_key_order_never_matters() -> None:
    one, other = '{"type":"x","a":1}', '{"a":1,"type":"x"}'
    assert compare(json.loads(one), json.loads(other), level=Level.EXACT) == []
