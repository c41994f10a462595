"""What is planned stays clear of the moment at which the server speaks by itself."""

from typing import Any

import pytest
from desk import seen_of
from interposed import Interposed

from realtap.proxy.injection.idle import MARGIN_S, Idle
from realtap.proxy.simulator.pace import FAST
from realtap.recordings.event import Side

DETECTION = {"type": "server_vad", "idle_timeout_ms": 5_000}
TIMEOUT_S = 5.0


def idle(*told: tuple[str, float] | tuple[str, float, float]) -> Idle:
    """After events of the server: type, time, seconds of audio."""
    made = Idle()
    for type_, at, *audio_s in told:
        seen = seen_of(Side.SERVER, {"type": type_, "response": {"id": "resp_1"}}, at=at)
        made.receive(seen, audio_s=sum(audio_s))
    return made


CREATED, DONE = ("response.created", 1.0), ("response.done", 2.0)
AUDIO = ("response.output_audio.delta", 1.5, 3.0)


def nears(made: Idle) -> list[float]:
    """The seconds, in tenths, at which it waits."""
    times = [tenth / 10 for tenth in range(200)]
    return [at for at in times if made.clear_from(at, TIMEOUT_S) is not None]


def test_moment_is_the_time_out_after_a_response() -> None:
    waits = nears(idle(CREATED, DONE))
    assert (waits[0], waits[-1]) == (7.0 - MARGIN_S, 7.4)
    assert idle(CREATED, DONE).clear_from(7.0, TIMEOUT_S) == 7.0 + MARGIN_S


def test_playback_is_waited_for_as_each_server_may_count_it() -> None:
    waits = nears(idle(CREATED, AUDIO, DONE))
    assert {7.0, 9.5, 10.0} <= set(waits)
    assert not {6.0, 8.0, 11.0} & set(waits)


@pytest.mark.parametrize("type_", ["response.created", "input_audio_buffer.speech_started"])
def test_there_is_no_moment_while_somebody_speaks(type_: str) -> None:
    assert nears(idle(CREATED, DONE, (type_, 6.0))) == []


def test_new_settings_make_the_server_count_anew() -> None:
    assert 11.0 in nears(idle(CREATED, DONE, ("session.updated", 6.0)))


def request_at(at_s: float, **session: Any) -> float | None:
    """When a request that a person makes at a time after the last response goes out; None: never."""
    told = {"output_modalities": ["text"], **session}
    wire = Interposed(pace=FAST, session=told)
    wire.write("Hello")
    wire.app_says("response.create")
    while not wire.app_heard("response.done"):
        wire.run(0.05)
    began = wire.now
    wire.run(at_s)
    wire.director.request_response()
    wire.run(0.0)
    wire.run(3.0)
    assert not wire.server_said("error")
    asked = wire.injected()
    return asked[0].at - began if asked else None


def test_request_waits_for_the_moment_and_is_served_by_what_the_server_says_then() -> None:
    audio = {"input": {"turn_detection": DETECTION}}
    assert request_at(4.8, audio=audio) is None
    assert request_at(3.0, audio=audio) == pytest.approx(3.0, abs=0.1)
    assert request_at(4.8) == pytest.approx(4.8, abs=0.1)


def test_moment_is_known_of_a_spoken_answer_too() -> None:
    audio = {"input": {"turn_detection": DETECTION}}
    wire = Interposed(session={"output_modalities": ["audio"], "audio": audio})
    wire.write("Hello")
    wire.app_says("response.create")
    wire.run(0.5)
    wait = None
    while not wire.server_said("input_audio_buffer.timeout_triggered"):
        wait = wire.director.ledger.turn_wait()
        wire.run(0.05)
    assert wait is not None
    assert "idle timeout" in wait.text
