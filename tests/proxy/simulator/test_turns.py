"""Spoken turns: voice activity, push-to-talk, interruption, transcription, silence."""

import pytest
from dialogue import SPOKEN_TURN, Dialogue, error_of, one, types

from realtap.proxy.simulator.formats import AudioFormat
from realtap.proxy.simulator.pace import Pace
from realtap.proxy.voice import resample, silence, synthesise_voice
from realtap.recordings.event import Json

TRANSCRIPTION = {"transcription": {"model": "gpt-realtime-whisper"}}
COMPLETED = "conversation.item.input_audio_transcription.completed"

SPOKEN = [
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
]


def _detecting(**detection: object) -> Json:
    return {"input": {"turn_detection": {"type": "server_vad", **detection}}}


def test_spoken_turn_is_committed_and_answered() -> None:
    events = Dialogue().speak()
    assert types(events) == [*SPOKEN, "response.created"]
    item_ids = {event["item_id"] for event in events if "item_id" in event}
    assert item_ids == {one(events, "conversation.item.added")["item"]["id"]}
    item = one(events, "conversation.item.added")["item"]
    assert item["content"] == [{"type": "input_audio", "transcript": None}]
    assert item["status"] == "completed"
    assert one(events, "response.created")["response"]["metadata"] is None


def test_positions_count_all_audio_of_the_session() -> None:
    dialogue = Dialogue()
    first = dialogue.speak()
    dialogue.settle()
    second = dialogue.speak()
    started = [one(turn, "input_audio_buffer.speech_started") for turn in (first, second)]
    stopped = [one(turn, "input_audio_buffer.speech_stopped") for turn in (first, second)]
    length_ms = len(SPOKEN_TURN) // 48
    assert 100 <= started[0]["audio_start_ms"] <= 500
    shift_ms = started[1]["audio_start_ms"] - started[0]["audio_start_ms"]
    assert shift_ms == pytest.approx(length_ms, abs=20)
    assert stopped[0]["audio_end_ms"] > started[0]["audio_start_ms"] + 1_000


@pytest.mark.parametrize("format_", [AudioFormat.PCMU, AudioFormat.PCMA])
def test_g711_is_heard_as_well(format_: AudioFormat) -> None:
    dialogue = Dialogue()
    dialogue.configure(audio={"input": {"format": {"type": format_.value}}})
    audio = format_.encode(resample(SPOKEN_TURN, 24_000, 8_000))
    assert types(dialogue.speak(audio, piece_bytes=800)) == [*SPOKEN, "response.created"]


def test_retrieved_turn_has_the_audio_between_its_positions() -> None:
    dialogue = Dialogue()
    events = dialogue.speak()
    start = one(events, "input_audio_buffer.speech_started")["audio_start_ms"]
    stopped = one(events, "input_audio_buffer.speech_stopped")
    (retrieved,) = [
        event
        for event in dialogue.say("conversation.item.retrieve", item_id=stopped["item_id"])
        if event["type"] == "conversation.item.retrieved"
    ]
    duration_ms = stopped["audio_end_ms"] - start
    audio = retrieved["item"]["content"][0]["audio"]
    assert len(audio) == pytest.approx(duration_ms * 48 * 4 / 3, abs=4)


def test_without_create_response_nothing_is_answered() -> None:
    dialogue = Dialogue()
    dialogue.configure(audio=_detecting(create_response=False))
    assert types(dialogue.speak()) == SPOKEN
    assert dialogue.settle() == []


def test_semantic_detection_stops_later() -> None:
    def stopped_ms(turn_detection: Json) -> int:
        dialogue = Dialogue()
        dialogue.configure(audio={"input": {"turn_detection": turn_detection}})
        events = dialogue.speak(SPOKEN_TURN + silence(3))
        position: int = one(events, "input_audio_buffer.speech_stopped")["audio_end_ms"]
        return position

    by_silence = stopped_ms({"type": "server_vad"})
    eager = stopped_ms({"type": "semantic_vad", "eagerness": "high"})
    patient = stopped_ms({"type": "semantic_vad", "eagerness": "low"})
    assert by_silence < eager < patient


def test_push_to_talk_has_no_speech_events_and_no_response() -> None:
    dialogue = Dialogue()
    dialogue.configure(audio={"input": {"turn_detection": None}})
    assert dialogue.speak() == []
    assert types(dialogue.say("input_audio_buffer.commit")) == SPOKEN[2:]
    assert dialogue.settle() == []
    assert types(dialogue.say("response.create")) == ["response.created"]


@pytest.mark.parametrize(("sent_ms", "named"), [(0, "0.00ms"), (99, "99.00ms")])
def test_short_commit_is_refused_and_names_the_duration(sent_ms: int, named: str) -> None:
    dialogue = Dialogue()
    dialogue.configure(audio={"input": {"turn_detection": None}})
    dialogue.speak(silence(sent_ms / 1000))
    error = error_of(dialogue.say("input_audio_buffer.commit"))
    assert error["code"] == "input_audio_buffer_commit_empty"
    assert named in error["message"]


def test_commit_after_the_servers_own_commit_finds_an_empty_buffer() -> None:
    dialogue = Dialogue()
    speech = silence(0.5) + synthesise_voice(1.5, seed=1) + silence(0.26)
    assert "input_audio_buffer.committed" in types(dialogue.speak(speech))
    error = error_of(dialogue.say("input_audio_buffer.commit"))
    assert error["code"] == "input_audio_buffer_commit_empty"


def test_clear_empties_the_buffer() -> None:
    dialogue = Dialogue()
    dialogue.configure(audio={"input": {"turn_detection": None}})
    dialogue.speak()
    assert types(dialogue.say("input_audio_buffer.clear")) == ["input_audio_buffer.cleared"]
    assert error_of(dialogue.say("input_audio_buffer.commit"))["code"] == (
        "input_audio_buffer_commit_empty"
    )


def test_clear_in_the_middle_of_speech_forgets_the_turn() -> None:
    dialogue = Dialogue()
    dialogue.speak(silence(0.2) + synthesise_voice(1.0, seed=1))
    dialogue.say("input_audio_buffer.clear")
    assert dialogue.speak(silence(1.0)) == []


def test_committed_names_the_item_before() -> None:
    dialogue = Dialogue()
    dialogue.write("Hello", id="a")
    committed = one(dialogue.speak(), "input_audio_buffer.committed")
    assert committed["previous_item_id"] == "a"


class TestInterruption:
    """The user speaks while the assistant does."""

    def _interrupted(self, **detection: object) -> tuple[Dialogue, list[Json]]:
        story = f'[[when]]\nsay = "{"A long story. " * 20}"'
        dialogue = Dialogue(script=story, pace=Pace())
        dialogue.configure(audio=_detecting(**detection))
        dialogue.write("Tell me")
        dialogue.say("response.create")
        dialogue.wait(1.0)
        return dialogue, dialogue.speak(synthesise_voice(0.6, seed=1))

    def test_cancels_the_response_right_after_speech_started(self) -> None:
        _, events = self._interrupted()
        assert types(events) == [
            "input_audio_buffer.speech_started",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
        ]
        response = one(events, "response.done")["response"]
        assert response["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
        assert response["output"][0]["status"] == "incomplete"

    def test_client_truncates_what_was_not_heard(self) -> None:
        dialogue, events = self._interrupted()
        item_id = one(events, "response.output_item.done")["item"]["id"]
        (truncated,) = dialogue.say(
            "conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=700
        )
        assert truncated["type"] == "conversation.item.truncated"

    def test_next_turn_is_answered(self) -> None:
        dialogue, _ = self._interrupted()
        events = dialogue.speak(silence(1.0))
        assert types(events) == [*SPOKEN[1:], "response.created"]

    def test_does_not_happen_without_interrupt_response(self) -> None:
        dialogue, events = self._interrupted(interrupt_response=False)
        assert types(events) == ["input_audio_buffer.speech_started"]
        error = error_of(dialogue.speak(silence(1.0)))
        assert error["code"] == "conversation_already_has_active_response"


class TestIdleTimeout:
    """The user says nothing for as long as `idle_timeout_ms`."""

    def _waiting(self) -> Dialogue:
        dialogue = Dialogue(script='[[when]]\nsay = "It was nice to talk to you today."')
        dialogue.configure(
            audio={
                "input": {
                    **TRANSCRIPTION,
                    "turn_detection": {"type": "server_vad", "idle_timeout_ms": 5_000},
                }
            }
        )
        return dialogue

    def test_commits_the_silence_behind_a_system_message_and_responds(self) -> None:
        dialogue = self._waiting()
        dialogue.ask("Hello")
        dialogue.speak(silence(6))
        assert types(dialogue.wait(5)) == []
        events = dialogue.wait(2)
        assert types(events)[:7] == [
            "input_audio_buffer.timeout_triggered",
            "conversation.item.added",
            "conversation.item.done",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
        ]
        triggered = events[0]
        assert triggered["audio_end_ms"] - triggered["audio_start_ms"] == 5_000
        assert events[1]["item"]["role"] == "system"
        assert events[3]["item_id"] == triggered["item_id"]
        assert events[3]["previous_item_id"] == events[1]["item"]["id"]
        completed = one(events, COMPLETED)
        assert completed["transcript"] == ""
        assert completed["usage"] == {"type": "duration", "seconds": 0}

    def test_does_not_happen_before_the_first_response(self) -> None:
        assert self._waiting().wait(60) == []

    def test_does_not_happen_when_the_user_speaks(self) -> None:
        dialogue = self._waiting()
        dialogue.ask("Hello")
        dialogue.wait(3)
        dialogue.speak(synthesise_voice(0.6, seed=1))
        assert dialogue.wait(20) == []

    def test_does_not_happen_when_switched_off(self) -> None:
        dialogue = self._waiting()
        dialogue.ask("Hello")
        dialogue.configure(audio=_detecting(idle_timeout_ms=None))
        assert dialogue.wait(60) == []


def test_changed_detection_goes_on_counting() -> None:
    dialogue = Dialogue()
    dialogue.speak(silence(2))
    dialogue.configure(audio=_detecting(silence_duration_ms=400))
    started = one(dialogue.speak(), "input_audio_buffer.speech_started")
    assert started["audio_start_ms"] >= 2_000
