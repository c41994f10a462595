import base64

import pytest
from replayed import script_of

from realtap.proxy.replay.microphone import Microphone
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Event, Side
from realtap.recordings.replay.script import FromClient

TYPE = "input_audio_buffer.append"


def appended(pcm: bytes) -> dict[str, str]:
    return {"type": TYPE, "audio": base64.b64encode(pcm).decode()}


def microphone(recorded: bytes, *, is_exact: bool = False) -> Microphone:
    """One whose whole recorded audio is wanted by now."""
    script = script_of([(Side.CLIENT, appended(recorded))])
    made = Microphone(script, is_exact=is_exact)
    [step] = script.steps
    assert isinstance(step, FromClient)
    made.pass_by(step)
    return made


def say(to: Microphone, pcm: bytes) -> bool:
    payload = b'{"type":"%s","audio":"%s"}' % (TYPE.encode(), base64.b64encode(pcm))
    return to.take(Seen.of(Event(1, 0.0, Side.CLIENT, TYPE, payload)))


def test_the_last_piece_of_a_turn_may_be_missing() -> None:
    made = microphone(bytes(96_000))
    say(made, bytes(71_000))
    assert not made.has_enough
    say(made, bytes(2_000))
    assert made.has_enough


def test_audio_beyond_what_was_recorded_answers_nothing() -> None:
    made = microphone(bytes(96_000))
    assert say(made, bytes(96_000))
    assert not say(made, bytes(2))


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_how_audio_is_cut_does_not_matter_though_its_content_does(size: int) -> None:
    pcm = bytes(range(200))
    made = microphone(pcm, is_exact=True)
    for start in range(0, len(pcm), size):
        say(made, pcm[start : start + size])
    say(made, b"and on it goes")
    assert made.differs_at is None


def test_the_first_byte_that_differs_is_known() -> None:
    made = microphone(bytes(200), is_exact=True)
    for pcm in (bytes(100), bytes(30) + b"\x01", b"\x02"):
        say(made, pcm)
    assert made.differs_at == 130


def test_what_is_no_base64_is_silence() -> None:
    made = microphone(bytes(8), is_exact=True)
    payload = b'{"type":"%s","audio":"=*="}' % TYPE.encode()
    made.take(Seen.of(Event(1, 0.0, Side.CLIENT, TYPE, payload)))
    assert made.differs_at is None
