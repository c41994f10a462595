"""The demo app's loudspeaker: what was played is never more than what was received."""

import base64

from realtap.proxy.demo.loudspeaker import Heard, Loudspeaker


def audio(duration_ms: int) -> str:
    return base64.b64encode(bytes(duration_ms * 48)).decode()


def test_silent_loudspeaker_has_nothing_to_stop() -> None:
    assert Loudspeaker().stop(1.0) is None


def test_stopping_tells_how_much_was_played() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.play("item_1", 0, audio(2000), at=10.0)
    assert loudspeaker.stop(10.5) == Heard("item_1", 0, 500)


def test_deltas_of_an_item_are_played_one_after_the_other() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.play("item_1", 0, audio(300), at=0.0)
    loudspeaker.play("item_1", 0, audio(300), at=0.1)
    assert round(loudspeaker.left_s(0.2), 3) == 0.4


def test_next_item_waits_for_the_one_before() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.play("item_1", 0, audio(1000), at=0.0)
    loudspeaker.play("item_2", 0, audio(1000), at=0.5)
    assert loudspeaker.stop(1.25) == Heard("item_2", 0, 250)


def test_what_has_been_played_to_its_end_is_not_interrupted() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.play("item_1", 0, audio(100), at=0.0)
    assert loudspeaker.stop(0.2) is None


def test_loudspeaker_is_silent_after_it_was_stopped() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.play("item_1", 0, audio(1000), at=0.0)
    loudspeaker.stop(0.1)
    assert loudspeaker.left_s(0.1) == 0
