"""Input transcription: beside the response, failing, streaming, alone."""

from dialogue import SPOKEN_TURN, Dialogue, one, types

from realtap.proxy.voice import silence
from realtap.recordings.event import Json

TRANSCRIPTION = {"transcription": {"model": "gpt-realtime-whisper"}}
DELTA = "conversation.item.input_audio_transcription.delta"
COMPLETED = "conversation.item.input_audio_transcription.completed"

SPOKEN = [
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
]


def _heard(script: str, **audio_input: object) -> list[Json]:
    dialogue = Dialogue(script=script)
    dialogue.configure(audio={"input": {**TRANSCRIPTION, **audio_input}})
    return [*dialogue.speak(), *dialogue.settle()]


def test_transcription_runs_beside_the_response() -> None:
    events = _heard('[[hear]]\ntext = "Hello, my name is Marcelo."')
    order = [event["type"] for event in events]
    assert order.index(DELTA) > order.index("response.created")
    assert order.index(COMPLETED) > order.index("response.output_audio.delta")
    completed = one(events, COMPLETED)
    assert completed["transcript"] == "Hello, my name is Marcelo."
    assert completed["usage"] == {"type": "duration", "seconds": 2}
    deltas = [event for event in events if event["type"] == DELTA]
    assert "".join(event["delta"] for event in deltas) == completed["transcript"]
    assert "obfuscation" in deltas[0]


def test_transcription_is_off_by_default() -> None:
    dialogue = Dialogue()
    assert COMPLETED not in types([*dialogue.speak(), *dialogue.settle()])


def test_transcription_without_a_script_says_how_long_the_turn_was() -> None:
    transcript = one(_heard(""), COMPLETED)["transcript"]
    assert transcript.startswith("I spoke for ")


def test_transcription_of_token_billed_models_counts_tokens() -> None:
    events = _heard("", transcription={"model": "gpt-4o-transcribe"})
    usage = one(events, COMPLETED)["usage"]
    assert usage["type"] == "tokens"
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_transcription_can_fail_without_stopping_the_response() -> None:
    events = _heard('[[hear]]\nfail = "audio_unintelligible"')
    failed = one(events, "conversation.item.input_audio_transcription.failed")
    assert failed["error"]["code"] == "audio_unintelligible"
    assert failed["item_id"] in failed["error"]["message"]
    assert one(events, "response.done")["response"]["status"] == "completed"


def test_transcription_tells_how_sure_it_is_when_asked() -> None:
    dialogue = Dialogue()
    dialogue.configure(
        audio={"input": TRANSCRIPTION}, include=["item.input_audio_transcription.logprobs"]
    )
    events = [*dialogue.speak(), *dialogue.settle()]
    deltas = [event for event in events if event["type"] == DELTA]
    assert [each["token"] for each in deltas[0]["logprobs"]] == [deltas[0]["delta"]]
    assert len(one(events, COMPLETED)["logprobs"]) == len(deltas)


def test_words_heard_decide_the_answer() -> None:
    script = """
    [[hear]]
    text = "Tell me about teapots"
    [[when]]
    text = "*TEAPOTS*"
    say = "They are round."
    """
    dialogue = Dialogue(script=script)
    events = [*dialogue.speak(), *dialogue.settle()]
    done = one(events, "response.output_audio_transcript.done")
    assert done["transcript"] == "They are round."


def test_session_for_transcription_alone_makes_no_response() -> None:
    dialogue = Dialogue(is_transcription=True)
    session = {"type": "transcription", "audio": {"input": TRANSCRIPTION}}
    dialogue.say("session.update", session=session)
    assert types([*dialogue.speak(), *dialogue.settle()]) == [*SPOKEN, DELTA, COMPLETED]


def _speak_in_real_time(dialogue: Dialogue, pcm: bytes = SPOKEN_TURN) -> list[Json]:
    events: list[Json] = []
    for start in range(0, len(pcm), 4_800):
        events += [*dialogue.speak(pcm[start : start + 4_800]), *dialogue.wait(0.1)]
    return events


def test_streaming_model_writes_while_the_user_still_speaks() -> None:
    dialogue = Dialogue(script='[[hear]]\ntext = "Hello, my name is Marcelo."')
    dialogue.configure(audio={"input": TRANSCRIPTION})
    events = [*_speak_in_real_time(dialogue), *dialogue.settle()]
    order = [event["type"] for event in events]
    assert order.index(DELTA) < order.index("input_audio_buffer.speech_stopped")
    assert order.index(COMPLETED) > order.index("response.created")
    deltas = [event for event in events if event["type"] == DELTA]
    assert "".join(event["delta"] for event in deltas) == "Hello, my name is Marcelo."
    started = one(events, "input_audio_buffer.speech_started")
    assert {event["item_id"] for event in deltas} == {started["item_id"]}


def test_other_model_writes_after_the_commit() -> None:
    dialogue = Dialogue(script='[[hear]]\ntext = "Hello, my name is Marcelo."')
    dialogue.configure(audio={"input": {"transcription": {"model": "gpt-4o-transcribe"}}})
    order = types([*_speak_in_real_time(dialogue), *dialogue.settle()])
    assert order.index(DELTA) > order.index("input_audio_buffer.committed")


def test_cleared_turn_is_not_written_to_its_end() -> None:
    dialogue = Dialogue(script='[[hear]]\ntext = "Hello, my name is Marcelo."')
    dialogue.configure(audio={"input": TRANSCRIPTION})
    _speak_in_real_time(dialogue, SPOKEN_TURN[:48_000])
    dialogue.say("input_audio_buffer.clear")
    assert dialogue.speak(silence(1)) == []
    assert dialogue.wait(10) == []


def test_turn_that_begins_anew_keeps_its_words() -> None:
    dialogue = Dialogue(script='[[hear]]\ntext = "Hello, my name is Marcelo."')
    dialogue.configure(audio={"input": TRANSCRIPTION})
    _speak_in_real_time(dialogue, SPOKEN_TURN[:48_000])
    detection = {"type": "server_vad", "silence_duration_ms": 300}
    dialogue.configure(audio={"input": {"turn_detection": detection}})
    events = [*_speak_in_real_time(dialogue, SPOKEN_TURN[48_000:]), *dialogue.settle()]
    assert one(events, COMPLETED)["transcript"] == "Hello, my name is Marcelo."
