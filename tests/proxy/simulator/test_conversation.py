"""Items and their order."""

import pytest

from realtap.proxy.simulator.conversation import Conversation, Item


def _message(item_id: str, role: str = "user") -> Item:
    content = [{"type": "input_text", "text": item_id}]
    return Item(item_id, "message", {"role": role, "content": content})


@pytest.fixture
def conversation() -> Conversation:
    conversation = Conversation()
    for item_id in "abc":
        conversation.add(_message(item_id))
    return conversation


@pytest.mark.parametrize(
    ("previous", "order", "before"),
    [(None, "abcx", "c"), ("root", "xabc", None), ("a", "axbc", "a"), ("c", "abcx", "c")],
)
def test_item_goes_behind_its_previous_one(
    conversation: Conversation, previous: str | None, order: str, before: str | None
) -> None:
    assert conversation.add(_message("x"), previous_item_id=previous) == before
    assert "".join(item.id for item in conversation) == order


def test_removed_item_is_unknown(conversation: Conversation) -> None:
    item = conversation.get("b")
    assert item is not None
    assert conversation.id_before(item) == "a"
    conversation.remove(item)
    assert conversation.get("b") is None
    assert conversation.id_before(item) is None
    assert len(conversation) == 2


def test_calls_are_found_by_call_id(conversation: Conversation) -> None:
    call = {"name": "f", "call_id": "c1", "arguments": ""}
    conversation.add(Item("call", "function_call", call))
    assert conversation.has_call("c1")
    assert not conversation.has_call("call")


def test_wire_form_is_a_snapshot_without_audio() -> None:
    body = {"role": "user", "content": [{"type": "input_audio", "transcript": None}]}
    item = Item("a", "message", body, audio={0: bytearray(b"\x01\x02")})
    wire = item.wire()
    item.content[0]["transcript"] = "later"
    assert wire["content"] == [{"type": "input_audio", "transcript": None}]
    assert item.wire_with_audio()["content"][0]["audio"] == "AQI="


def test_item_without_status_shows_none() -> None:
    item = Item("a", "function_call_output", {"call_id": "c", "output": "o"}, status=None)
    assert list(item.wire()) == ["id", "type", "call_id", "output"]


def test_text_is_what_was_written_or_heard() -> None:
    assert _message("hello").text == "hello"
    spoken = {"role": "user", "content": [{"type": "input_audio", "transcript": None}]}
    assert Item("a", "message", spoken, heard="I said so").text == "I said so"


def test_assistant_audio_is_noticed(conversation: Conversation) -> None:
    assert not conversation.has_assistant_audio()
    item = _message("x", "assistant")
    item.audio_ms = 200
    conversation.add(item)
    assert conversation.has_assistant_audio()
