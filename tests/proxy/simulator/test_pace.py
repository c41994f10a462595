"""How quickly the simulated server speaks."""

from realtap.proxy.simulator.pace import FAST, Pace


def test_audio_is_sent_faster_than_it_sounds() -> None:
    assert Pace(audio_speed=4).audio_s(200) == 0.05


def test_fast_server_never_waits_between_pieces() -> None:
    assert FAST.audio_s(200) == 0
    assert FAST.token_s == 0


def test_even_a_fast_response_takes_a_moment() -> None:
    assert FAST.thinking_s > 0
    assert FAST.closing_s > 0
