"""Events to start from, for a session as its recording tells it."""

from collections.abc import Callable
from pathlib import Path

from scenes import function_call, session

from realtap.recordings.event import Side
from realtap.tui.app.control_drafts import Drafts

type Record = Callable[..., Path]

TOOL = {
    "type": "function",
    "name": "book",
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "class": {"enum": ["first", "second"]},
            "nights": {"type": "integer"},
            "odd": {"type": ["string", "null"]},
        },
    },
}


def test_types_of_both_sides_are_listed_in_the_sessions_dialect(record: Record) -> None:
    types = {each.type: each.side for each in Drafts(record(session())).types}
    assert types["response.create"] is Side.CLIENT
    assert types["response.output_audio.delta"] is Side.SERVER
    assert "response.audio.delta" not in types


def test_draft_has_the_ids_of_the_session(record: Record) -> None:
    path = record(session(), function_call("get_weather", call_id="call_paris"))
    event = Drafts(path).draft("response.function_call_arguments.done", Side.SERVER).event
    assert event["call_id"] == "call_paris"
    assert "event_id" not in event


def test_draft_leaves_the_event_s_own_id_to_the_proxy(record: Record) -> None:
    event = Drafts(record(session())).draft("input_audio_buffer.clear", Side.CLIENT).event
    assert event == {"type": "input_audio_buffer.clear"}


def test_arguments_of_a_declared_function_are_there_to_be_filled_in(record: Record) -> None:
    assert Drafts(record(session(tools=[TOOL]))).tools == {
        "book": {"city": "", "class": "first", "nights": 0, "odd": None}
    }
