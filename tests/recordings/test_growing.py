"""Following a recording while it is written."""

import os
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from realtap.recordings import lines
from realtap.recordings.errors import RecordingError
from realtap.recordings.event import Closed, Header, Side
from realtap.recordings.growing import GrowingRecording

HEADER = Header(id="a", started="2026-01-01T00:00:00Z", via="sim", upstream="ws://127.0.0.1")
END = Closed(at=1.0, side=Side.CLIENT, code=1000)


def test_each_look_gives_what_came_since_the_last(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines.encode(HEADER))
    with closing(GrowingRecording(path)) as growing, path.open("ab") as file:
        assert list(growing.new_entries()) == [HEADER]
        assert list(growing.new_entries()) == []
        file.write(lines.encode(END))
        file.flush()
        assert list(growing.new_entries()) == [END]


def test_line_that_is_being_written_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines.encode(END)[:10])
    with closing(GrowingRecording(path)) as growing, path.open("ab") as file:
        assert list(growing.new_entries()) == []
        file.write(lines.encode(END)[10:])
        file.flush()
        assert list(growing.new_entries()) == [END]


def test_damaged_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"not a line\n" + lines.encode(END))
    with closing(GrowingRecording(path)) as growing:
        assert list(growing.new_entries()) == [END]
        assert [str(warning).split(":")[0] for warning in growing.warnings] == ["line 1"]


def test_lines_know_their_number_and_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    header, end = lines.encode(HEADER), lines.encode(END)
    path.write_bytes(header + b"\n" + end[:5])
    with closing(GrowingRecording(path)) as growing, path.open("ab") as file:
        assert list(growing.new_lines()) == [(1, 0, header)]
        assert growing.torn_line() == (3, len(header) + 1, end[:5])
        file.write(end[5:])
        file.flush()
        assert list(growing.new_lines()) == [(3, len(header) + 1, end)]
        assert growing.torn_line() is None


def test_reading_may_be_left_and_taken_up_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines.encode(HEADER) + lines.encode(END) * 3)
    with closing(GrowingRecording(path)) as growing:
        assert [line.number for line in islice(growing.new_lines(), 2)] == [1, 2]
        assert [line.number for line in growing.new_lines()] == [3, 4]


def test_file_that_only_grows_is_intact(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines.encode(HEADER) + b"torn")
    with closing(GrowingRecording(path)) as growing:
        list(growing.new_lines())
        growing.ensure_intact()
        path.write_bytes(lines.encode(HEADER) + b"tor")
        with pytest.raises(RecordingError, match="was cut to"):
            growing.ensure_intact()


def test_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no such file"):
        GrowingRecording(tmp_path / "nothing.jsonl")
    with pytest.raises(RecordingError, match="cannot be read"):
        GrowingRecording(tmp_path)


def test_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines.encode(HEADER))

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    class Failing:
        __iter__ = __next__ = fail

    with closing(GrowingRecording(path)) as growing:
        monkeypatch.setattr(os, "fstat", fail)
        with pytest.raises(RecordingError, match="Input/output error"):
            growing.ensure_intact()
        growing._file.close()
        monkeypatch.setattr(growing, "_file", Failing())
        with pytest.raises(RecordingError, match="Input/output error"):
            list(growing.new_lines())
        monkeypatch.undo()
