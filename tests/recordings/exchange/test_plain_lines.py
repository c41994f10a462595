"""Plain lines of JSON, read and written."""

import os
from pathlib import Path

import pytest
from transcript import client, closed, frame, marked, release, server, transcript

from realtap.recordings.event import Closed, Entry, Event, Fate, Form, Note, Side
from realtap.recordings.exchange.foreign import ForeignFileError, Line
from realtap.recordings.exchange.plain_lines import (
    is_plain_lines,
    read_plain_lines,
    write_plain_lines,
)

PATH = Path("session.jsonl")
KEY = "sk-proj-AAAAbbbbCCCCddddEEEE1111"


def said(*lines: str) -> list[Line]:
    (session,) = read_plain_lines("\n".join(lines).encode(), PATH).sessions
    return list(session.lines)


def test_event_is_kept_verbatim_with_its_time() -> None:
    assert said('{"from":"client","at":1.5,"event":{ "type" : "response.create" },"x":1}') == [
        Event(1, 1.5, Side.CLIENT, "response.create", b'{ "type" : "response.create" }')
    ]


def test_text_bytes_and_close_are_understood() -> None:
    found = said(
        '{"from":"client","at":0,"text":"no json"}',
        '{"from":"server","at":1,"base64":"AP8="}',
        "",
        '{"from":"server","at":2,"base64":"/w==","frame":"text"}',
        '{"from":"client","at":3,"size":9,"sha256":"ab"}',
        '{"from":"server","at":4,"close":{"code":1000}}',
    )
    assert [each.form for each in found if isinstance(each, Event)] == [
        Form.TEXT, Form.BINARY, Form.BINARY, Form.DIGEST,
    ]  # fmt: skip
    assert [each.is_text_frame for each in found if isinstance(each, Event)] == [
        True, False, True, True,
    ]  # fmt: skip
    assert found[-1] == Closed(4.0, Side.SERVER, 1000)


def test_line_without_a_time_follows_the_one_before_it() -> None:
    note, *events = said(
        '{"from":"client","event":{}}',
        '{"from":"client","at":2,"event":{}}',
        '{"from":"client","at":null,"event":{}}',
    )
    assert [each.at for each in events if isinstance(each, Event)] == [0.05, 2.0, 2.05]
    assert isinstance(note, Note)
    assert note.note["text"].startswith("2 events have no time in the file: each is put 0.05 s ")


def test_half_an_emoji_is_kept_as_its_escape() -> None:
    _, event = said('{"from":"client","event":{"type":"a.b","t":"\\ud83d"}}')
    assert isinstance(event, Event)
    assert event.payload == b'{"type":"a.b","t":"\\ud83d"}'


def test_session_begins_when_the_file_was_written(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.touch()
    os.utime(path, (1767225600, 1767225600))
    (session,) = read_plain_lines(b"", path, url="https://h/v1/realtime").sessions
    assert session.header.started == "2026-01-01T00:00:00.000000Z"
    assert session.header.upstream == "wss://h/v1/realtime"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", 'expected {"from":"client"|"server","event":{…}}: '),
        ("[]", "expected `object`, got `array`"),
        ('{"event":{}}', "object missing required field `from`"),
        ('{"from":"me","event":{}}', "invalid enum value 'me'"),
        ('{"from":"me","event":"\\ud83d"}', "invalid enum value 'me'"),
        ('{"from":"client","text":"\\ud83d"}', "expected {"),
        ('{"from":"client"}', "it says nothing: expected event, text, base64 or close"),
        ('{"from":"client","base64":"?"}', "base64 cannot be read: "),
    ],
)
def test_what_is_wrong_is_told_with_its_line(line: str, words: str) -> None:
    with pytest.raises(ForeignFileError) as caught:
        said('{"from":"client","event":{}}', line)
    assert str(caught.value).startswith("session.jsonl line 2: ")
    assert words in str(caught.value)
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("data", "is_so"),
    [
        (b'\n{"from":"client","event":{}}\n{', True),
        (b'{"seq":1,"from":"client","event":{}}', False),
        (b'{"log":{}}', False),
        (b"{\n", False),
        (b"[]", False),
    ],
)
def test_first_line_tells_the_format(data: bytes, is_so: bool) -> None:  # noqa: FBT001 -- parametrized
    assert is_plain_lines(data) is is_so


def test_recording_comes_back_as_what_each_side_got() -> None:
    entries = transcript(
        server("session.created"),
        marked(client("response.create"), fate=Fate.EDITED, sent={"type": "response.cancel"}),
        marked(client("x.dropped"), fate=Fate.DROPPED),
        marked(client("x.held"), fate=Fate.HELD),
        release(),
        frame(Side.CLIENT, b"\x00"),
        frame(Side.CLIENT, "no json"),
        closed(4000, "bye"),
    )
    entries.insert(-1, Event(9, 0.4, Side.CLIENT, None, b"\xff", Form.BINARY))
    entries.insert(-1, Event(10, 0.4, Side.SERVER, None, b"", Form.DIGEST, size=9, sha256="ab"))
    long = Event(
        11, 0.4, Side.SERVER, None, b"", Form.DIGEST, is_text_frame=False, size=9, sha256="ab"
    )
    entries.insert(-1, long)
    found = said(*b"".join(write_plain_lines(entries)).decode().splitlines())
    assert [each.type for each in found if isinstance(each, Event)][:3] == [
        "session.created", "response.cancel", "x.held",
    ]  # fmt: skip
    told = [_without_number(each) for each in found[3:]]
    assert told == [_without_number(each) for each in entries[-6:]]


def _without_number(entry: Entry) -> object:
    if not isinstance(entry, Event):
        return entry
    return entry.at, entry.side, entry.payload, entry.form, entry.is_text_frame, entry.sha256


def test_secret_that_the_handshake_showed_is_not_written() -> None:
    entries = transcript(client("x.y", t=f"it is {KEY}"), headers=[("api-key", KEY)])
    assert KEY.encode() not in b"".join(write_plain_lines(entries))
