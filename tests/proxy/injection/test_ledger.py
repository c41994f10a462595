"""What the real server and its client have agreed on."""

from base64 import b64encode

import pytest
from desk import seen_of
from interposed import SLOW, TWO_CALLS, Interposed, asked

from realtap.proxy.injection.ledger import (
    DOUBT_S,
    ROUND_TRIP_S,
    SILENT_APP_S,
    TURN_ANSWER_S,
    Ledger,
)
from realtap.recordings.event import Json, Side
from realtap.recordings.profiles import OPENAI_GA


def heard(ledger: Ledger, type_: str, *, at: float = 0.0, seq: int = 1, **fields: object) -> None:
    """The server says something."""
    ledger.receive(seen_of(Side.SERVER, {"type": type_, **fields}, seq=seq, at=at))


def appended(ledger: Ledger, milliseconds: int, *, at: float) -> None:
    """The client appends audio."""
    event: Json = {
        "type": "input_audio_buffer.append",
        "audio": b64encode(bytes(48 * milliseconds)).decode(),
    }
    ledger.receive(seen_of(Side.CLIENT, event, at=at))


def counting_ledger() -> Ledger:
    """One that is fed audio, and has been for a while."""
    ledger = Ledger()
    ledger.count_audio(is_on=True)
    appended(ledger, 20, at=0.0)
    ledger.tick(1.0)
    return ledger


def test_pending_calls_are_those_that_can_be_answered() -> None:
    wire = asked()
    assert [call.name for call in wire.director.ledger.pending_calls()] == [
        "get_time",
        "get_weather",
    ]
    wire.answer_call(wire.call_id(0))
    wire.run()
    assert [call.name for call in wire.director.ledger.calls_named("get_time")] == ["get_time"]
    assert [call.name for call in wire.director.ledger.pending_calls()] == ["get_weather"]


def test_call_that_is_still_being_made_is_not_pending() -> None:
    wire = asked("slow", pace=SLOW, seconds=0.3)
    assert not wire.director.ledger.pending_calls()


def test_calls_of_an_out_of_band_response_cannot_be_answered() -> None:
    wire = Interposed(script=TWO_CALLS, session={"output_modalities": ["text"]})
    wire.write("both")
    wire.app_says("response.create", response={"conversation": "none"})
    wire.run()
    assert wire.app_heard("response.function_call_arguments.done")
    assert not wire.director.ledger.pending_calls()


def test_response_that_was_asked_for_counts_as_responding() -> None:
    ledger = Ledger()
    ledger.receive(seen_of(Side.CLIENT, {"type": "response.create"}))
    assert ledger.is_responding
    ledger.tick(10.0)
    assert not ledger.is_responding


def test_out_of_band_request_is_no_responding() -> None:
    ledger = Ledger()
    event = {"type": "response.create", "response": {"conversation": "none"}}
    ledger.receive(seen_of(Side.CLIENT, event))
    assert not ledger.is_responding


def test_items_are_known_as_the_server_shows_them() -> None:
    ledger = Ledger()
    item = {"id": "item_1", "type": "message", "role": "user", "content": []}
    heard(ledger, "conversation.item.added", item=item)
    assert ledger.has_item("item_1")
    assert ledger.last_item_id == "item_1"
    heard(ledger, "conversation.item.deleted", item_id="item_1")
    assert not ledger.has_item("item_1")
    assert ledger.last_item_id == ""


def test_user_who_speaks_will_be_answered_by_the_server() -> None:
    ledger = Ledger()
    heard(ledger, "input_audio_buffer.speech_started", item_id="u", audio_start_ms=0, at=1.0)
    assert ledger.will_respond_itself
    heard(ledger, "input_audio_buffer.speech_stopped", item_id="u", audio_end_ms=9, at=2.0)
    assert ledger.will_respond_itself
    ledger.tick(2.0 + TURN_ANSWER_S)
    assert not ledger.will_respond_itself


def test_user_who_speaks_is_not_waited_for_where_turns_make_no_responses() -> None:
    ledger = Ledger()
    detection = {"type": "server_vad", "create_response": False}
    session = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
    heard(ledger, "session.created", session=session)
    heard(ledger, "input_audio_buffer.speech_started", item_id="u", audio_start_ms=0)
    assert not ledger.will_respond_itself


def test_turn_whose_audio_has_ceased_is_not_waited_for() -> None:
    ledger = counting_ledger()
    heard(ledger, "input_audio_buffer.speech_started", item_id="u", audio_start_ms=0, at=1.0)
    assert ledger.will_respond_itself
    ledger.tick(1.0 + SILENT_APP_S)
    assert not ledger.will_respond_itself


def test_burst_of_audio_may_hold_a_turn() -> None:
    ledger = counting_ledger()
    appended(ledger, 1_000, at=2.0)
    assert ledger.will_respond_itself
    ledger.tick(2.0 + ROUND_TRIP_S)
    assert not ledger.will_respond_itself


def test_audio_of_a_microphone_holds_no_hidden_turn() -> None:
    ledger = counting_ledger()
    for piece in range(20):
        appended(ledger, 100, at=2.0 + piece * 0.1)
        assert not ledger.will_respond_itself


@pytest.mark.parametrize(("silence_ms", "is_waiting"), [(200, True), (2_000, False)])
def test_burst_that_is_shorter_than_a_turns_end_holds_none(
    silence_ms: int,
    is_waiting: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    ledger = counting_ledger()
    detection = {"type": "server_vad", "silence_duration_ms": silence_ms}
    session = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
    heard(ledger, "session.updated", session=session, at=1.0)
    appended(ledger, 600, at=2.0)
    assert ledger.will_respond_itself is is_waiting


def test_audio_is_only_counted_where_a_plan_may_depend_on_it() -> None:
    ledger = Ledger()
    wanted = [ledger.wants_audio]
    appended(ledger, 100, at=0.0)
    wanted.append(ledger.wants_audio)
    changes = [ledger.count_audio(is_on=True), ledger.count_audio(is_on=True)]
    wanted.append(ledger.wants_audio)
    assert wanted == [True, False, True]
    assert changes == [True, False]


def test_detection_that_was_just_asked_for_counts() -> None:
    ledger = Ledger()
    off: Json = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
    heard(ledger, "session.updated", session=off)
    heard(ledger, "input_audio_buffer.speech_started", item_id="u", audio_start_ms=0)
    assert not ledger.will_respond_itself
    detection = {"type": "server_vad"}
    on = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
    ledger.receive(seen_of(Side.CLIENT, {"type": "session.update", "session": on}))
    assert ledger.will_respond_itself


def test_answer_to_a_turn_is_none_to_a_request_that_is_on_its_way() -> None:
    ledger = Ledger(profile=OPENAI_GA)
    ledger.receive(seen_of(Side.CLIENT, {"type": "response.create"}, at=1.0))
    heard(ledger, "input_audio_buffer.speech_started", item_id="u", audio_start_ms=0, at=1.1)
    heard(ledger, "input_audio_buffer.speech_stopped", item_id="u", audio_end_ms=9, at=1.2)
    response: Json = {"id": "resp_1", "conversation_id": "conv_1"}
    heard(ledger, "response.created", response=response, at=1.2)
    heard(ledger, "response.done", response={**response, "status": "completed"}, at=1.3)
    assert ledger.is_responding
    ledger.tick(1.2 + DOUBT_S)
    assert not ledger.is_responding
