"""A call without sockets: what its side-band gets, against a recorded one."""

import json
from pathlib import Path

import pytest

from realtap.proxy.driver import Close
from realtap.proxy.simulator.call import Call
from realtap.proxy.simulator.outbox import Output
from realtap.proxy.simulator.pace import FAST
from realtap.proxy.simulator.script import parse_script
from realtap.proxy.simulator.session import Session
from realtap.recordings.event import Json

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "wire" / "openai-ga-sideband"
LONG_S = 60.0


def begun(script: str = "") -> Call:
    """A call whose session has just begun."""
    session = Session(pace=FAST, script=parse_script(script), is_call=True)
    session.open(0.0)
    return Call("rtc_1", session)


def events(outputs: list[Output]) -> list[Json]:
    return [output for output in outputs if not isinstance(output, Close)]


@pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded sessions are not beside the checkout"
)
def test_side_band_is_the_same_as_the_recorded_one() -> None:
    lines = (RECORDED / "webrtc_sideband_text_turn.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    theirs = [entry["event"] for entry in entries if entry["from"] == "server"]
    call = begun('[[when]]\nsay = "Hello there!"')
    for entry in entries:
        if entry["from"] == "client":
            call.receive(json.dumps(entry["event"]), 0.0)
    ours = events(call.poll(LONG_S))[: len(theirs)]
    assert [(each["type"], list(each)) for each in ours] == [
        (each["type"], list(each)) for each in theirs
    ]
    assert list(ours[0]["session"]) == list(theirs[0]["session"])


def test_nothing_is_said_before_somebody_speaks() -> None:
    assert begun().poll(LONG_S) == []


def test_playback_is_told_in_place_of_the_audio() -> None:
    call = begun()
    call.receive('{"type": "response.create"}', 0.0)
    types = [each["type"] for each in events(call.poll(LONG_S))]
    assert types.index("output_audio_buffer.started") < types.index("output_audio_buffer.stopped")
    assert "response.output_audio.delta" not in types


def test_clearing_a_silent_playback_says_nothing() -> None:
    call = begun()
    call.receive('{"type": "output_audio_buffer.clear"}', 0.0)
    assert call.poll(LONG_S) == []


def test_end_is_told_once() -> None:
    call = begun()
    call.hang_up()
    assert call.poll(0.0) == [Close(1000, "")]
    assert call.poll(0.0) == []
    assert call.is_over


def test_ringing_call_hears_nothing() -> None:
    call = Call("rtc_1", None)
    call.receive('{"type": "response.create"}', 0.0)
    assert (call.is_ringing, call.poll(0.0), call.next_due_s) == (True, [], None)
