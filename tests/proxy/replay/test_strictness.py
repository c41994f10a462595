import json
from typing import Any

import pytest
from replayed import header, script_of

from realtap.proxy.replay.strictness import Strictness, recorded_mistakes
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Event, Json, Side


class Heard:
    """A strictness that has heard something."""

    def __init__(self) -> None:
        self.strictness = Strictness(header())

    def server(self, type_: str, **fields: Any) -> None:
        self.strictness.receive(self._seen(Side.SERVER, type_, fields))

    def client(self, type_: str, **fields: Any) -> str | None:
        """The code of what a real server says to it; None when it takes it."""
        seen = self._seen(Side.CLIENT, type_, fields)
        fault = self.strictness.fault(seen)
        if fault is None:
            self.strictness.receive(seen)
        return None if fault is None else fault.code

    def _seen(self, side: Side, type_: str, fields: dict[str, Any]) -> Seen:
        payload = json.dumps({"type": type_, **fields}).encode()
        return Seen.of(Event(1, 0.0, side, type_, payload))


ACTIVE = "conversation_already_has_active_response"
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "{}"}
CALL = {"type": "function_call", "id": "item_1", "call_id": "call_1", "name": "get_weather"}


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_one_response_at_a_time(heard: Heard) -> None:
    assert heard.client("response.create") is None
    heard.server("response.created", response={"id": "resp_1"})
    assert heard.client("response.create") == ACTIVE
    heard.server("response.done", response={"id": "resp_1", "status": "completed"})
    assert heard.client("response.create") is None


def test_a_response_beside_the_conversation_may_always_be_asked_for(heard: Heard) -> None:
    heard.server("response.created", response={"id": "resp_1"})
    assert heard.client("response.create", response={"conversation": "none"}) is None


def test_an_output_needs_its_call(heard: Heard) -> None:
    assert heard.client("conversation.item.create", item=OUTPUT) == "invalid_tool_call_id"
    heard.server("conversation.item.added", item=CALL)
    assert heard.client("conversation.item.create", item=OUTPUT) is None


def test_a_call_that_the_app_brought_along_may_be_answered(heard: Heard) -> None:
    assert heard.client("conversation.item.create", item=CALL) is None
    heard.server("conversation.item.added", item=CALL)
    assert heard.client("conversation.item.create", item=OUTPUT) is None


@pytest.mark.parametrize(
    ("audio_ms", "code"), [(99, "input_audio_buffer_commit_empty"), (100, None)]
)
def test_a_commit_needs_a_tenth_of_a_second(heard: Heard, audio_ms: int, code: str | None) -> None:
    heard.client("input_audio_buffer.append", audio="A" * (audio_ms * 64))
    assert heard.client("input_audio_buffer.commit") == code


def test_calls_are_watched_while_their_response_is_active(heard: Heard) -> None:
    heard.server("response.created", response={"id": "resp_1"})
    watched = [heard.strictness.is_calling]
    heard.server("response.output_item.added", response_id="resp_1", item=CALL)
    watched.append(heard.strictness.is_calling)
    heard.server("response.done", response={"id": "resp_1", "status": "completed"})
    watched.append(heard.strictness.is_calling)
    assert watched == [False, True, False]


def test_mistakes_of_the_recording_are_known() -> None:
    said: list[tuple[Side, Json]] = [
        (Side.CLIENT, {"type": "response.create"}),
        (Side.SERVER, {"type": "response.created", "response": {"id": "resp_1"}}),
        (Side.CLIENT, {"type": "response.create"}),
    ]
    assert recorded_mistakes(script_of(said)) == {2}
