"""The writer: one call a line, and no fault of the disk ever reaches the session."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from realtap.recordings import lines
from realtap.recordings.event import Event, Form, Header, Note, Side
from realtap.recordings.reader import Recording
from realtap.recordings.writer import Writer

HEADER = Header(id="one", started="2026-11-20T14:15:12.000000Z", via="reverse", upstream="ws://x")


def event(number: int, payload: bytes = b'{"type":"x"}') -> Event:
    return Event(number, float(number), Side.CLIENT, "x", payload)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recordings" / "one.jsonl"


class Faults(list[str]):
    """What the writer told of faults."""


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def one(path: Path, faults: Faults) -> Writer:
    return Writer(path, HEADER, on_fault=faults.append)


type Write = Callable[[int, bytes], int]


def full_disk(monkeypatch: pytest.MonkeyPatch, room_bytes: int) -> None:
    """From now on the disk takes `room_bytes` more, then it is full, as a real one."""
    really = os.write
    left = [room_bytes]

    def write(descriptor: int, data: bytes) -> int:
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = really(descriptor, data[: left[0]])
        left[0] -= written
        return written

    monkeypatch.setattr(os, "write", write)


def events_and_notes(path: Path) -> list[object]:
    """The numbers of the events, and the losses noted between them."""
    return [
        entry.seq if isinstance(entry, Event) else entry.note["lost"]
        for entry in Recording(path).entries()
        if isinstance(entry, Event | Note)
    ]


def test_each_line_is_one_write_call(
    path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[bytes] = []
    really = os.write

    def write(descriptor: int, data: bytes) -> int:
        calls.append(data)
        return really(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    one = Writer(path, HEADER, on_fault=faults.append)
    for number in (1, 2, 3):
        one.write(event(number, b'"%s"' % (b"x" * 2**20)))
    assert len(calls) == 4
    assert b"".join(calls) == path.read_bytes()
    assert all(call.endswith(b"\n") and call.count(b"\n") == 1 for call in calls)


def test_line_is_in_the_file_before_write_returns(one: Writer, path: Path) -> None:
    one.write(event(1))
    assert path.read_bytes() == lines.encode(HEADER) + lines.encode(event(1))


def test_file_is_private_to_its_owner_and_its_folder_is_made(one: Writer, path: Path) -> None:
    one.write(event(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_header_is_in_the_file_before_the_first_line(one: Writer, path: Path) -> None:
    one.close()
    assert path.read_bytes() == lines.encode(HEADER)


def test_closing_twice_is_fine_and_a_later_line_goes_to_the_same_file(
    one: Writer, path: Path
) -> None:
    one.write(event(1))
    one.close()
    one.close()
    one.write(event(2))
    one.close()
    assert events_and_notes(path) == [1, 2]
    assert path.read_bytes().count(b'"realtap"') == 1


@pytest.mark.parametrize("room_bytes", [0, 1, 40, 58])
def test_full_disk_loses_lines_is_told_once_and_noted_when_there_is_room(
    one: Writer, path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch, room_bytes: int
) -> None:
    one.write(event(1))
    with monkeypatch.context() as patch:
        full_disk(patch, room_bytes)
        for number in (2, 3, 4):
            one.write(event(number))
    assert one.lost == 3
    assert len(faults) == 1
    assert str(path) in faults[0]
    one.write(event(5))
    assert one.lost == 0
    assert events_and_notes(path) == [1, 3, 5]
    recording = Recording(path)
    list(recording.entries())
    assert len(recording.warnings) == (1 if room_bytes else 0)


def test_note_of_a_loss_says_how_many_lines(
    one: Writer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.write(event(1))
    with monkeypatch.context() as patch:
        full_disk(patch, 0)
        one.write(event(2))
    one.write(event(3))
    note = next(entry for entry in Recording(path).entries() if isinstance(entry, Note))
    assert note.note["kind"] == "lost"
    assert note.note["text"].startswith("1 lines of this recording were lost")
    assert note.at == 3.0


def test_second_run_of_failures_is_told_again(
    one: Writer, path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 3, 5):
        one.write(event(number))
        with monkeypatch.context() as patch:
            full_disk(patch, 0)
            one.write(event(number + 1))
    assert len(faults) == 3


def test_note_that_does_not_fit_is_tried_again(
    one: Writer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.write(event(1))
    for room_bytes in (0, 20, 5):
        with monkeypatch.context() as patch:
            full_disk(patch, room_bytes)
            one.write(event(2))
    one.write(event(3))
    assert events_and_notes(path) == [1, 3, 3]


@pytest.mark.parametrize("room_bytes", [0, 1, 30])
def test_header_is_written_when_there_is_room_if_not_at_first(
    path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch, room_bytes: int
) -> None:
    with monkeypatch.context() as patch:
        full_disk(patch, room_bytes)
        one = Writer(path, HEADER, on_fault=faults.append)
        one.write(event(1))
        one.write(event(2))
    one.write(event(3))
    assert len(faults) == 1
    recording = Recording(path)
    assert recording.header == HEADER
    assert events_and_notes(path) == [2, 3]
    assert recording.warnings == []


def test_real_full_device_is_survived(tmp_path: Path, faults: Faults) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    link = tmp_path / "one.jsonl"
    link.symlink_to("/dev/full")
    one = Writer(link, HEADER, on_fault=faults.append)
    one.write(event(1))
    one.write(event(2))
    one.close()
    assert one.lost == 2
    assert len(faults) == 1
    assert "No space left on device" in faults[0]


def test_folder_that_cannot_be_made_is_tried_again_after_a_second(
    path: Path, faults: Faults
) -> None:
    path.parent.write_text("a file is in the way")
    one = Writer(path, HEADER, on_fault=faults.append)
    one.write_line(lines.encode(event(1)), at=0.5)
    path.parent.unlink()
    one.write_line(lines.encode(event(2)), at=0.9)
    assert not path.exists()
    one.write_line(lines.encode(event(3)), at=2.0)
    assert events_and_notes(path) == [2, 3]
    assert len(faults) == 1
    assert "free the disk or mend the folder" in faults[0]


def test_fault_without_words_of_the_system_is_told_too(
    one: Writer, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.write(event(1))
    full_disk(monkeypatch, 10)
    one.write(event(2))
    assert "only 10 of" in faults[0]


def test_close_that_fails_is_told_not_raised(
    one: Writer, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    one.write(event(1))
    really = os.close

    def close(descriptor: int) -> None:
        really(descriptor)
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    with monkeypatch.context() as patch:
        patch.setattr(os, "close", close)
        one.close()
    assert "Disk quota exceeded" in faults[0]


def test_every_form_of_message_is_written_and_read(one: Writer, path: Path) -> None:
    said = [
        Event(1, 0.0, Side.CLIENT, "x", b'{"type": "x"}'),
        Event(2, 0.0, Side.CLIENT, None, b"two\nlines", form=Form.TEXT),
        Event(3, 0.0, Side.SERVER, None, b"\xff\x00", form=Form.BINARY, is_text_frame=False),
        Event(4, 0.0, Side.SERVER, None, b"", form=Form.DIGEST, size=10**8, sha256="ab" * 32),
    ]
    for each in said:
        one.write(each)
    assert list(Recording(path).events()) == said
