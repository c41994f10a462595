"""Names and notes that people put on recordings."""

from pathlib import Path

import pytest

from realtap.recordings.errors import RecordingError
from realtap.recordings.event import Closed, Event, Header, Note, Opened, Side
from realtap.recordings.labels import Label, label_of, write_label
from realtap.recordings.lines import encode
from realtap.recordings.reader import Recording, outline
from realtap.recordings.writer import Writer

HEADER = Header(id="one", started="2026-11-20T14:15:12.000000Z", via="reverse", upstream="ws://x")
CREATED = Event(1, 0.25, Side.SERVER, "session.created", b'{"type":"session.created"}')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording of one event, which has no end."""
    path = tmp_path / "one.jsonl"
    path.write_bytes(encode(HEADER) + encode(CREATED))
    return path


def test_last_label_of_a_kind_counts_and_an_empty_one_takes_it_off(path: Path) -> None:
    write_label(path, Label.NAME, "first", at=1.0)
    write_label(path, Label.NOTE, "it never answered", at=1.0)
    write_label(path, Label.NAME, "second", at=1.0)
    found = outline(path)
    assert (found.name, found.note, found.events) == ("second", "it never answered", 1)
    write_label(path, Label.NAME, "", at=1.0)
    assert outline(path).name == ""


def test_label_is_one_line_whatever_was_typed(path: Path) -> None:
    write_label(path, Label.NOTE, "  two\nlines \ud83d ", at=1.0)
    assert outline(path).note == "two lines ?"


def test_label_can_be_put_on_a_session_that_goes_on(path: Path) -> None:
    path.unlink()
    writer = Writer(path, HEADER, on_fault=pytest.fail)
    writer.write(CREATED)
    write_label(path, Label.NAME, "live", at=0.25)
    end = Closed(at=2.0, side=Side.CLIENT, code=1000)
    writer.write(end)
    writer.close()
    entries = list(Recording(path).entries())
    assert entries[1:] == [CREATED, Note(0.25, {"kind": "name", "text": "live"}), end]


def test_label_behind_a_torn_line_begins_a_line_of_its_own(path: Path) -> None:
    path.write_bytes(path.read_bytes() + encode(CREATED)[:30])
    write_label(path, Label.NAME, "torn", at=0.25)
    found = outline(path)
    assert (found.name, found.events) == ("torn", 1)


def test_label_is_no_sign_of_life(path: Path) -> None:
    before = path.stat().st_mtime_ns
    write_label(path, Label.NAME, "old", at=0.25)
    assert path.stat().st_mtime_ns == before


def test_missing_recording_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="the name cannot be written: No such file"):
        write_label(tmp_path / "none.jsonl", Label.NAME, "x", at=0.0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "entry",
    [None, CREATED, Opened(0.1, 101), Note(1.0, {"kind": "lost"}), Note(1.0, {"kind": ["name"]})],
)
def test_other_lines_are_no_labels(entry: Event | Opened | Note | None) -> None:
    assert label_of(entry) is None


def test_text_of_a_foreign_label_may_be_anything() -> None:
    assert label_of(Note(1.0, {"kind": "name", "text": 7})) == (Label.NAME, "")
