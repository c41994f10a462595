"""The app's view of a session in which realtap had its hands."""

from pathlib import Path
from typing import Any

import pytest
from transcript import Said, client, closed, frame, marked, release, server, transcript

from realtap.recordings.errors import RecordingError
from realtap.recordings.event import Event, Fate, Form, Header, Origin, Side
from realtap.recordings.replay.script import FromClient, Script, is_aside

PATH = Path("session.jsonl")


def script_of(*steps: Any) -> Script:
    return Script.of(transcript(*steps), PATH)


def told(script: Script) -> list[str]:
    """Who said what, as the app saw it."""
    return [f"{'>' if isinstance(step, FromClient) else '<'} {step.type}" for step in script.steps]


HELLO: Said = server("session.created", session={"id": "sess_1"})


def test_a_script_has_what_both_sides_said() -> None:
    assert told(script_of(HELLO, client("response.create"))) == [
        "< session.created",
        "> response.create",
    ]


def test_what_a_mock_said_for_the_app_is_not_the_app_s_to_say() -> None:
    output = client("conversation.item.create", item={"type": "function_call_output"})
    own = marked(output, fate=Fate.DROPPED)
    mocked = marked(output, origin=Origin.MOCK)
    assert told(script_of(HELLO, own, mocked)) == [
        "< session.created",
        "> conversation.item.create",
    ]


def test_what_was_kept_from_the_app_is_not_played_and_what_was_made_up_is() -> None:
    error = server("error", error={"message": "made up"})
    dropped = marked(server("response.done"), fate=Fate.DROPPED)
    assert told(script_of(HELLO, dropped, marked(error, origin=Origin.FAULT))) == [
        "< session.created",
        "< error",
    ]


def test_an_edited_message_is_played_as_the_app_received_it() -> None:
    edited = marked(HELLO, fate=Fate.EDITED, sent={"type": "session.edited"})
    [step] = script_of(edited).steps
    assert (step.type, step.payload) == ("session.edited", b'{"type":"session.edited"}')


def test_an_edited_event_of_the_app_is_what_the_app_wrote() -> None:
    edited = marked(client("response.create"), fate=Fate.EDITED, sent={"type": "response.cancel"})
    [step] = script_of(edited).steps
    assert step.type == "response.create"


def test_a_held_message_comes_when_it_was_released() -> None:
    held = marked(HELLO, fate=Fate.HELD)
    script = script_of(held, client("response.create"), release())
    assert told(script) == ["> response.create", "< session.created"]


def test_a_held_message_that_was_never_released_is_not_played() -> None:
    assert told(script_of(marked(HELLO, fate=Fate.HELD))) == []


def test_a_message_too_long_to_be_kept_is_told() -> None:
    long = Event(7, 0.1, Side.SERVER, None, b"", Form.DIGEST, size=99_000_000, sha256="ab")
    header = Header(id="x", started="2026-01-01T00:00:00Z", via="reverse", upstream="")
    with pytest.raises(RecordingError, match="event 7 was too long to be kept"):
        Script.of([header, long], PATH)


def test_a_session_without_a_header_is_told() -> None:
    with pytest.raises(RecordingError, match="no header"):
        Script.of([], PATH)


def test_messages_that_are_no_events_are_played_as_they_are() -> None:
    script = script_of(frame(Side.SERVER, b"\x00\xff"), frame(Side.SERVER, "not json"))
    assert [(step.payload, getattr(step, "is_text", None)) for step in script.steps] == [
        (b"\x00\xff", False),
        (b"not json", True),
    ]


def test_audio_is_a_stream_and_no_event() -> None:
    script = script_of(client("input_audio_buffer.append", audio="AAAA"), client("response.create"))
    assert [step.audio_bytes for step in script.steps if isinstance(step, FromClient)] == [3, None]
    assert [step.type for step in script.from_client] == ["response.create"]


def test_the_end_is_known() -> None:
    script = script_of(HELLO, closed(1001, "expired", by=Side.SERVER))
    assert script.closed is not None
    assert (script.closed.code, script.closed.reason) == (1001, "expired")


@pytest.mark.parametrize(
    ("type_", "session", "expected"),
    [
        ("conversation.item.retrieve", None, True),
        ("session.update", {"type": "realtime", "model": "m", "tracing": "auto"}, True),
        ("session.update", {"type": "realtime", "tracing": "auto", "tools": []}, False),
        ("session.update", {"type": "realtime"}, False),
        ("response.create", None, False),
    ],
)
def test_what_changes_nothing_of_the_conversation_is_an_aside(
    type_: str, session: object, *, expected: bool
) -> None:
    assert is_aside(type_, {"type": type_, "session": session}) is expected
