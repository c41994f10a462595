"""Ends that a session should not have."""

import pytest
from desk import Crossing, Ending
from simulated_crossing import SimulatedCrossing

from realtap.proxy.injection.faults import parse_fault
from realtap.recordings.errors import UsageError
from realtap.recordings.event import Side

DELTA = b'{"type":"response.output_audio.delta","response_id":"resp_1","delta":"AAAA"}'
BETA_DELTA = b'{"type":"response.audio.delta","response_id":"resp_1","delta":"AAAA"}'


def _ending(crossing: Crossing) -> Ending:
    """How the session has ended."""
    assert crossing.desk.ending is not None
    return crossing.desk.ending


def test_cut_leaves_half_of_an_audio_delta() -> None:
    crossing = SimulatedCrossing(parse_fault("cut"))
    crossing.ask()
    crossing.wait(1)
    ending = _ending(crossing)
    assert ending.why == "fault cut"
    assert ending.partial.startswith(b'{"type": "response.output_audio.delta"')
    assert crossing.marks()[0] == ("response.output_audio.delta", "held", "fault cut")


@pytest.mark.parametrize("delta", [DELTA, BETA_DELTA])
def test_cut_knows_both_names_of_an_event(delta: bytes) -> None:
    crossing = Crossing(parse_fault("cut"))
    crossing.server_says({"type": "response.created"}, delta)
    assert _ending(crossing).partial == delta


def test_cut_comes_after_so_many_of_the_server_s_messages() -> None:
    crossing = Crossing(parse_fault("cut:when=any,after=2"))
    crossing.server_says({"type": "session.created"})
    crossing.client_says({"type": "session.update"})
    crossing.server_says({"type": "session.updated"})
    assert crossing.desk.ending is None
    crossing.server_says({"type": "rate_limits.updated"})
    assert crossing.desk.ending is not None


def test_cut_at_an_event_of_the_app_still_sends_it() -> None:
    crossing = Crossing(parse_fault("cut:when=response.create"))
    crossing.client_says({"type": "response.create"})
    assert crossing.to_server.types == ["response.create"]
    assert _ending(crossing).partial == b""


def test_nothing_that_came_together_with_it_arrives_before_the_cut() -> None:
    crossing = Crossing(parse_fault("cut"))
    crossing.server_says(DELTA, {"type": "response.done"})
    crossing.wait(60)
    assert crossing.to_client.arrived == []


def test_app_that_connects_again_finds_a_server_that_works() -> None:
    maker = parse_fault("cut")
    first, second = Crossing(maker), Crossing(maker)
    for crossing in (first, second):
        crossing.server_says(DELTA)
    assert first.desk.ending is not None
    assert second.desk.ending is None
    assert second.to_client.arrived == [DELTA]


def test_every_session_can_be_cut() -> None:
    maker = parse_fault("cut:sessions=0")
    for _ in range(3):
        crossing = Crossing(maker)
        crossing.server_says(DELTA)
        assert crossing.desk.ending is not None


def test_server_closes_behind_the_response_s_beginning() -> None:
    crossing = SimulatedCrossing(parse_fault('close:code=1012,reason="restarting, sorry"'))
    crossing.ask()
    ending = _ending(crossing)
    assert (ending.side, ending.code, ending.reason) == (Side.SERVER, 1012, "restarting, sorry")
    assert ending.why == "fault close"
    assert "response.created" in crossing.to_client.types


@pytest.mark.parametrize("code", [1004, 1005, 1006, 1015, 2999])
def test_close_code_that_no_frame_can_have_is_refused(code: int) -> None:
    with pytest.raises(
        UsageError, match=f"fault close: code {code} cannot be sent; there are 1000"
    ):
        parse_fault(f"close:code={code}")


def test_reason_that_no_frame_can_hold_is_refused() -> None:
    with pytest.raises(UsageError, match="fault close: the reason is longer than 123 bytes"):
        parse_fault(f"close:reason={'é' * 62}")


def test_session_expires_as_the_real_server_does_it() -> None:
    crossing = SimulatedCrossing(parse_fault("session-expired:seconds=30,minutes=5"))
    crossing.wait(29.9)
    assert crossing.to_client.types == ["session.created"]
    crossing.wait(0.2)
    error = crossing.wait_for("error")["error"]
    assert error["code"] == "session_expired"
    assert error["message"] == "Your session hit the maximum duration of 5 minutes."
    ending = _ending(crossing)
    assert (ending.code, ending.reason) == (1001, error["message"])
    assert crossing.marks() == [("error", "fault", "fault session-expired")]


def test_session_lives_when_the_fault_is_switched_off_in_time() -> None:
    crossing = SimulatedCrossing(parse_fault("session-expired"))
    crossing.stop()
    crossing.wait(60)
    assert crossing.desk.ending is None


def test_second_session_does_not_expire() -> None:
    maker = parse_fault("session-expired")
    crossings = [Crossing(maker), Crossing(maker)]
    for crossing in crossings:
        crossing.wait(20)
    assert [crossing.desk.ending is not None for crossing in crossings] == [True, False]
