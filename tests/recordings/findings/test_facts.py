"""What several rules ask of a session."""

import pytest
from scenes import NO_VAD, added, function_call, session, user_message
from transcript import XAI, Step, client, server, transcript

from realtap.recordings.audio import AudioFormat, Encoding
from realtap.recordings.conversation import Conversation
from realtap.recordings.findings import facts


def after(*steps: Step, **options: object) -> Conversation:
    conversation = Conversation()
    for entry in transcript(*steps, **options):  # type: ignore[arg-type] # a test passes any option on
        conversation.receive(entry)
    return conversation


def test_turn_detection_is_on_as_the_server_says() -> None:
    assert facts.is_vad_on(after(session())) is True
    assert facts.is_vad_on(after(session(audio=NO_VAD))) is False


def test_turn_detection_is_unknown_before_the_server_speaks() -> None:
    assert facts.is_vad_on(after()) is None


def test_turn_detection_is_unknown_while_an_update_of_it_waits() -> None:
    update = client("session.update", session={"type": "realtime", "audio": NO_VAD})
    assert facts.is_vad_on(after(session(), update)) is None
    other = client("session.update", session={"type": "realtime", "instructions": "Be kind."})
    assert facts.is_vad_on(after(session(), other)) is True


def test_turn_detection_without_a_type_is_xais_off() -> None:
    created = server("session.created", session={"turn_detection": {"type": None}})
    assert facts.is_vad_on(after(created, upstream=XAI)) is False


def test_side_band_has_joined_late() -> None:
    assert facts.is_late_joined(after(user_message()))
    assert not facts.is_late_joined(after(session()))


@pytest.mark.parametrize(
    ("audio_format", "size_bytes", "is_plausible"),
    [
        (AudioFormat(), 33, False),
        (AudioFormat(), 256, True),
        (AudioFormat(Encoding.PCMU, 8_000), 33, False),
        (AudioFormat(Encoding.PCMU, 8_000), 160, True),
    ],
)
def test_sizes_are_believed_from_five_milliseconds_on(
    audio_format: AudioFormat, size_bytes: int, *, is_plausible: bool
) -> None:
    sizes = facts.ChunkSizes()
    for _ in range(10):
        sizes.add(size_bytes)
    assert sizes.are_plausible(audio_format) is is_plausible


def test_unknown_id_is_compared_with_what_there_is() -> None:
    state = after(
        session(),
        user_message(item_id="item_one_1"),
        function_call("f", call_id="call_1", response_id="resp_1", item_id="item_c"),
        added({"id": "item_x"}),
    )
    assert facts.did_you_mean("item_one_l", state) == "; the nearest is item_one_1"
    assert facts.did_you_mean("call_1", state) == "; it is the call_id of the item item_c"
    assert facts.did_you_mean("resp_1", state) == "; it is the id of a response"
    assert facts.did_you_mean("zzz", state) == ""


def test_durations_are_short() -> None:
    assert [facts.say_s(each) for each in (0.42, 9.96, 31.4)] == ["0.4 s", "10 s", "31 s"]


def test_words_are_compared_without_case_and_signs() -> None:
    assert facts.words_of("Hello, hello WORLD!") == {"hello", "world"}
