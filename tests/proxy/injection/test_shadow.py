"""The shadow server beside recorded sessions of real ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from made_up_session import call_id_of
from reduced import WIRE_SESSIONS, events_of_wire, reduced
from scenes import WEATHER, session, user_message
from transcript import Step, server, transcript

from realtap.proxy.injection.ids import MadeIds
from realtap.proxy.injection.shadow import Shadow
from realtap.recordings.conversation import Conversation
from realtap.recordings.event import Event, Json, Side
from realtap.recordings.plain import object_of, text_of
from realtap.recordings.profiles import (
    AZURE_GA,
    AZURE_VOICE_LIVE,
    OPENAI_GA,
    XAI,
    Profile,
)

PROFILES: dict[str, Profile] = {
    "azure-ga": AZURE_GA,
    "azure-voice-live": AZURE_VOICE_LIVE,
    "openai-ga": OPENAI_GA,
    "xai": XAI,
}

TOOL_SESSIONS = [
    path
    for path in WIRE_SESSIONS
    if path.parent.name in PROFILES and '"function_call_output"' in path.read_text()
]

needs_sessions = pytest.mark.skipif(
    not TOOL_SESSIONS, reason="the recorded sessions are not beside this checkout"
)
each_session = pytest.mark.parametrize(
    "path", TOOL_SESSIONS, ids=lambda path: f"{path.parent.name}-{path.stem}"
)


def delete(item_id: str) -> Step:
    """The server takes an item out."""
    return server("conversation.item.deleted", item_id=item_id)


def conversation_of(path: Path) -> Conversation:
    conversation = Conversation(profile=PROFILES[path.parent.name])
    for event in events_of_wire(path):
        conversation.receive(event)
    return conversation


def shadow_of(path: Path) -> Shadow:
    return Shadow(MadeIds("test"), conversation_of(path))


def exchange(shadow: Shadow) -> Iterator[Json]:
    """A call, its output, and the answer."""
    called = shadow.call("get_weather", {"city": "Paris"})
    item = {"type": "function_call_output", "call_id": call_id_of(called), "output": "18"}
    yield from called
    yield from shadow.receive({"type": "conversation.item.create", "item": item})
    yield from shadow.respond({"type": "response.create"}, "It is 18 degrees in Paris.")


def about_calls(events: list[Event]) -> dict[str, list[Json]]:
    """A server's events by their types: of those with an item, only the ones of calls."""
    found: dict[str, list[Json]] = {}
    for event in events:
        fields = event.fields()
        kind = object_of(fields.get("item")).get("type")
        if event.side is Side.SERVER and kind in (None, "function_call", "function_call_output"):
            found.setdefault(f"{event.type} {kind or ''}", []).append(fields)
    return found


def a_shadow(*steps: Step) -> tuple[Shadow, Conversation]:
    conversation = reduced(session(), *steps)
    return Shadow(MadeIds("test"), conversation), conversation


def test_real_items_that_come_and_go_are_followed() -> None:
    shadow, conversation = a_shadow(user_message("One", item_id="item_1"))
    first = shadow.call("get_weather", {})[2]
    assert first["previous_item_id"] == "item_1"
    for entry in transcript(user_message("Two", item_id="item_2"), delete("item_1")):
        conversation.receive(entry)
    second = shadow.call("get_weather", {})[2]
    assert second["previous_item_id"] == "item_2"
    assert shadow.real_predecessor(second["item"]["id"]) == "item_2"
    assert shadow.real_predecessor(first["item"]["id"]) is None


def test_made_up_items_do_not_pile_up() -> None:
    shadow, _ = a_shadow()
    ids = [shadow.call("get_weather", {})[2]["item"]["id"] for _ in range(300)]
    event = {"type": "conversation.item.retrieve", "item_id": ids[0]}
    assert shadow.receive(event)[0]["type"] == "error"
    assert shadow.receive(event | {"item_id": ids[-1]})[0]["type"] == "conversation.item.retrieved"


def test_tools_of_the_session_are_those_that_a_response_can_be_forced_to_use() -> None:
    shadow, conversation = a_shadow()
    choice = {"tool_choice": {"type": "function", "name": "get_weather"}}
    event = {"type": "response.create", "response": choice}
    assert shadow.respond(event, "Hello.")[0]["type"] == "error"
    for entry in transcript(session(tools=[WEATHER])):
        conversation.receive(entry)
    assert shadow.respond(event, "Hello.")[0]["type"] == "response.created"


@needs_sessions
@each_session
def test_every_event_has_only_fields_that_the_real_server_sends(path: Path) -> None:
    recorded = about_calls(events_of_wire(path))
    compared = 0
    for event in exchange(shadow_of(path)):
        kind = text_of(object_of(event.get("item")).get("type"))
        for real in recorded.get(f"{event['type']} {kind}", [])[:1]:
            assert set(event) <= {*real, "obfuscation"}, event
            assert set(event.get("item", {})) <= set(real.get("item", {})), event
            compared += 1
    assert compared > 8


@needs_sessions
@each_session
def test_call_comes_in_the_order_of_the_real_server(path: Path) -> None:
    real: list[str] = []
    for event in events_of_wire(path):
        if event.side is Side.CLIENT or event.type in {"rate_limits.updated", None}:
            continue
        kind = object_of(event.fields().get("item")).get("type")
        if kind == "function_call" or "function_call_arguments" in str(event.type):
            real.append(str(event.type))
    made_up = [
        event["type"]
        for event in shadow_of(path).call("get_weather", {})
        if "item" in event or "function_call_arguments" in event["type"]
    ]
    assert list(dict.fromkeys(made_up)) == list(dict.fromkeys(real))


@needs_sessions
@each_session
def test_nothing_that_the_shadow_says_is_an_error(path: Path) -> None:
    assert "error" not in [event["type"] for event in exchange(shadow_of(path))]
