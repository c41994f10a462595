"""Items: create, order, delete, retrieve, truncate, and everything that is refused."""

from base64 import b64decode, b64encode

import pytest
from dialogue import WEATHER_TOOL, Dialogue, error_of, one, types

from realtap.recordings.event import Json


def test_created_item_is_added_and_done_with_an_id_of_the_server() -> None:
    added, done = Dialogue().write("Hello")
    assert (added["type"], done["type"]) == ("conversation.item.added", "conversation.item.done")
    assert added["previous_item_id"] is None
    assert list(added["item"]) == ["id", "type", "status", "role", "content"]
    assert added["item"]["status"] == "completed"
    assert done["item"] == added["item"]


def test_client_may_choose_the_id() -> None:
    added, _ = Dialogue().write("Hello", id="my_item")
    assert added["item"]["id"] == "my_item"


def test_duplicate_id_is_refused() -> None:
    dialogue = Dialogue()
    dialogue.write("Hello", id="a")
    error = error_of(dialogue.write("Hello", id="a"))
    assert error["code"] == "item_create_duplicate_item_id"


def _write_after(dialogue: Dialogue, item_id: str, previous: str | None) -> Json:
    content = [{"type": "input_text", "text": item_id}]
    item = {"type": "message", "role": "user", "id": item_id, "content": content}
    position = {} if previous is None else {"previous_item_id": previous}
    events = dialogue.say("conversation.item.create", item=item, **position)
    return one(events, "conversation.item.added")


@pytest.mark.parametrize(
    ("previous", "before"), [(None, "b"), ("", "b"), ("root", None), ("a", "a")]
)
def test_previous_item_id_decides_the_place(previous: str | None, before: str | None) -> None:
    dialogue = Dialogue()
    dialogue.write("a", id="a")
    dialogue.write("b", id="b")
    assert _write_after(dialogue, "c", previous)["previous_item_id"] == before


def test_unknown_previous_item_id_is_refused() -> None:
    dialogue = Dialogue()
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}
    events = dialogue.say("conversation.item.create", previous_item_id="nobody", item=item)
    assert "nobody" in error_of(events)["message"]


def test_output_for_an_unknown_call_is_refused() -> None:
    error = error_of(Dialogue().answer_call("call_nobody", "42"))
    assert error["code"] == "invalid_tool_call_id"
    assert error["message"] == "Tool call ID 'call_nobody' not found in conversation."


def test_output_that_is_no_string_is_refused() -> None:
    item = {"type": "function_call_output", "call_id": "c", "output": {"a": 1}}
    error = error_of(Dialogue().say("conversation.item.create", item=item))
    assert (error["code"], error["param"]) == ("invalid_type", "item.output")


def test_call_id_with_bad_characters_is_refused() -> None:
    error = error_of(Dialogue().answer_call("call 1", "42"))
    assert error["code"] == "invalid_value"
    assert "^[a-zA-Z0-9_-]+$" in error["message"]


def test_history_may_hold_a_call_and_its_output() -> None:
    dialogue = Dialogue()
    call = {"type": "function_call", "name": "f", "call_id": "c1", "arguments": "{}"}
    added = one(dialogue.say("conversation.item.create", item=call), "conversation.item.added")
    assert added["item"]["status"] == "completed"
    output = one(dialogue.answer_call("c1", "42"), "conversation.item.added")["item"]
    assert list(output) == ["id", "type", "call_id", "output"]


def test_deleted_item_is_gone() -> None:
    dialogue = Dialogue()
    dialogue.write("a", id="a")
    dialogue.write("b", id="b")
    (deleted,) = dialogue.say("conversation.item.delete", item_id="a")
    assert (deleted["type"], deleted["item_id"]) == ("conversation.item.deleted", "a")
    error = error_of(dialogue.say("conversation.item.retrieve", item_id="a"))
    assert error["code"] == "item_retrieve_invalid_item_id"


@pytest.mark.parametrize("verb", ["delete", "retrieve", "truncate"])
def test_unknown_item_is_refused(verb: str) -> None:
    more = {"content_index": 0, "audio_end_ms": 100} if verb == "truncate" else {}
    error = error_of(Dialogue().say(f"conversation.item.{verb}", item_id="nobody", **more))
    assert error["code"] == f"item_{verb}_invalid_item_id"
    assert error["param"] is None


def test_retrieved_user_audio_is_what_was_sent() -> None:
    dialogue = Dialogue()
    audio = b64encode(bytes(range(96)) * 50).decode()
    content = [{"type": "input_audio", "audio": audio}]
    item = {"type": "message", "role": "user", "id": "a", "content": content}
    added = one(dialogue.say("conversation.item.create", item=item), "conversation.item.added")
    assert added["item"]["content"] == [{"type": "input_audio", "transcript": None}]
    (retrieved,) = dialogue.say("conversation.item.retrieve", item_id="a")
    assert retrieved["item"]["content"][0]["audio"] == audio


class TestTruncate:
    """Cutting what the user has not heard."""

    def _spoken(self) -> tuple[Dialogue, str]:
        dialogue = Dialogue(script='[[when]]\nsay = "One two three four five six."')
        dialogue.ask("Count")
        return dialogue, dialogue.last("response.output_item.done")["item"]["id"]

    def _truncate(
        self, dialogue: Dialogue, item_id: str, end_ms: int, index: int = 0
    ) -> list[Json]:
        return dialogue.say(
            "conversation.item.truncate",
            item_id=item_id,
            content_index=index,
            audio_end_ms=end_ms,
        )

    def test_keeps_the_audio_before_the_cut_and_drops_the_transcript(self) -> None:
        dialogue, item_id = self._spoken()
        (truncated,) = self._truncate(dialogue, item_id, 300)
        assert truncated["type"] == "conversation.item.truncated"
        assert (truncated["content_index"], truncated["audio_end_ms"]) == (0, 300)
        (retrieved,) = dialogue.say("conversation.item.retrieve", item_id=item_id)
        (part,) = retrieved["item"]["content"]
        assert part["transcript"] is None
        assert len(b64decode(part["audio"])) == 300 * 48

    def test_beyond_the_audio_is_refused(self) -> None:
        dialogue, item_id = self._spoken()
        error = error_of(self._truncate(dialogue, item_id, 60_000))
        assert error["code"] == "invalid_value"
        assert error["message"].endswith("ms is already shorter than 60000ms")

    def test_second_cut_must_be_shorter(self) -> None:
        dialogue, item_id = self._spoken()
        self._truncate(dialogue, item_id, 300)
        error = error_of(self._truncate(dialogue, item_id, 400))
        assert error["message"] == "Audio content of 300ms is already shorter than 400ms"

    def test_at_zero_is_refused(self) -> None:
        dialogue, item_id = self._spoken()
        error = error_of(self._truncate(dialogue, item_id, 0))
        assert error["code"] == "unsupported_content_type"

    def test_of_a_user_item_is_refused(self) -> None:
        dialogue = Dialogue()
        dialogue.write("Hello", id="a")
        error = error_of(self._truncate(dialogue, "a", 100))
        assert error["message"] == "Only model output audio messages can be truncated"

    def test_of_a_written_answer_is_refused(self) -> None:
        dialogue = Dialogue()
        dialogue.configure(output_modalities=["text"])
        dialogue.ask("Hello")
        item_id = dialogue.last("response.output_item.done")["item"]["id"]
        assert error_of(self._truncate(dialogue, item_id, 100))["code"] == (
            "unsupported_content_type"
        )


def test_items_seeded_together_are_acknowledged_in_order() -> None:
    dialogue = Dialogue()
    for item_id in "abc":
        dialogue.write(item_id, id=item_id)
    added = [event for event in dialogue.heard if event["type"] == "conversation.item.added"]
    assert [event["previous_item_id"] for event in added] == [None, "a", "b"]


def test_output_sent_while_its_call_is_active_is_acknowledged_after_response_done() -> None:
    dialogue = Dialogue()
    dialogue.configure(tools=[WEATHER_TOOL], output_modalities=["text"])
    dialogue.write("Weather in Paris?")
    dialogue.say("response.create")
    dialogue.wait(0.01)  # the arguments are out, response.done is not
    call_id = dialogue.last("response.function_call_arguments.done")["call_id"]
    assert dialogue.answer_call(call_id, "Sunny") == []
    assert types(dialogue.settle()) == [
        "response.done",
        "conversation.item.added",
        "conversation.item.done",
        "rate_limits.updated",
    ]
