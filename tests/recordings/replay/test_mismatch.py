from io import StringIO

import pytest
from rich.console import Console

from realtap.recordings.event import Json
from realtap.recordings.replay.matching import ABSENT, Difference
from realtap.recordings.replay.mismatch import MARKER, Candidate, Cause, Mismatch
from realtap.recordings.replay.script import FromClient


def step(type_: str = "session.update", **fields: object) -> FromClient:
    return FromClient(3, 0.25, type_, {"type": type_, **fields}, b"", None)


def mismatch(
    cause: Cause = Cause.DIFFERENT,
    *differences: Difference,
    expected: FromClient | None = None,
    fields: Json | None = None,
    nearest: tuple[Candidate, ...] = (),
    dialogue: tuple[str, ...] = (),
    refusal: str = "",
    audio_s: tuple[float, float] | None = None,
) -> Mismatch:
    return Mismatch(
        cause=cause,
        recording="weather",
        number=2,
        count=5,
        expected=expected,
        type=str((fields or {}).get("type", "")),
        fields=fields or {},
        differences=differences,
        nearest=nearest,
        dialogue=dialogue,
        refusal=refusal,
        audio_s=audio_s,
    )


CHANGED = mismatch(
    Cause.DIFFERENT,
    Difference("session.tools[0].name", "get_weather", "get_time"),
    expected=step(),
    fields={"type": "session.update"},
    dialogue=("user: Hello [there]",),
)


def test_it_tells_event_dialogue_field_and_what_to_do() -> None:
    text = CHANGED.text()
    assert "event 2 of 5 from the app differs: expected session.update" in text
    assert "said until then:\n  user: Hello [there]" in text
    assert "event 3 at 0.250 s" in text
    assert 'session.tools[0].name: expected "get_weather", got "get_time"' in text
    assert (
        "if session.tools[].name may differ from run to run: --ignore 'session.tools[].name'"
        in text
    )


def test_in_a_test_it_advises_what_pytest_takes() -> None:
    text = CHANGED.text(MARKER)
    assert "--realtap-ignore 'session.tools[].name'" in text
    assert "--realtap-mode rewrite" in text


def test_rich_shows_it_as_it_is() -> None:
    out = StringIO()
    Console(file=out, width=200).print(CHANGED)
    assert out.getvalue().rstrip() == CHANGED.text()


@pytest.mark.parametrize("path", ["type", "item.call_id", "item.type"])
def test_what_a_server_needs_is_not_to_be_ignored(path: str) -> None:
    found = mismatch(Cause.DIFFERENT, Difference(path, "a", "b"), expected=step())
    assert "--ignore" not in found.text()


def test_another_event_is_not_to_be_ignored_field_by_field() -> None:
    differences = [Difference(f"session.{name}", 1, 2) for name in "abcdefghij"]
    text = mismatch(Cause.DIFFERENT, *differences, expected=step()).text()
    assert "--ignore" not in text
    assert "and 2 more" in text


def test_an_event_that_has_its_turn_later_is_out_of_turn() -> None:
    later = Candidate(step("response.create"), (), has_come=False)
    text = mismatch(Cause.DIFFERENT, expected=step(), nearest=(later,)).text()
    assert "event 3 response.create\n    is what came, but its turn is later" in text
    assert "something before it was left out" in text


def test_a_field_that_is_not_there_is_nothing() -> None:
    found = mismatch(Cause.DIFFERENT, Difference("a", ABSENT, None), expected=step())
    assert "a: expected nothing, got null" in found.text()


def test_a_missing_interruption_may_want_its_time() -> None:
    silent = mismatch(Cause.SILENT, expected=step("conversation.item.truncate"))
    assert "replay with --pace recorded" in silent.text()
    assert "replay with --realtap-pace recorded" in silent.text(MARKER)


def test_a_refusal_says_how_to_be_lenient() -> None:
    refused = mismatch(Cause.REFUSED, fields={"type": "response.create"}, refusal="Not now.")
    assert refused.headline == "a real server refuses response.create: Not now."
    assert "--lenient" in refused.text()
    assert "strict=False" in refused.text(MARKER)


def test_missing_audio_is_told_in_seconds() -> None:
    silent = mismatch(Cause.SILENT, audio_s=(3.0, 1.25))
    assert silent.headline == "waited in vain for 1.8 s more audio"
    assert "expected  3.0 s of audio, got 1.2 s" in silent.text()


def test_a_headline_fits_into_a_close_frame() -> None:
    found = mismatch(Cause.EXTRA, fields={"type": "сессия" * 40})
    assert len(found.headline.encode()) <= 123
    assert found.headline.endswith("…")
