"""The reader: tolerant of damage, exact about what is there."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_calls import MINTED

from realtap.proxy.rest_notes import note_call
from realtap.recordings.errors import RecordingError
from realtap.recordings.event import Closed, Event, Header, Note, Opened, Side, Unknown
from realtap.recordings.folder import RecordingsFolder
from realtap.recordings.lines import encode
from realtap.recordings.reader import Recording, outline

HEADER = Header(id="one", started="2026-11-20T14:15:12.000000Z", via="reverse", upstream="ws://x")
SAID: list[Opened | Event] = [
    Opened(at=0.1, status=101),
    Event(1, 0.25, Side.SERVER, "session.created", b'{"type":"session.created"}'),
    Event(2, 0.5, Side.CLIENT, "response.create", b'{"type":"response.create"}'),
]
END = Closed(at=2.5, side=Side.CLIENT, code=1000, reason="bye")
LINES = [encode(HEADER), *map(encode, SAID), encode(END)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "one.jsonl"


def complaint(path: Path) -> str:
    with pytest.raises(RecordingError) as caught:
        Recording(path)
    with pytest.raises(RecordingError) as again:
        outline(path)
    assert str(again.value) == str(caught.value)
    return str(caught.value).removeprefix(f"recording {path}").lstrip(": ")


def test_entries_come_in_order_with_the_header_first(path: Path) -> None:
    path.write_bytes(b"".join(LINES))
    recording = Recording(path)
    assert recording.header == HEADER
    assert list(recording.entries()) == [HEADER, *SAID, END]
    assert list(recording.events()) == SAID[1:]
    assert recording.warnings == []


@given(cut=st.integers(1, sum(map(len, LINES)) - 1))
@settings(max_examples=200)
def test_file_cut_at_any_byte_gives_what_is_whole(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.jsonl"
    path.write_bytes(b"".join(LINES)[:cut])
    whole = [0]
    for line in LINES:
        whole.append(whole[-1] + len(line))
    # A line is whole without its newline too.
    count = sum(end - 1 <= cut for end in whole[1:])
    if not count:
        assert "expected a header" in complaint(path)
        return
    recording = Recording(path)
    assert list(recording.entries()) == [HEADER, *SAID, END][:count]
    is_torn = cut not in whole and cut + 1 not in whole
    assert [each.line for each in recording.warnings] == ([count + 1] if is_torn else [])
    found = outline(path)
    assert found.events == sum(isinstance(each, Event) for each in SAID[: count - 1])
    assert found.is_torn == is_torn


def test_torn_last_line_is_told_as_such(path: Path) -> None:
    path.write_bytes(b"".join(LINES[:3]) + LINES[3][:30])
    recording = Recording(path)
    assert len(list(recording.entries())) == 3
    assert str(recording.warnings[0]).startswith("line 4: the last line is torn: ")


def test_damaged_line_in_the_middle_is_skipped_with_a_warning(path: Path) -> None:
    path.write_bytes(LINES[0] + LINES[1] + b'{"seq":1,"at"\n' + b"\xff\xfe\n" + LINES[3])
    recording = Recording(path)
    assert list(recording.entries()) == [HEADER, SAID[0], SAID[2]]
    assert [each.line for each in recording.warnings] == [3, 4]
    assert "torn" not in str(recording.warnings[0])


def test_warnings_are_those_of_the_latest_reading(path: Path) -> None:
    path.write_bytes(LINES[0] + b"[]\n")
    recording = Recording(path)
    list(recording.entries())
    list(recording.entries())
    assert len(recording.warnings) == 1


def test_blank_lines_are_skipped_and_counted(path: Path) -> None:
    path.write_bytes(b"\n" + LINES[0] + b"  \n\n" + LINES[1] + b"[]\n\n")
    recording = Recording(path)
    assert list(recording.entries()) == [HEADER, SAID[0]]
    assert recording.warnings[0].line == 6


def test_only_a_line_feed_ends_a_line(path: Path) -> None:
    text = "one\u2028two\x85three\x0bfour"
    event = Event(1, 0.0, Side.CLIENT, None, f'"{text}"'.replace("\x0b", "").encode())
    path.write_bytes(LINES[0] + encode(event))
    assert list(Recording(path).events()) == [event]


def test_unknown_lines_and_keys_are_kept(path: Path) -> None:
    path.write_bytes(LINES[0] + b'{"at":1,"released":2}\n{"at":1,"note":{"kind":"m"},"new":1}\n')
    recording = Recording(path)
    assert list(recording.entries())[1:] == [
        Unknown(b'{"at":1,"released":2}'),
        Note(at=1.0, note={"kind": "m"}, extra={"new": 1}),
    ]
    assert recording.warnings == []


def test_missing_file_is_said_so(path: Path) -> None:
    assert complaint(path) == "no such file, see `realtap ls`"


def test_folder_in_the_place_of_a_file_is_said_so(tmp_path: Path) -> None:
    assert complaint(tmp_path).startswith("cannot be read: ")


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_empty_file_is_said_so(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert complaint(path) == "the file is empty, no session was written to it"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"RIFF\x24\x00\x00\x00WAVE", "'RIFF$\\x00\\x00\\x00WAVE'"),
        (b'{"log":{"version":"1.2"}}\n', '\'{"log":{"version":"1.2"}}\''),
        (b"[1]\n", "'[1]'"),
        (b"\n\nhello\n", "'hello'"),
        (b"x" * 5000, "xxxx'…"),
        (LINES[1], "expected a header, got"),
    ],
)
def test_foreign_file_is_named_by_what_was_found(path: Path, content: bytes, found: str) -> None:
    path.write_bytes(content)
    message = complaint(path)
    assert "not a recording: expected a header" in message
    assert found in message


def test_newer_version_is_said_so(path: Path) -> None:
    path.write_bytes(LINES[0].replace(b'"realtap":1', b'"realtap":2'))
    assert complaint(path) == "format version 2 is newer than 1, update realtap to read it"


def test_file_that_vanishes_between_two_readings_is_said_so(path: Path) -> None:
    path.write_bytes(b"".join(LINES))
    recording = Recording(path)
    path.unlink()
    with pytest.raises(RecordingError, match="no such file"):
        list(recording.entries())


def test_memory_stays_flat_over_a_long_recording(path: Path) -> None:
    line = encode(Event(1, 0.0, Side.CLIENT, "x", b'{"type":"x","audio":"%s"}' % (b"A" * 8000)))
    path.write_bytes(LINES[0] + line * 2000)
    recording = Recording(path)
    tracemalloc.start()
    try:
        assert sum(1 for _ in recording.events()) == 2000
        assert outline(path).events == 2000
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


# Outlines.


def test_outline_of_an_ended_session(path: Path) -> None:
    path.write_bytes(b"".join(LINES))
    found = outline(path)
    assert (found.header, found.events, found.last_at, found.closed) == (HEADER, 2, 2.5, END)
    assert found.size_bytes == path.stat().st_size
    assert found.is_complete


def test_outline_of_a_session_without_an_end(path: Path) -> None:
    path.write_bytes(b"".join(LINES[:-1]))
    found = outline(path)
    assert (found.events, found.last_at, found.closed, found.is_torn) == (2, 0.5, None, False)
    assert not found.is_complete


def test_outline_of_a_header_alone(path: Path) -> None:
    path.write_bytes(LINES[0])
    found = outline(path)
    assert (found.events, found.last_at, found.is_complete, found.is_torn) == (0, 0.0, False, False)


def test_outline_counts_events_of_other_writers(path: Path) -> None:
    path.write_bytes(LINES[0] + b'{"at":7,"seq":1,"from":"client","event":{}}\n[]\n' + LINES[2])
    found = outline(path)
    assert (found.events, found.last_at, found.is_torn) == (2, 7.0, False)


def test_outline_after_an_end_that_was_not_the_last_line(path: Path) -> None:
    path.write_bytes(b"".join(LINES) + LINES[3][:40])
    found = outline(path)
    assert (found.events, found.closed, found.is_torn, found.is_complete) == (2, END, True, False)


def test_the_outline_of_a_noted_request_tells_it(folder: RecordingsFolder) -> None:
    path = note_call(MINTED, folder, print)
    found = outline(path)
    assert found.rest is not None
    assert (found.rest.path, found.events) == ("/v1/realtime/client_secrets", 0)


def test_the_outline_of_a_session_notes_no_request(path: Path) -> None:
    note = Note(0.1, {"kind": "rest", "method": "POST"})
    path.write_bytes(b"".join([*LINES, encode(note)]))
    assert outline(path).rest is None
