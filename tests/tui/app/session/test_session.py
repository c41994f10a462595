"""A recording as the screens show it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scenes import appended, function_call, ga_session, output, session, text_turn
from transcript import Step, server, wait

from realtap.recordings.labels import Label, write_label
from realtap.tui.app.session.session import Session

type Record = Callable[..., Path]
type Opened = Callable[..., Session]


@pytest.fixture
def opened(record: Record) -> Iterator[Opened]:
    """Write steps, and read them to their end."""
    all_opened: list[Session] = []

    def open_(*steps: Step) -> Session:
        found = Session(record(*steps))
        all_opened.append(found)
        found.index.scan()
        while not found.is_studied:
            found.take(found.study.more())
        found.take_findings(found.study.finish())
        found.lines.extend(range(len(found)))
        return found

    yield open_
    for each in all_opened:
        each.close()


def test_calls_items_and_responses_are_kept(opened: Opened) -> None:
    found = opened(session(), function_call("get_weather"), output("call_1"), text_turn())
    assert [call.name for call in found.calls] == ["get_weather"]
    assert {item.kind for item in found.items} == {
        "function_call",
        "function_call_output",
        "message",
    }
    assert len(found.responses) == 2


def test_audio_is_told_in_the_format_in_force(opened: Opened) -> None:
    found = opened(session(), appended(1.0))
    rows = [row for row in range(len(found)) if found.index.type(row).endswith("append")]
    seconds, size_bytes = found.audio(rows)
    assert seconds == pytest.approx(1.0)
    assert size_bytes == 48_000


def test_formats_change_where_the_session_says_so(opened: Opened) -> None:
    telephone = {"input": {"format": {"type": "audio/pcmu"}}}
    found = opened(
        session(), appended(0.1), server("session.updated", session=ga_session(audio=telephone))
    )
    assert found.formats(1).input.rate_hz == 24_000
    assert found.formats(len(found) - 1).input.rate_hz == 8_000


def test_related_events_share_an_id(opened: Opened) -> None:
    found = opened(session(), function_call("get_weather"), output("call_1"))
    row = next(r for r in range(len(found)) if found.index.type(r).endswith("arguments.done"))
    event = found.event(row)
    assert event is not None
    related = found.related(event)
    assert any(title.startswith("call ") for title in related)
    following = found.neighbour(row, 1)
    assert following is not None
    assert following > row


def test_findings_are_walked_in_both_directions_and_round(opened: Opened) -> None:
    found = opened(session(), function_call("get_weather"), output("call_1"), wait(12))
    first = found.next_finding(0, 1)
    assert first is not None
    assert found.next_finding(len(found), 1) == first
    assert found.next_finding(0, -1) is not None


def test_session_without_findings_has_none_to_go_to(opened: Opened) -> None:
    assert opened(session()).next_finding(0, 1) is None


def test_row_is_found_by_time(opened: Opened) -> None:
    found = opened(session(), text_turn())
    assert found.row_at(found.time(3) + 0.001) == 3
    assert found.row_at(-1.0) == 0


def test_time_goes_on_in_a_silent_session(opened: Opened) -> None:
    found = opened(session())
    written_s = found.path.stat().st_mtime
    assert found.now(written_s + 5) == pytest.approx(found.last_at + 5)


def test_last_name_and_note_count(record: Record) -> None:
    path = record(session())
    for label, text in (("name", "first"), ("note", "gone"), ("name", "second"), ("note", "")):
        write_label(path, Label(label), text, at=1.0)
    found = Session(path)
    found.take(found.study.more())
    assert found.labels == {Label.NAME: "second"}
    found.close()
