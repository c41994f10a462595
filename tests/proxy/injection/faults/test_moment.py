"""The message at which a fault happens."""

import pytest
from desk import seen_of

from realtap.proxy.injection.faults.moment import Moment
from realtap.recordings.errors import UsageError
from realtap.recordings.event import Side


@pytest.mark.parametrize(
    "written", ["audio", "response.output_audio.delta", "response.audio.delta"]
)
def test_moment_is_seen_under_the_name_that_was_written(written: str) -> None:
    moment = Moment(written)
    name = "response.audio.delta" if written != "response.output_audio.delta" else written
    assert moment.kinds == {"response.output_audio.delta"}
    assert moment.has_come(seen_of(Side.SERVER, {"type": name}))


def test_any_message_of_the_server_is_meant_by_a_star() -> None:
    moment = Moment("any")
    assert moment.has_come(seen_of(Side.SERVER, {"type": "session.created"}))
    assert moment.has_come(seen_of(Side.SERVER, b"no JSON"))
    assert not moment.has_come(seen_of(Side.CLIENT, {"type": "response.create"}))


def test_pattern_does_not_mean_the_app_s_messages() -> None:
    moment = Moment("response.*")
    assert moment.has_come(seen_of(Side.SERVER, {"type": "response.done"}))
    assert not moment.has_come(seen_of(Side.CLIENT, {"type": "response.create"}))


def test_app_s_message_can_be_named() -> None:
    assert Moment("response.create").has_come(seen_of(Side.CLIENT, {"type": "response.create"}))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("response.dne", "there is no event 'response.dne'; did you mean response.done?"),
        ("whenever", "there is no event 'whenever'; also audio and any will do"),
        ("resp.*", "there is no event 'resp.*'"),
    ],
)
def test_event_that_does_not_exist_is_refused(written: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        Moment(written)
    assert str(raised.value).startswith(message)
