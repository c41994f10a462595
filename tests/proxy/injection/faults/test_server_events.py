"""Events of the server that do not come, or come late."""

from base64 import b64encode

import pytest
from desk import Crossing
from dialogue import SPOKEN_TURN
from simulated_crossing import SimulatedCrossing

from realtap.proxy.injection.faults import parse_fault
from realtap.proxy.simulator.dialect import Dialect

TRANSCRIPTION = "conversation.item.input_audio_transcription"
HEARD = '[[hear]]\ntext = "What is the weather?"\n[[hear]]\ntext = "And tomorrow?"\n'


def _speak(crossing: SimulatedCrossing) -> None:
    for start in range(0, len(SPOKEN_TURN), 4_800):
        audio = b64encode(SPOKEN_TURN[start : start + 4_800]).decode()
        crossing.say("input_audio_buffer.append", audio=audio)


def _listening(fault: str) -> SimulatedCrossing:
    crossing = SimulatedCrossing(parse_fault(fault), script=HEARD)
    transcription = {"model": "gpt-4o-mini-transcribe"}
    session = {"type": "realtime", "audio": {"input": {"transcription": transcription}}}
    crossing.say("session.update", session=session)
    return crossing


def test_first_session_updated_is_lost() -> None:
    crossing = SimulatedCrossing(parse_fault("lost-session-updated"))
    for instructions in ("First.", "Second."):
        crossing.say("session.update", session={"type": "realtime", "instructions": instructions})
    (updated,) = [each for each in crossing.to_client.events if each["type"] == "session.updated"]
    assert updated["session"]["instructions"] == "Second."
    assert crossing.marks() == [("session.updated", "dropped", "fault lost-session-updated")]


def test_lost_update_is_in_force_all_the_same() -> None:
    crossing = SimulatedCrossing(parse_fault("lost-session-updated"))
    crossing.say("session.update", session={"type": "realtime", "output_modalities": ["text"]})
    crossing.ask()
    assert crossing.wait_for("response.done")["response"]["output_modalities"] == ["text"]


@pytest.mark.parametrize(("options", "lost"), [("after=1", [1]), ("times=0", [0, 1, 2])])
def test_which_update_is_lost_can_be_told(options: str, lost: list[int]) -> None:
    crossing = SimulatedCrossing(parse_fault(f"lost-session-updated:{options}"))
    for _ in range(3):
        crossing.say("session.update", session={"type": "realtime"})
    updates = [each for each in crossing.recorded if each.type == "session.updated"]
    assert [n for n, each in enumerate(updates) if each.fate == "dropped"] == lost


def test_beta_transcription_session_loses_its_own_event() -> None:
    crossing = SimulatedCrossing(
        parse_fault("lost-session-updated"), dialect=Dialect.BETA, is_transcription=True
    )
    crossing.say("transcription_session.update", session={})
    assert crossing.marks()[0][0] == "transcription_session.updated"


def test_transcript_comes_after_the_answer() -> None:
    crossing = _listening("delayed-transcript:seconds=8")
    _speak(crossing)
    crossing.wait(20)
    types = crossing.to_client.types
    assert types.index("response.done") < types.index(f"{TRANSCRIPTION}.delta")
    completed = crossing.wait_for(f"{TRANSCRIPTION}.completed")
    assert completed["transcript"] == "What is the weather?"


def test_delayed_transcript_keeps_its_order_and_its_text() -> None:
    crossing = _listening("delayed-transcript")
    _speak(crossing)
    crossing.wait(20)
    original = [each.fields() for each in crossing.recorded if each.fate == "dropped"]
    late = [each for each in crossing.to_client.events if each["type"].startswith(TRANSCRIPTION)]
    assert late == original
    assert len(late) > 2


def test_delayed_half_of_an_emoji_arrives_as_it_was() -> None:
    crossing = Crossing(parse_fault("delayed-transcript"))
    delta = rb'{"type":"%b.delta","item_id":"item_1","delta":"\ud83d","logprob":-1.50e0}'
    payload = delta % TRANSCRIPTION.encode()
    crossing.server_says(payload)
    crossing.wait(3)
    assert crossing.to_client.arrived == [payload]


def test_delayed_transcript_is_dropped_and_sent_again_as_a_fault() -> None:
    crossing = _listening("delayed-transcript")
    _speak(crossing)
    crossing.wait(20)
    marks = {mark for mark in crossing.marks() if mark[0] == f"{TRANSCRIPTION}.completed"}
    assert marks == {
        (f"{TRANSCRIPTION}.completed", "dropped", "fault delayed-transcript"),
        (f"{TRANSCRIPTION}.completed", "fault", "fault delayed-transcript"),
    }


def test_transcript_of_the_second_turn_comes_in_time() -> None:
    crossing = _listening("delayed-transcript")
    for _ in range(2):
        _speak(crossing)
        crossing.wait(20)
    late = {each.fields()["item_id"] for each in crossing.recorded if each.origin == "fault"}
    assert len(late) == 1
    assert crossing.wait_for(f"{TRANSCRIPTION}.completed")["item_id"] in late


def test_waiting_transcript_comes_when_the_fault_is_switched_off() -> None:
    crossing = _listening("delayed-transcript:seconds=60")
    _speak(crossing)
    crossing.wait(5)
    assert f"{TRANSCRIPTION}.completed" not in crossing.to_client.types
    crossing.stop()
    assert crossing.to_client.types[-1] == f"{TRANSCRIPTION}.completed"
    crossing.wait(100)
    assert crossing.to_client.types.count(f"{TRANSCRIPTION}.completed") == 1
