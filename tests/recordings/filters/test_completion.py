"""What is proposed while a filter is written."""

import json

import pytest

from realtap.recordings.catalogue import catalogue
from realtap.recordings.event import Event, Side
from realtap.recordings.filters import Candidate, parse_filter
from realtap.recordings.filters.completion import Completer, Completion, term_for
from realtap.recordings.paths import Path

VALUES = {"name": ["get_weather", "get time"], "type": ["my.event", "response.done"]}


def proposed(text: str, position: int | None = None) -> list[Completion]:
    return Completer(catalogue(), VALUES).at(text, len(text) if position is None else position)


def texts(text: str) -> list[str]:
    return [each.text for each in proposed(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "type:"),
        ("ty", "type:"),
        ("type:x fi", "finding:"),
        ("-fr", "from:"),
        ("(fr", "from:"),
        ("item", "item."),
        ("item_", "item_id="),
        ("item.co", "item.content[]."),
        ("item.content[].te", "item.content[].text="),
        ("call.", "call.name="),
        ("from:", "client"),
        ("from:s", "server"),
        ("type:response.out", "response.output_audio.delta"),
        ("kind:respo", "response.done"),
        ("type:my", "my.event"),
        ("item.type=func", "function_call"),
        ("name:get", "get_weather"),
        ("name:get", '"get time"'),
        ("finding:e", "error"),
        ("response.status!=", "completed"),
        ("item.approve=", "true"),
    ],
)
def test_what_fits_is_proposed(text: str, expected: str) -> None:
    assert expected in texts(text)


@pytest.mark.parametrize("text", ['"wor', 'item.name="x"', "at>", "at:", "text:a", "zzz", "x.y=1"])
def test_nothing_is_proposed_where_nothing_is_known(text: str) -> None:
    assert proposed(text) == []


def test_proposal_takes_the_place_of_what_is_begun() -> None:
    (first, *_) = proposed("from:server ty at>3", 14)
    assert (first.text, first.start, first.end) == ("type:", 12, 14)
    assert not first.is_whole
    (value,) = proposed("from:se", 7)
    assert (value.start, value.end, value.is_whole) == (5, 7, True)


def test_every_proposal_says_what_it_means() -> None:
    for text in ("", "item.", "type:", "from:", "session.audio.", "name:"):
        assert all(each.meaning for each in proposed(text))


def test_every_proposed_key_and_path_can_be_read() -> None:
    for text in ("", "i", "item.", "item.content[].", "session.", "response.", "error."):
        for each in proposed(text):
            if each.text.endswith((":", "=")):
                value = {"from:": "server", "origin:": "wire", "fate:": "held"}.get(each.text, "1")
                assert parse_filter(each.text + value).text == each.text + value


@pytest.mark.parametrize(
    "value",
    ["get_weather", "a b", 'say "hi" \\ now', "*", "what?", "", None, True, False, 5, 0.25, "(x)"],
)
def test_term_for_a_value_finds_it(value: object) -> None:
    fields = {"type": "x", "item": {"name": value}}
    candidate = Candidate.of(Event(1, 0.0, Side.SERVER, "x", json.dumps(fields).encode()))
    other = {"type": "x", "item": {"name": "another"}}
    unlike = Candidate.of(Event(1, 0.0, Side.SERVER, "x", json.dumps(other).encode()))
    wanted = parse_filter(term_for(str(Path(("item", "name"))), value))
    assert wanted.matches(candidate)
    assert not wanted.matches(unlike)


def test_term_for_an_object_asks_whether_it_is_there() -> None:
    assert term_for("item", {}) == "item=*"
