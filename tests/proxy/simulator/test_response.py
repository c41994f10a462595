"""One response from created to done: order, content, limits, and the ways it can end."""

import json
from base64 import b64decode
from itertools import groupby

import pytest
from dialogue import WEATHER_TOOL, Dialogue, one, types

from realtap.proxy.simulator.pace import Pace
from realtap.recordings.event import Json

TEXT_TURN = [
    "conversation.item.added",
    "conversation.item.done",
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
    "rate_limits.updated",
]


def _texting(script: str = "") -> Dialogue:
    dialogue = Dialogue(script=script)
    dialogue.configure(output_modalities=["text"])
    return dialogue


def _deltas(events: list[Json], type_: str) -> str:
    return "".join(event["delta"] for event in events if event["type"] == type_)


def test_text_turn_has_the_recorded_order() -> None:
    assert types(_texting().ask("Hello")) == TEXT_TURN


def test_audio_turn_sends_words_ahead_and_closes_the_audio_first() -> None:
    events = Dialogue().ask("Hello")
    order = types(events)
    assert order[3:8] == [
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio.delta",
    ]
    assert order[-8:] == [
        "response.output_audio.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]


def test_response_is_in_progress_then_completed() -> None:
    events = _texting().ask("Hello")
    created = one(events, "response.created")["response"]
    done = one(events, "response.done")["response"]
    assert (created["status"], created["output"], created["usage"]) == ("in_progress", [], None)
    assert (done["status"], done["status_details"]) == ("completed", None)
    assert list(created) == list(done)
    assert done["conversation_id"] == created["conversation_id"]


def test_deltas_are_the_text() -> None:
    events = _texting('[[when]]\nsay = "Well, here it is: 12 degrees."').ask("Hello")
    text = one(events, "response.output_text.done")["text"]
    assert text == "Well, here it is: 12 degrees."
    assert _deltas(events, "response.output_text.delta") == text
    item = one(events, "response.output_item.done")["item"]
    assert item["content"] == [{"type": "output_text", "text": text}]
    assert one(events, "response.content_part.done")["part"] == {"type": "text", "text": text}


def test_obfuscation_hides_the_length_of_a_delta() -> None:
    deltas = [event for event in _texting().ask("Hello") if "obfuscation" in event]
    assert deltas
    assert {(len(each["delta"]) + len(each["obfuscation"])) % 16 for each in deltas} == {0}


@pytest.mark.parametrize(
    ("format_", "bytes_per_ms"),
    [({"type": "audio/pcm", "rate": 24_000}, 48), ({"type": "audio/pcmu"}, 8)],
)
def test_audio_lasts_as_long_as_the_text_takes_to_say(format_: Json, bytes_per_ms: int) -> None:
    dialogue = Dialogue(script=f'[[when]]\nsay = "{"word " * 12}"')
    dialogue.configure(audio={"output": {"format": format_}})
    events = dialogue.ask("Hello")
    audio = b"".join(
        b64decode(event["delta"])
        for event in events
        if event["type"] == "response.output_audio.delta"
    )
    assert len(audio) == 4_000 * bytes_per_ms
    (retrieved,) = dialogue.say("conversation.item.retrieve", item_id=events[-4]["item"]["id"])
    assert b64decode(retrieved["item"]["content"][0]["audio"]) == audio


def test_audio_is_paced_faster_than_real_time() -> None:
    script = f'[[when]]\nsay = "{"word " * 12}"'
    dialogue = Dialogue(script=script, pace=Pace(audio_speed=4))
    dialogue.write("Hello")
    dialogue.say("response.create")
    assert "response.done" not in types(dialogue.wait(1.0))
    assert "response.done" in types(dialogue.wait(0.5))


def test_function_call_streams_its_arguments() -> None:
    dialogue = _texting()
    dialogue.configure(tools=[WEATHER_TOOL])
    events = dialogue.ask("What is the weather in Paris?")
    assert types(events)[2:] == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
    ]
    added = one(events, "response.output_item.added")["item"]
    assert (added["name"], added["arguments"], added["status"]) == (
        "get_weather",
        "",
        "in_progress",
    )
    done = one(events, "response.function_call_arguments.done")
    assert (done["name"], done["call_id"]) == ("get_weather", added["call_id"])
    assert json.loads(done["arguments"]) == {"city": "Paris"}
    assert "\n" in done["arguments"]
    assert _deltas(events, "response.function_call_arguments.delta") == done["arguments"]
    for event in events:
        assert ("name" in event) == (event is done)


def test_output_without_response_create_continues_nothing() -> None:
    dialogue = _texting()
    dialogue.configure(tools=[WEATHER_TOOL])
    dialogue.ask("What is the weather in Paris?")
    call_id = dialogue.last("response.function_call_arguments.done")["call_id"]
    assert types(dialogue.answer_call(call_id, "12 degrees")) == [
        "conversation.item.added",
        "conversation.item.done",
    ]
    assert dialogue.wait(60) == []
    events = [*dialogue.say("response.create"), *dialogue.settle()]
    assert "12 degrees" in one(events, "response.output_text.done")["text"]


PARALLEL = """
[[when]]
text = "*"
calls = [
  { call = "get_weather", arguments = { city = "Paris" } },
  { call = "get_weather", arguments = { city = "Rome" } },
]
"""


def test_parallel_calls_have_own_ids_and_interleaved_deltas() -> None:
    events = _texting(PARALLEL).ask("Both")
    added = [event for event in events if event["type"] == "response.output_item.added"]
    assert [event["output_index"] for event in added] == [0, 1]
    assert len({event["item"]["call_id"] for event in added}) == 2
    deltas = [event for event in events if "delta" in event]
    assert len(list(groupby(event["output_index"] for event in deltas))) > 4
    response = one(events, "response.done")["response"]
    cities = [json.loads(item["arguments"])["city"] for item in response["output"]]
    assert cities == ["Paris", "Rome"]
    for item_event in added:
        item_id = item_event["item"]["id"]
        own = [event for event in deltas if event["item_id"] == item_id]
        done = next(
            event
            for event in events
            if event["type"] == "response.function_call_arguments.done"
            and event["item_id"] == item_id
        )
        assert "".join(event["delta"] for event in own) == done["arguments"]


def test_message_may_come_before_a_call_and_ends_after_it_began() -> None:
    script = '[[when]]\nsay = "One moment, I look it up."\ncall = "f"\narguments = {}'
    order = [event["type"] for event in _texting(script).ask("Go")]
    first_argument = order.index("response.function_call_arguments.delta")
    assert order.index("response.output_text.delta") < first_argument
    assert first_argument < order.index("response.output_text.done")


def test_reasoning_model_has_phases_and_reasoning_tokens() -> None:
    dialogue = Dialogue(model="gpt-realtime-2.1")
    done = one(dialogue.ask("Hello"), "response.done")["response"]
    assert done["output"][0]["phase"] == "final_answer"
    details = done["usage"]["output_token_details"]
    assert 0 < details["reasoning_tokens"] < details["text_tokens"]


def test_metadata_is_echoed() -> None:
    dialogue = _texting()
    metadata = {"client_event_id": "x1"}
    events = dialogue.say("response.create", response={"metadata": metadata})
    events += dialogue.settle()
    assert one(events, "response.created")["response"]["metadata"] == metadata
    assert one(events, "response.done")["response"]["metadata"] == metadata


def test_request_may_choose_modality_voice_and_format() -> None:
    dialogue = Dialogue()
    output = {"voice": "cedar", "format": {"type": "audio/pcma"}}
    (created,) = dialogue.say(
        "response.create", response={"audio": {"output": output}, "max_output_tokens": 100}
    )
    assert created["response"]["audio"] == {"output": output}
    assert created["response"]["max_output_tokens"] == 100
    (updated,) = [*dialogue.settle(), *dialogue.configure()][-1:]
    assert updated["session"]["audio"]["output"]["voice"] == "alloy"


@pytest.mark.parametrize(
    "code", ["rate_limit_exceeded", "insufficient_quota", "server_error", "account_deactivated"]
)
def test_script_fails_a_response(code: str) -> None:
    response = one(_texting(f'[[when]]\nfail = "{code}"').ask("Hi"), "response.done")["response"]
    assert response["status"] == "failed"
    assert response["status_details"]["type"] == "failed"
    assert response["status_details"]["error"]["code"] == code
    assert response["output"] == []


@pytest.mark.parametrize("reason", ["max_output_tokens", "content_filter"])
def test_script_leaves_a_response_incomplete(reason: str) -> None:
    script = f'[[when]]\nsay = "A long story about a cat."\nincomplete = "{reason}"'
    events = _texting(script).ask("Hi")
    response = one(events, "response.done")["response"]
    assert response["status_details"] == {"type": "incomplete", "reason": reason}
    assert response["output"][0]["status"] == "incomplete"
    assert types(events)[-6:-1] == [
        "response.output_text.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]


def test_max_output_tokens_ends_the_response() -> None:
    dialogue = _texting('[[when]]\nsay = "one two three four five six seven"')
    dialogue.configure(max_output_tokens=3)
    response = one(dialogue.ask("Hi"), "response.done")["response"]
    assert response["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert response["output"][0]["content"] == [{"type": "output_text", "text": "one two three"}]
    assert response["usage"]["output_tokens"] == 3


def test_script_breaks_the_connection_in_the_middle() -> None:
    dialogue = _texting('[[when]]\nsay = "I am about to"\nhang_up = true')
    events = dialogue.ask("Hi")
    assert types(events)[-1] == "response.output_text.delta"
    assert dialogue.close is not None
    assert dialogue.close.is_abrupt


def test_script_lets_the_user_speak_in_the_middle() -> None:
    dialogue = _texting('[[when]]\ntext = "Hi"\nsay = "I am about to"\ninterrupt = true')
    events = dialogue.ask("Hi") + dialogue.wait(1.0)
    done = one(events[: types(events).index("response.done") + 1], "response.done")["response"]
    assert done["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    order = [each for each in types(events) if each.startswith("input_audio_buffer.")]
    assert order == [
        f"input_audio_buffer.{each}" for each in ("speech_started", "speech_stopped", "committed")
    ]


def test_script_expires_the_session_instead_of_an_answer() -> None:
    dialogue = _texting("[[when]]\nexpire = true")
    assert types(dialogue.ask("Hi"))[-1] == "error"
    assert dialogue.close is not None
    assert dialogue.close.code == 1001


def test_done_items_do_not_name_a_first_predecessor() -> None:
    dialogue = _texting()
    first = dialogue.ask("Hello")
    done = [event for event in first if event["type"] == "conversation.item.done"][-1]
    added = [event for event in first if event["type"] == "conversation.item.added"][-1]
    assert done["previous_item_id"] is None
    assert added["previous_item_id"] == first[0]["item"]["id"]
    second = dialogue.ask("And now")
    done = [event for event in second if event["type"] == "conversation.item.done"][-1]
    assert done["previous_item_id"] == second[0]["item"]["id"]


def test_endless_talk_ends_where_the_model_does() -> None:
    script = f'[[when]]\nsay = "{"word " * 5_000}"'
    response = one(_texting(script).ask("Hi"), "response.done")["response"]
    assert response["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert response["usage"]["output_tokens"] == 4_096
