"""Real sessions of four servers: every call is whole, every text is the server's own final text.

Nothing here knows a particular file: what is expected is read from the session's own events.
"""

from pathlib import Path

import pytest
from reduced import WIRE_SESSIONS, events_of_wire, joins_of_events

from realtap.recordings.conversation import Conversation, Seen
from realtap.recordings.event import Event
from realtap.recordings.plain import object_of, objects_of, text_of

needs_sessions = pytest.mark.skipif(
    not WIRE_SESSIONS, reason="the recorded sessions are not beside this checkout"
)
each_session = pytest.mark.parametrize(
    "path", WIRE_SESSIONS, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
pytestmark = needs_sessions


def reduced_wire(path: Path) -> tuple[list[Seen], Conversation]:
    conversation = Conversation(keep=None)
    seen = [Seen.of(event) for event in events_of_wire(path)]
    for each in seen:
        conversation.receive(each)
    return seen, conversation


def final_texts(events: list[Seen]) -> dict[str, str]:
    """What the server says last about each item's text, by the item's id."""
    texts: dict[str, str] = {}
    for seen in events:
        fields = seen.fields
        if seen.kind in {"response.output_text.done", "response.output_audio_transcript.done"}:
            texts[seen.item_id] = text_of(fields.get("text", fields.get("transcript")))
        elif seen.kind.endswith("input_audio_transcription.completed"):
            texts[seen.item_id] = text_of(fields.get("transcript"))
        items = [object_of(fields.get("item"))]
        items += objects_of(object_of(fields.get("response")).get("output"))
        for item in items if seen.side == "server" else ():
            parts = objects_of(item.get("content"))
            told = [text_of(part.get("text", part.get("transcript"))) for part in parts]
            if any(told):
                texts[text_of(item.get("id"))] = "\n".join(told)
    return texts


@each_session
def test_every_text_is_the_servers_own_final_text(path: Path) -> None:
    events, conversation = reduced_wire(path)
    told = {item.id: item.text for item in conversation.items.in_order()}
    final = final_texts(events)
    assert final
    assert {item_id: told.get(item_id) for item_id in final} == final


@each_session
def test_texts_of_deltas_alone_are_the_same(path: Path) -> None:
    """Without the events that repeat a text as a whole, as a recording that breaks off has it."""
    events, _ = reduced_wire(path)
    conversation = Conversation()
    for seen in events:
        is_delta = seen.kind.endswith((".delta", ".added", ".created"))
        if is_delta and "input_audio" not in seen.kind:
            conversation.receive(seen)
    final = final_texts(events)
    for response in conversation.responses.all():
        for item_id in response.output_item_ids:
            item = conversation.items.get(item_id)
            assert item is not None
            assert item.text == final.get(item_id, "")


@each_session
def test_every_event_of_a_call_names_its_function(path: Path) -> None:
    events = events_of_wire(path)
    names = names_of_functions(events)
    for seen, joined in joins_of_events(events):
        if name := names.get(seen.call_id) or names.get(seen.item_id):
            assert joined["call.name"].value == name, (seen.seq, seen.type)


def names_of_functions(events: list[Event]) -> dict[str, str]:
    """By call id and item id, from the items of the server."""
    names = {}
    for event in events:
        item = object_of(event.fields().get("item"))
        if item.get("type") == "function_call":
            for key in (item.get("id"), item.get("call_id")):
                names[text_of(key)] = text_of(item.get("name"))
    return names


@each_session
def test_every_call_is_answered_and_every_response_done(path: Path) -> None:
    _, conversation = reduced_wire(path)
    for call in conversation.calls.all():
        assert call.name
        assert call.arguments.strip().startswith("{")
        assert call.output is not None
        assert call.output.is_accepted
        assert call.created_seq is not None
        answer = conversation.responses.get(call.answered_by)
        assert answer is not None
        assert answer.cause.seq == call.created_seq
    for response in conversation.responses.all():
        assert response.status == "completed"
        assert response.cause.kind in {"client", "vad"}
        assert response.usage["total_tokens"] > 0
    assert conversation.creates == []
    assert conversation.responses.active == []
    assert conversation.calls.pending() == []
    assert list(conversation.errors) == []


@each_session
def test_every_item_is_listed_in_the_order_of_the_wire(path: Path) -> None:
    events, conversation = reduced_wire(path)
    added = [seen.item_id for seen in events if seen.kind == "conversation.item.added"]
    assert [item.id for item in conversation.items.in_order()] == added
    by_client = [item for item in conversation.items.in_order() if item.by == "client"]
    creates = [seen for seen in events if seen.kind == "conversation.item.create"]
    assert [item.create_seq for item in by_client] == [seen.seq for seen in creates]


@each_session
def test_what_was_asked_for_is_in_force(path: Path) -> None:
    """But for empty instructions: those servers put their own back."""
    _, conversation = reduced_wire(path)
    differences = conversation.session.differences()
    assert all((each.path, each.requested) == ("instructions", "") for each in differences)
    assert all(update.answer == "updated" for update in conversation.session.updates)
