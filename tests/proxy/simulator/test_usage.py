"""Token arithmetic."""

from dialogue import WEATHER_TOOL, Dialogue, one
from hypothesis import given
from hypothesis import strategies as st

from realtap.proxy.simulator.usage import (
    Tokens,
    cached_tokens,
    response_usage,
    transcription_usage,
)
from realtap.recordings.event import Json

counts = st.integers(0, 10_000)
tokens = st.builds(Tokens, counts, counts, counts)


@given(context=tokens, output=tokens, before=counts)
def test_sums_are_exact(context: Tokens, output: Tokens, before: int) -> None:
    output = Tokens(output.text, output.audio)
    cached = cached_tokens(before, context)
    usage = response_usage(context, output, cached=cached, reasoning=None)
    details = usage["input_token_details"]
    of_cached = details["cached_tokens_details"]
    kinds = ("text_tokens", "audio_tokens", "image_tokens")
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["input_tokens"] == sum(details[kind] for kind in kinds)
    assert usage["output_tokens"] == sum(usage["output_token_details"].values())
    assert details["cached_tokens"] == sum(of_cached[kind] for kind in kinds)
    assert all(of_cached[kind] <= details[kind] for kind in kinds)
    assert details["cached_tokens"] % 64 == 0
    assert details["cached_tokens"] <= before


def _usage(events: list[Json]) -> Json:
    usage: Json = one(events, "response.done")["response"]["usage"]
    return usage


def test_second_response_reads_the_first_from_the_cache() -> None:
    dialogue = Dialogue()
    first, second = _usage(dialogue.ask("Hello")), _usage(dialogue.ask("And now?"))
    assert first["input_token_details"]["cached_tokens"] == 0
    assert second["input_token_details"]["cached_tokens"] > 0


def test_changed_tools_spoil_the_cache() -> None:
    dialogue = Dialogue()
    dialogue.ask("Hello")
    dialogue.configure(tools=[WEATHER_TOOL])
    usage = _usage(dialogue.ask("And now?"))
    assert usage["input_token_details"]["cached_tokens"] == 0


def test_spoken_words_cost_audio_and_text() -> None:
    details = _usage(Dialogue().ask("Hello"))["output_token_details"]
    assert details["audio_tokens"] > details["text_tokens"] > 0


def test_user_audio_costs_a_token_for_100_ms() -> None:
    dialogue = Dialogue()
    events = [*dialogue.speak(), *dialogue.settle()]
    started = one(events, "input_audio_buffer.speech_started")["audio_start_ms"]
    stopped = one(events, "input_audio_buffer.speech_stopped")["audio_end_ms"]
    audio = _usage(events)["input_token_details"]["audio_tokens"]
    assert audio == round((stopped - started) / 100)


def test_image_costs_image_tokens() -> None:
    dialogue = Dialogue()
    image = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}
    item = {"type": "message", "role": "user", "content": [image]}
    dialogue.say("conversation.item.create", item=item)
    events = [*dialogue.say("response.create"), *dialogue.settle()]
    assert _usage(events)["input_token_details"]["image_tokens"] > 0


def test_whisper_is_billed_by_time() -> None:
    assert transcription_usage("whisper-1", 2_796, "Hello") == {"type": "duration", "seconds": 3}
    assert transcription_usage("whisper-1", 5_000, "") == {"type": "duration", "seconds": 0}
