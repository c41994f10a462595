"""Names and numbers in sentences."""

import pytest

from realtap.recordings.findings import wording


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcdefg"), "a, b, c, d and 3 more"),
    ],
)
def test_words_are_listed(words: list[str], sentence: str) -> None:
    assert wording.listed(words) == sentence


def test_one_event_and_several_events_are_numbered() -> None:
    assert wording.events([4]) == "event 4"
    assert wording.events([4, 9]) == "events 4 and 9"


def test_an_event_without_a_number_was_before_the_recording() -> None:
    assert wording.event(0) == wording.event(None) == "an event before the recording"


def test_a_name_from_the_wire_is_short_and_has_no_control_characters() -> None:
    assert wording.shown("a\x1b[31m") == "a\\x1b[31m"
    assert len(wording.shown("ab " * 1000)) <= wording.NAME_LIMIT + 1
    assert wording.shown("") == "(empty)"


def test_a_call_is_named_with_its_id() -> None:
    assert wording.call_named("get_weather", "call_1") == "get_weather (call_1)"
    assert wording.call_named("", "call_1") == "a call (call_1)"
