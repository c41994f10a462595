"""The demo's answers to the two questions that most people come with."""

import json
from collections.abc import Mapping

from realtap.recordings.event import Event, Side
from realtap.tui.cli.answers import FirstCall

CALL = {"response_id": "resp_1", "item": {"type": "function_call", "name": "get_weather"}}
OUTPUT = {"item": {"type": "function_call_output", "call_id": "call_1"}}


def after(*events: tuple[str, Mapping[str, object]]) -> FirstCall:
    first_call = FirstCall()
    for seq, (event_type, fields) in enumerate(events, 1):
        payload = json.dumps({"type": event_type, **fields}).encode()
        first_call.watch(Event(seq, seq / 10, Side.SERVER, event_type, payload))
    return first_call


def test_answered_call_is_told_by_the_numbers_of_its_events() -> None:
    call = after(
        ("response.create", {}),
        ("response.output_item.added", CALL),
        ("conversation.item.create", OUTPUT),
        ("response.done", {"response": {"id": "resp_1"}}),
        ("response.create", {}),
        ("response.create", {}),
    )
    (name, answer) = call.answers()
    assert "event 2" in name[1]
    assert "response.create, event 5, sent after response.done, event 4" in answer[1]


def test_call_that_nobody_answered_teaches_nothing() -> None:
    call = after(
        ("response.output_item.added", CALL), ("response.done", {"response": {"id": "resp_1"}})
    )
    assert call.answers() == ()


def test_end_of_another_response_is_not_the_end_of_the_call() -> None:
    call = after(
        ("response.done", {"response": {}}),
        ("response.output_item.added", CALL),
        ("response.done", {"response": {"id": "resp_0"}}),
        ("response.create", {}),
    )
    assert call.answers() == ()
