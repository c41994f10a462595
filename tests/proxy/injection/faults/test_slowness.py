"""Connections that are slow."""

from base64 import b64encode

from desk import Crossing
from simulated_crossing import SimulatedCrossing

from realtap.proxy.injection.faults import parse_fault
from realtap.recordings.event import Json

DELTA_S = 0.1


def _delta(response_id: str = "resp_1") -> Json:
    audio = b64encode(bytes(int(48_000 * DELTA_S))).decode()
    return {
        "type": "response.output_audio.delta",
        "response_id": response_id,
        "item_id": "item_1",
        "delta": audio,
    }


def test_nothing_comes_for_some_seconds_and_then_everything() -> None:
    crossing = Crossing(parse_fault("stall:seconds=5"))
    crossing.server_says({"type": "response.created"}, {"type": "response.done"})
    crossing.wait(3)
    crossing.server_says({"type": "rate_limits.updated"})
    crossing.wait(1.9)
    assert crossing.to_client.arrived == []
    crossing.wait(0.2)
    assert crossing.to_client.types == ["response.created", "response.done", "rate_limits.updated"]
    assert set(crossing.marks()) == {
        (each, "held", "fault stall") for each in crossing.to_client.types
    }


def test_only_one_side_stalls() -> None:
    crossing = Crossing(parse_fault("stall"))
    crossing.server_says({"type": "response.created"})
    crossing.client_says({"type": "response.cancel"})
    assert crossing.to_server.types == ["response.cancel"]


def test_app_s_side_can_stall() -> None:
    crossing = Crossing(parse_fault("stall:side=client,seconds=2"))
    crossing.server_says({"type": "session.created"})
    crossing.client_says({"type": "response.create"})
    assert (crossing.to_client.types, crossing.to_server.types) == (["session.created"], [])
    crossing.wait(2)
    assert crossing.to_server.types == ["response.create"]


def test_both_sides_can_stall_at_an_event() -> None:
    crossing = Crossing(parse_fault("stall:side=both,when=response.created,seconds=2"))
    crossing.client_says({"type": "response.create"})
    crossing.server_says({"type": "response.created"})
    crossing.client_says({"type": "response.cancel"})
    assert (crossing.to_client.types, crossing.to_server.types) == ([], ["response.create"])
    crossing.wait(2)
    assert crossing.to_client.types == ["response.created"]
    assert crossing.to_server.types == ["response.create", "response.cancel"]


def test_stall_is_over_after_the_first_time() -> None:
    crossing = Crossing(parse_fault("stall:seconds=1"))
    crossing.server_says({"type": "session.created"})
    crossing.wait(1)
    crossing.server_says({"type": "session.updated"})
    assert crossing.to_client.types == ["session.created", "session.updated"]


def test_audio_comes_slower_than_it_is_played() -> None:
    crossing = Crossing(parse_fault("slow-audio:factor=2"))
    crossing.server_says(_delta(), _delta(), _delta(), {"type": "response.done"})
    arrivals = []
    for _ in range(5):
        arrivals.append(len(crossing.to_client.arrived))
        crossing.wait(DELTA_S)
    assert arrivals == [1, 1, 2, 2, 4]


def test_time_from_delta_to_delta_can_be_told() -> None:
    crossing = Crossing(parse_fault("slow-audio:ms=500"))
    crossing.server_says(_delta(), _delta())
    crossing.wait(0.4)
    assert len(crossing.to_client.arrived) == 1
    crossing.wait(0.2)
    assert len(crossing.to_client.arrived) == 2


def test_audio_that_comes_slowly_by_itself_is_not_held() -> None:
    crossing = Crossing(parse_fault("slow-audio:factor=1"))
    for _ in range(3):
        crossing.server_says(_delta())
        crossing.wait(1)
    assert crossing.marks() == []


def test_only_the_first_response_is_slow() -> None:
    crossing = Crossing(parse_fault("slow-audio"))
    crossing.server_says(_delta())
    crossing.wait(1)
    crossing.server_says(_delta("resp_2"), _delta("resp_2"))
    assert len(crossing.to_client.arrived) == 3
    assert crossing.marks() == []


def test_slow_audio_is_complete_and_marked() -> None:
    fast, slow = SimulatedCrossing(), SimulatedCrossing(parse_fault("slow-audio:factor=3"))
    for crossing in (fast, slow):
        crossing.ask()
        crossing.wait(60)
    assert slow.to_client.types == fast.to_client.types
    assert {mark for _, mark, _ in slow.marks()} == {"held"}
    assert {why for _, _, why in slow.marks()} == {"fault slow-audio"}
