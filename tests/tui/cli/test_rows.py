"""The lines of entries, on a terminal and on a pipe."""

import json
from collections.abc import Mapping

import pytest

from realtap.recordings.event import (
    Closed,
    Entry,
    Event,
    Fate,
    Header,
    Note,
    Opened,
    Origin,
    Released,
    Side,
    Unknown,
)
from realtap.recordings.plain import one_line
from realtap.tui.cli.rows import Page, Rows, cut, short_id

PIPE = Page(width=None, has_colour=False)
TERMINAL = Page(width=100, has_colour=True)
CALL = {
    "type": "response.function_call_arguments.done",
    "item_id": "item_BxQ0000000000000001",
    "call_id": "call_CxQ0000000000000002",
    "response_id": "resp_DxQ0000000000000003",
    "name": "get_weather",
    "arguments": '{"city": "Paris"}',
}


def event(fields: Mapping[str, object], **more: object) -> Event:
    payload = json.dumps(fields).encode()
    return Event(7, 1.25, Side.SERVER, str(fields["type"]), payload, **more)  # type: ignore[arg-type]  # a test sets any field


def test_event_tells_number_time_side_type_ids_and_function() -> None:
    (line,) = Rows(PIPE).lines_of(event(CALL))
    assert line.split()[:5] == ["7", "1.250", "←", "S", "response.function_call_arguments.done"]
    assert "item_BxQ0000000000000001 call_CxQ0000000000000002 resp_DxQ0000000000000003" in line
    assert "get_weather" in line
    assert "Paris" in line


def test_terminal_line_is_not_wider_than_the_terminal() -> None:
    page = Page(width=100, has_colour=False)
    long = event({**CALL, "arguments": json.dumps({"city": "Paris" * 100})})
    (line,) = Rows(page).lines_of(long)
    assert len(line) <= 100
    assert line.endswith("…")
    assert "get_weather" in line


def test_pipe_has_no_colour_and_terminal_has() -> None:
    assert "\x1b[" not in "".join(Rows(PIPE).lines_of(event(CALL)))
    assert "\x1b[" in "".join(Rows(TERMINAL).lines_of(event(CALL)))


@pytest.mark.parametrize(
    ("more", "mark"),
    [
        ({}, " "),
        ({"origin": Origin.INJECTED}, "*"),
        ({"fate": Fate.DROPPED}, "x"),
        ({"fate": Fate.EDITED}, "~"),
        ({"fate": Fate.HELD}, "="),
    ],
)
def test_what_realtap_did_to_an_event_is_marked(more: dict[str, object], mark: str) -> None:
    (line,) = Rows(PIPE).lines_of(event(CALL, **more))
    assert line[5] == mark


def test_edited_event_shows_both_texts() -> None:
    said, sent = Rows(PIPE).lines_of(
        event({"type": "x", "n": 1}, fate=Fate.EDITED, sent=b'{"type":"y","n":2}', why="rule more")
    )
    assert said.endswith("[edited, rule more] n 1")
    assert sent.split() == ["~", "sent", "←", "S", "y", "-", "n", "2"]


def test_released_event_tells_how_long_it_was_held() -> None:
    rows = Rows(PIPE)
    (held,) = rows.lines_of(event({"type": "x"}, fate=Fate.HELD, why="breakpoint"))
    assert held.endswith("[held, breakpoint]")
    (released,) = rows.lines_of(Released(4.5, 7, Fate.DROPPED, why="by hand"))
    assert released.split() == [
        *("·x", "4.500", "event", "7", "released", "after", "3.250", "s:", "dropped"),
        *("(by", "hand)"),
    ]


def test_released_event_that_was_edited_shows_what_was_sent() -> None:
    rows = Rows(PIPE)
    rows.learn(event({"type": "x"}, fate=Fate.HELD))
    released, sent = rows.lines_of(Released(4.5, 7, Fate.EDITED, b'{"type":"x","n":2}'))
    assert "after 3.250 s: edited" in released
    assert sent.endswith("sent instead: n 2")


def test_end_that_realtap_made_says_so() -> None:
    ours = Closed(9.0, Side.SERVER, 1001, "bye", extra={"origin": "injected", "why": "fault end"})
    (line,) = Rows(PIPE).lines_of(ours)
    assert line.endswith("closed by the server with 1001 bye (made by realtap: fault end)")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (Opened(0.1, 101, subprotocol="realtime"), "connected, subprotocol realtime"),
        (Opened(0.1, 401, body="no key"), "refused with status 401 no key"),
        (Closed(9.0, Side.SERVER, 1001, "expired"), "closed by the server with 1001 expired"),
        (Released(4.5, 7, Fate.FORWARDED), "event 7 released: forwarded"),
        (Closed(9.0, Side.SERVER, 1001, extra={"origin": "fault"}), "1001 (made by realtap)"),
        (Note(1.0, {"kind": "lost", "text": "3 lines were lost"}), "3 lines were lost"),
        (Unknown(b'{"later":1}'), '{"later":1}'),
        (Header("the-id", "2026-01-01T00:00:00Z", "reverse", "ws://host"), "the-id  2026"),
    ],
)
def test_other_entries_are_told_in_words(entry: Entry, words: str) -> None:
    (line,) = Rows(PIPE).lines_of(entry)
    assert words in line


def test_text_cannot_move_the_cursor() -> None:
    assert one_line("a\nb\x1b[2Jc") == "a b [2Jc"


def test_cut_text_shows_that_it_was_cut() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abc", 4) == "abc"
    assert cut("abc", 0) == ""


def test_short_id_keeps_its_kind_and_its_end() -> None:
    assert short_id("call_CxQ0000000000000002") == "call…00002"
    assert short_id("item_1") == "item_1"
