"""Events of a recording that are sent again: a change is merged in, and ids stay the first one's own."""

from typing import Any

import pytest

from realtap.recordings.errors import InjectionError
from realtap.recordings.event import Event, Json, Side
from realtap.tui.cli.recalling import edited, print_event

OUTPUT = (
    b'{"type":"conversation.item.create","event_id":"e1",'
    b'"item":{"id":"item_1","type":"function_call_output","call_id":"call_1","output":"a"}}'
)
"""As an app sends it."""


def event(payload: bytes, type_: str = "conversation.item.create") -> Event:
    return Event(1, 0.0, Side.CLIENT, type_, payload)


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({}, {"type": "function_call_output", "call_id": "call_1", "output": "a"}),
        (
            {"item": {"output": "b", "call_id": None}},
            {"type": "function_call_output", "output": "b"},
        ),
        ({"item": {"output": {"x": None, "y": 1}}}, {"output": {"y": 1}}),
        ({"item": 7}, 7),
    ],
)
def test_change_is_merged_into_a_copy(change: Json, item: Any) -> None:
    original = event(OUTPUT)
    again = edited(original, change)
    assert again["type"] == "conversation.item.create"
    assert "event_id" not in again
    assert again["item"] == item if item == 7 else item.items() <= again["item"].items()
    assert original.fields()["item"]["output"] == "a"


def test_ids_that_the_person_gives_are_kept() -> None:
    again = edited(event(OUTPUT), {"event_id": "mine", "item": {"id": "item_2"}})
    assert (again["event_id"], again["item"]["id"]) == ("mine", "item_2")


def test_half_an_emoji_is_printed_and_cannot_be_sent_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = event(b'{"type":"x","text":"\\ud83d"}', "x")
    with pytest.raises(InjectionError, match="event 1 cannot be sent again"):
        edited(broken, {})
    print_event(broken.fields(), as_json=False)
    assert capsys.readouterr().out == '{"type": "x", "text": "\\ud83d"}\n'
