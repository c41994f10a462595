"""The index of a recording, whole, growing, torn, cut and gone."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from realtap.recordings import lines
from realtap.recordings.errors import RecordingError
from realtap.recordings.event import Closed, Event, Fate, Header, Note, Side
from realtap.recordings.filters import parse_filter
from realtap.recordings.index import Index

HEADER = Header("a", "2026-01-01T00:00:00Z", "sim", "ws://127.0.0.1")
TYPES = ("session.created", "input_audio_buffer.append", "response.output_audio.delta", "error")


def event(seq: int, **more: Any) -> Event:
    name = TYPES[seq % len(TYPES)]
    side = Side.CLIENT if name.startswith("input") else Side.SERVER
    payload = json.dumps({"type": name, "number": seq}).encode()
    settings = {"type": name, "payload": payload, "side": side, **more}
    return Event(seq=seq, at=seq / 10, **settings)


def write(path: Path, *entries: Any) -> None:
    with path.open("ab") as file:
        for entry in entries:
            file.write(entry if isinstance(entry, bytes) else lines.encode(entry))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording of 20 events."""
    path = tmp_path / "a.jsonl"
    write(path, HEADER, *(event(seq) for seq in range(1, 21)))
    return path


def test_rows_are_the_events_in_order(path: Path) -> None:
    with Index(path) as index:
        assert index.header == HEADER
        assert index.scan() == len(index) == 20
        assert list(index.events()) == [event(seq) for seq in range(1, 21)]
        assert list(index.seqs) == list(range(1, 21))
        assert index.times[4] == 0.5
        assert [index.type(row) for row in range(4)] == [*TYPES[1:], TYPES[0]]
        assert list(index.is_server[:4]) == [0, 1, 1, 1]


def test_scan_stops_at_its_limit_and_goes_on(path: Path) -> None:
    with Index(path) as index:
        assert index.scan(limit=6) == 5
        assert not index.has_reached_end
        assert index.event(4) == event(5)
        assert index.scan() == 15
        assert index.has_reached_end


def test_refresh_takes_in_what_was_written_since(path: Path) -> None:
    with Index(path) as index:
        index.scan()
        write(path, event(21), lines.encode(event(22))[:30])
        assert index.refresh() == 1
        write(path, lines.encode(event(22))[30:], Closed(3.0, Side.CLIENT, 1000))
        assert index.refresh() == 1
        assert index.event(21) == event(22)
        assert index.closed == Closed(3.0, Side.CLIENT, 1000)


def test_what_is_no_event_stands_before_its_row(path: Path) -> None:
    note = Note(2.5, {"kind": "mark"})
    write(path, note, event(21))
    with Index(path) as index:
        index.scan()
        assert index.remarks == [(20, note)]


def test_damaged_lines_are_told_and_skipped(path: Path) -> None:
    write(path, b"garbage\n", b"\n", event(21))
    with Index(path) as index:
        assert index.scan() == 21
        assert [warning.line for warning in index.warnings] == [22]


def test_marked_events_are_rows_like_any_other(path: Path) -> None:
    dropped = event(21, fate=Fate.DROPPED, why="mock")
    write(path, dropped)
    with Index(path) as index:
        index.scan()
        assert index.event(20) == dropped
        assert index.rows(parse_filter("fate:dropped")) == [20]


@pytest.mark.parametrize(
    ("text", "seqs"),
    [
        ("", range(1, 21)),
        ("type:error", [3, 7, 11, 15, 19]),
        ("type:error at>1", [11, 15, 19]),
        ("from:client seq:5..13", [5, 9, 13]),
        ("-type:*.delta -type:*.append seq<8", [3, 4, 7]),
        ("(seq:2 OR type:error) at<1", [2, 3, 7]),
        ("-(from:server OR seq>6)", [1, 5]),
        ("number=7", [7]),
        ("number>17", [18, 19, 20]),
        ("type:error number!=3 seq<12", [7, 11]),
        ("seq:4 OR number=2", [2, 4]),
    ],
)
def test_filter_finds_the_same_rows_as_one_by_one(path: Path, text: str, seqs: list[int]) -> None:
    wanted = parse_filter(text)
    with Index(path) as index:
        index.scan()
        rows = index.rows(wanted)
        assert [index.seqs[row] for row in rows] == list(seqs)
        assert rows == [row for row in range(len(index)) if wanted.matches(index.candidate(row))]


def test_event_that_is_damaged_is_a_row_that_no_filter_wants(path: Path) -> None:
    damaged = lines.encode(event(21, fate=Fate.DROPPED)).replace(b'"number": 21}', b'"number": 21')
    write(path, damaged, event(22, fate=Fate.DROPPED))
    with Index(path) as index:
        assert index.scan() == 22
        assert index.rows(parse_filter("fate:dropped")) == [21]
        assert index.rows(parse_filter("number>20")) == [21]
        with pytest.raises(RecordingError, match="event 21 cannot be read"):
            index.event(20)


def test_filter_is_asked_about_some_rows_only(path: Path) -> None:
    with Index(path) as index:
        index.scan()
        assert index.rows(parse_filter("type:error"), 3, 10) == [6]


def test_row_is_found_by_the_events_number(tmp_path: Path) -> None:
    path = tmp_path / "gaps.jsonl"
    write(path, HEADER, event(1), event(5), event(9))
    with Index(path) as index:
        index.scan()
        assert [index.row_of(seq) for seq in (1, 5, 9, 2, 10**30)] == [0, 1, 2, None, None]


def test_deleted_recording_is_told(path: Path) -> None:
    with Index(path) as index:
        index.scan()
        path.unlink()
        with pytest.raises(RecordingError, match="deleted"):
            index.refresh()
        # The rows that were there can still be read: the file lives until it is closed.
        assert index.event(0) == event(1)


def test_recording_that_another_file_replaced_is_told(path: Path) -> None:
    with Index(path) as index:
        index.scan()
        other = path.with_name("b.jsonl")
        write(other, HEADER)
        other.replace(path)
        with pytest.raises(RecordingError, match="took its place"):
            index.refresh()


def test_recording_that_was_cut_is_told(path: Path) -> None:
    with Index(path) as index:
        index.scan()
        os.truncate(path, 700)
        with pytest.raises(RecordingError, match="was cut to 700 bytes"):
            index.refresh()
        with pytest.raises(RecordingError, match="event 20 is not where it was"):
            index.event(19)


def test_recording_that_was_rewritten_is_told(path: Path) -> None:
    with Index(path) as index:
        index.scan()
        size = path.stat().st_size
        os.truncate(path, 0)
        write(path, b"x" * (size - 1) + b"\n")
        with pytest.raises(RecordingError, match="event 20"):
            index.event(19)
        with pytest.raises(RecordingError, match="event 20"):
            index.candidate(19)


def test_line_of_another_kind_in_an_events_place_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write(path, HEADER, event(1))
    with Index(path) as index:
        index.scan()
        size = len(lines.encode(event(1)))
        note = lines.encode(Note(1.0, {"text": ""}))
        padded = lines.encode(Note(1.0, {"text": "x" * (size - len(note))}))
        os.truncate(path, len(lines.encode(HEADER)))
        write(path, padded)
        with pytest.raises(RecordingError, match="not where it was"):
            index.event(0)
        with pytest.raises(RecordingError, match="not where it was"):
            index.candidate(0)


def test_missing_row_is_an_index_error(path: Path) -> None:
    with Index(path) as index, pytest.raises(IndexError):
        index.event(0)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no such file"):
        Index(tmp_path / "nothing.jsonl")
