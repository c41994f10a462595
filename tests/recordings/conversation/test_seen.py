"""One event, looked at once: names, ids, and how much audio it has without parsing it."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.conversation import Seen, sent_payload
from realtap.recordings.event import Event, Fate, Form, Json, Side


def seen_of(fields: Any, side: Side = Side.SERVER, **options: Any) -> Seen:
    type_ = fields.get("type") if isinstance(fields, dict) else None
    name = type_ if isinstance(type_, str) else None
    return Seen.of(Event(7, 1.5, side, name, json.dumps(fields).encode(), **options))


def delta(audio: str, **fields: Any) -> Json:
    return {"type": "response.audio.delta", "item_id": "item_1", "delta": audio, **fields}


def test_names_and_ids_are_read_wherever_they_are() -> None:
    item = {"id": "item_1", "call_id": "call_1"}
    seen = seen_of({"type": "conversation.item.created", "event_id": "event_1", "item": item})
    assert (seen.seq, seen.at, seen.type) == (7, 1.5, "conversation.item.created")
    assert seen.kind == "conversation.item.added"
    assert (seen.event_id, seen.item_id, seen.call_id) == ("event_1", "item_1", "call_1")
    done = seen_of({"type": "response.done", "response": {"id": "resp_1"}})
    assert (done.response_id, done.item_id) == ("resp_1", "")


@given(st.binary(max_size=40))
def test_audio_is_measured_without_parsing(audio: bytes) -> None:
    seen = seen_of(delta(base64.b64encode(audio).decode(), response_id="resp_1"))
    assert seen.is_audio
    assert seen.audio_bytes == len(audio)
    assert seen.parsed is None
    assert (seen.item_id, seen.response_id) == ("item_1", "resp_1")
    assert seen.fields["delta"] == base64.b64encode(audio).decode()


def test_appended_audio_is_measured() -> None:
    seen = seen_of({"type": "input_audio_buffer.append", "audio": "AAAA"}, Side.CLIENT)
    assert (seen.audio_bytes, seen.is_from_client) == (3, True)


def test_escaped_slashes_do_not_count_as_audio() -> None:
    event = Event(
        1, 0.0, Side.SERVER, "response.audio.delta", b'{"type":"x","delta":"\\/\\/\\/\\/"}'
    )
    assert Seen.of(event).audio_bytes == 3


@pytest.mark.parametrize("junk", [None, 3, [], {}, ["AAAA"], True])
def test_junk_for_audio_is_no_audio(junk: Any) -> None:
    assert seen_of(delta("", delta=junk)).audio_bytes == 0
    assert seen_of(delta("AAAA", item_id=junk)).audio_bytes == 3


@pytest.mark.parametrize("payload", [b"", b"[]", b"3", b'"x"', b"{", b"\xff", b"[" * 5000])
def test_a_message_that_is_no_event_has_no_fields(payload: bytes) -> None:
    for form in Form:
        seen = Seen.of(Event(1, 0.0, Side.CLIENT, None, payload, form=form))
        assert seen.fields == {}
        assert seen.type == ""


def test_type_is_read_from_the_message_when_the_line_has_none() -> None:
    event = Event(1, 0.0, Side.SERVER, None, b'{"type":"response.text.done"}')
    assert Seen.of(event).kind == "response.output_text.done"


def test_edited_event_of_the_client_is_what_went_out() -> None:
    event = Event(
        1,
        0.0,
        Side.CLIENT,
        "response.create",
        b'{"type":"response.create"}',
        fate=Fate.EDITED,
        sent=b'{"type":"response.create","event_id":"mine"}',
    )
    assert Seen.of(event).event_id == "mine"
    assert sent_payload(event) == event.sent


def test_edited_event_of_the_server_is_what_the_server_said() -> None:
    event = Event(
        1,
        0.0,
        Side.SERVER,
        "error",
        b'{"event_id":"a"}',
        fate=Fate.EDITED,
        sent=b'{"event_id":"b"}',
    )
    assert Seen.of(event).event_id == "a"
