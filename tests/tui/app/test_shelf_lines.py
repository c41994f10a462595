"""Lines of the list of sessions."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rest_calls import MINTED, REFUSED
from rich.cells import cell_len
from scenes import session, text_turn
from transcript import closed

from realtap.proxy.rest_notes import note_call
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.labels import Label, write_label
from realtap.tui.app.glyphs import UNICODE
from realtap.tui.app.ink import text_of_spans
from realtap.tui.app.liveness import Liveness
from realtap.tui.app.shelf import shelved
from realtap.tui.app.shelf_lines import brief, head, line

type Record = Callable[..., Path]

NOBODY = Liveness(lambda: (), lambda: 4_000_000_000.0)


@pytest.mark.parametrize("width", [79, 119, 199])
@pytest.mark.parametrize(
    "name", ["", "short", "a name that is much longer than its column" * 2, "東京"]
)
def test_numbers_stand_below_their_names(record: Record, width: int, name: str) -> None:
    path = record(session(), text_turn(), closed())
    write_label(path, Label.NAME, name, at=9.0)
    written = text_of_spans(line(shelved(path, NOBODY), width, UNICODE))
    title = text_of_spans(head(width))
    place = title.index("turns") + len("turns")
    before = next(n for n in range(len(written)) if cell_len(written[:n]) == place)
    assert written[:before].endswith("     1")
    assert cell_len(title) <= width


@pytest.mark.parametrize(
    ("number", "expected"),
    [(7, "7"), (1204, "1,204"), (99_999, "99,999"), (1_204_000, "1.2 M"), (150_999, "150 k")],
)
def test_big_numbers_are_told_briefly(number: int, expected: str) -> None:
    assert brief(number) == expected


@pytest.mark.parametrize("width", [79, 119, 199])
def test_a_noted_request_is_told_in_words_where_a_session_has_numbers(
    folder: RecordingsFolder, width: int
) -> None:
    each = shelved(note_call(MINTED, folder, print), NOBODY)
    written = text_of_spans(line(each, width, UNICODE))
    assert written.startswith(f" {UNICODE.ended} http 200 ")
    assert "POST /v1/realtime/client_secrets, ephemeral" in written
    assert "closed" not in written
    assert not each.is_worth_counting


def test_a_refused_request_is_marked_as_failed(folder: RecordingsFolder) -> None:
    each = shelved(note_call(REFUSED, folder, print), NOBODY)
    assert text_of_spans(line(each, 119, UNICODE)).startswith(f" {UNICODE.failed} http 401 ")


def test_a_request_without_an_answer_does_not_run_into_its_time(folder: RecordingsFolder) -> None:
    call = replace(MINTED, status=0, error="server disconnected", response_body="")
    path = note_call(call, folder, print)
    write_label(path, Label.NAME, "lost", at=1.0)
    each = shelved(path, NOBODY)
    written = text_of_spans(line(each, 119, UNICODE))
    assert "no answer   20" in written
    assert "lost POST /v1/realtime/client_secrets, server disconnected" in written
    assert "server disconnected" in each.words
