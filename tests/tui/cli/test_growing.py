"""Following a recording while it is written."""

from contextlib import closing
from pathlib import Path

from realtap.recordings import lines
from realtap.recordings.event import Closed, Header, Side
from realtap.tui.cli.growing import GrowingRecording

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
