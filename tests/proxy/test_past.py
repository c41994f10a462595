"""What a session has said is read from its recording, without parsing what is not wanted."""

from pathlib import Path

from realtap.proxy.past import past
from realtap.recordings.event import Event, Fate, Header, Note, Side
from realtap.recordings.writer import Writer

HEADER = Header("x", "2026-01-01T00:00:00.000000Z", via="reverse", upstream="ws://x")


def recording(tmp_path: Path, *entries: Event | Note) -> Path:
    writer = Writer(tmp_path / "x.jsonl", HEADER, on_fault=lambda text: None)
    for entry in entries:
        writer.write(entry)
    writer.close()
    return writer.path


def event(seq: int, type_: str, **options: object) -> Event:
    payload = b'{"type":"%b","n":%d}' % (type_.encode(), seq)
    return Event(seq, seq / 10, Side.SERVER, type_, payload, **options)  # type: ignore[arg-type]  # a test passes any on


def test_the_wanted_events_come_in_their_order(tmp_path: Path) -> None:
    path = recording(
        tmp_path, event(1, "a"), event(2, "b"), Note(0.2, {"kind": "x"}), event(3, "a")
    )
    seen = list(past(path, lambda type_: type_ == "a"))
    assert [(each.seq, each.at, each.fields["n"]) for each in seen] == [(1, 0.1, 1), (3, 0.3, 3)]


def test_each_type_is_asked_about_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def is_wanted(type_: str) -> bool:
        asked.append(type_)
        return False

    path = recording(tmp_path, event(1, "a"), event(2, "a"), event(3, "b"))
    assert list(past(path, is_wanted)) == []
    assert asked == ["a", "b"]


def test_what_was_decided_about_an_event_is_known(tmp_path: Path) -> None:
    path = recording(tmp_path, event(1, "a", fate=Fate.DROPPED, why="rule"))
    [seen] = past(path, lambda type_: True)
    assert seen.event.fate is Fate.DROPPED


def test_a_torn_line_and_a_file_that_is_not_there_are_no_faults(tmp_path: Path) -> None:
    path = recording(tmp_path, event(1, "a"), event(2, "a"))
    path.write_bytes(path.read_bytes()[:-5])
    assert [each.seq for each in past(path, lambda type_: True)] == [1]
    assert list(past(tmp_path / "none.jsonl", lambda type_: True)) == []
