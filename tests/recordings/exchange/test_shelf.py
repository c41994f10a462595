"""Imported sessions as files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from realtap.recordings.errors import UsageError
from realtap.recordings.event import Closed, Event, Header, Side, Unknown
from realtap.recordings.exchange.foreign import ForeignSession, header_of
from realtap.recordings.exchange.shelf import Shelf
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.reader import Recording

KEY = "sk-proj-AAAAbbbbCCCCddddEEEE1111"
HEADER = header_of(
    "https://h/v1/realtime?model=gpt-realtime",
    started=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    headers=(("Authorization", f"Bearer {KEY}"),),
    source=Path("x.har"),
)
SAID = (
    Event(1, 0.5, Side.CLIENT, "a.b", b'{"type":"a.b","t":"%b"}' % KEY.encode()),
    Unknown(b'{"at":0.6,"mark":1}'),
    Closed(2.0, Side.CLIENT, 1000),
)


def put(folder: RecordingsFolder, header: Header = HEADER) -> Path:
    return Shelf(folder, "realtap 9").put(ForeignSession("", header, SAID))


def test_recording_is_named_by_its_own_time_and_model(folder: RecordingsFolder) -> None:
    path = put(folder)
    assert path.name.startswith("20260102-030405-gpt-realtime-")
    header = Recording(path).header
    assert (header.id, header.tool, header.via) == (path.stem, "realtap 9", "import")


def test_recording_holds_every_line_and_no_secret(folder: RecordingsFolder) -> None:
    path = put(folder)
    assert KEY.encode() not in path.read_bytes()
    _, event, unknown, closed = Recording(path).entries()
    assert isinstance(event, Event)
    assert event.redacted
    assert (unknown, closed) == SAID[1:]


def test_file_is_private_and_as_old_as_its_session(folder: RecordingsFolder) -> None:
    """So that it is not taken for a live one."""
    status = put(folder).stat()
    assert status.st_mode & 0o777 == 0o600
    assert status.st_mtime == datetime(2026, 1, 2, 3, 4, 7, tzinfo=UTC).timestamp()


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="--recordings DIR"):
        put(RecordingsFolder(tmp_path / "file"))


def test_disk_that_fails_is_told_and_leaves_nothing(
    folder: RecordingsFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.utime", fail)
    with pytest.raises(UsageError, match="No space left on device, free the disk"):
        put(folder)
    assert list(folder.path.iterdir()) == []
