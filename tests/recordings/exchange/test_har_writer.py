"""Recordings as an HTTP Archive, and back again."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import function_call, output, session, text_turn
from transcript import client, closed, frame, marked, release, server, transcript, wait

from realtap.recordings.event import (
    Closed,
    Entry,
    Event,
    Fate,
    Form,
    Header,
    Note,
    Opened,
    Origin,
    Side,
    Unknown,
)
from realtap.recordings.exchange.har_reader import read_har
from realtap.recordings.exchange.har_writer import write_har
from realtap.recordings.lines import classify

TOOL = "realtap 0.1.0"
KEY = "sk-proj-AAAAbbbbCCCCddddEEEE1111"


def written(*recordings: Iterable[Entry]) -> bytes:
    return b"".join(write_har(recordings, tool=TOOL))


def entry_of(entries: Iterable[Entry]) -> dict[str, Any]:
    """The archive's only entry."""
    (entry,) = json.loads(written(entries))["log"]["entries"]
    assert isinstance(entry, dict)
    return entry


def again(entries: Iterable[Entry]) -> list[Entry]:
    """What is read of what was written, without the header."""
    (found,) = read_har(written(entries), Path("x.har"), takes_all=True).sessions
    return list(found.lines)


def data_of(entry: dict[str, Any]) -> list[str]:
    return [each["data"] for each in entry["_webSocketMessages"]]


def test_session_comes_back_as_it_was() -> None:
    entries = transcript(
        session(), function_call("get_weather", {"city": "Öslo"}), output("call_1", "rain"),
        text_turn(), wait(3), closed(4000, "bye"),
    )  # fmt: skip
    assert again(entries) == entries[1:]


def test_all_that_realtap_did_comes_back() -> None:
    entries = transcript(
        server("session.created"),
        marked(client("response.create"), origin=Origin.MOCK, why="mock get_weather"),
        marked(client("session.update"), fate=Fate.DROPPED, why="rule"),
        marked(client("response.create"), fate=Fate.EDITED, sent={"type": "response.cancel"}),
        marked(client("response.cancel"), fate=Fate.HELD, why="breakpoint"),
        server("response.created"),
        release(Fate.EDITED, sent={"type": "response.create"}, why="by hand"),
        frame(Side.CLIENT, b"\x00\xff"),
        frame(Side.SERVER, "no\njson"),
        closed(),
    )
    note = Note(0.2, {"kind": "name", "text": "the odd one"})
    digest = Event(99, 9.0, Side.SERVER, None, b"", Form.DIGEST, size=5, sha256="00")
    unknown = Unknown(b'{"at":9.1,"mark":1}')
    torn = Event(100, 9.2, Side.SERVER, None, b"\xff{", Form.BINARY)
    entries += [digest, unknown, torn, note]
    assert again(entries) == entries[1:]


def test_messages_tell_what_each_side_got() -> None:
    entries = transcript(
        marked(client("a.said"), fate=Fate.EDITED, sent={"type": "a.sent"}),
        marked(client("b.dropped"), fate=Fate.DROPPED),
        marked(client("c.held"), fate=Fate.HELD),
        client("d.said"),
        release(),
        marked(client("e.never"), fate=Fate.HELD),
    )
    assert [json.loads(each)["type"] for each in data_of(entry_of(entries))] == [
        "a.sent", "d.said", "c.held",
    ]  # fmt: skip


def test_message_has_the_members_that_other_tools_read() -> None:
    entry = entry_of(transcript(client("response.create"), frame(Side.SERVER, b"\x00")))
    assert entry["_resourceType"] == "websocket"
    assert entry["_webSocketMessages"] == [
        {"type": "send", "time": 1767225600.1, "opcode": 1, "data": '{"type":"response.create"}'},
        {"type": "receive", "time": 1767225600.15, "opcode": 2, "data": "AA=="},
    ]


def test_entry_has_the_members_that_chrome_cannot_do_without() -> None:
    """Its importer turns these into numbers, dates and arrays, and fails where it cannot."""
    entry = entry_of(transcript(server("session.created"), wait(1), closed()))
    assert entry["startedDateTime"] == "2026-01-01T00:00:00.000000Z"
    assert entry["time"] == entry["timings"]["wait"] + entry["timings"]["receive"] == 1150
    for part, names in {
        "request": {"method", "url", "httpVersion", "headers", "headersSize", "bodySize"},
        "response": {"status", "statusText", "httpVersion", "content", "headersSize", "bodySize"},
        "timings": {"blocked", "dns", "connect", "ssl", "send", "wait", "receive"},
    }.items():
        assert names <= entry[part].keys()
    assert {"size", "mimeType"} <= entry["response"]["content"].keys()


@pytest.mark.parametrize(
    ("upstream", "url"),
    [
        ("wss://h/v1/realtime?model=m&a=", "https://h/v1/realtime?model=m&a="),
        ("ws://127.0.0.1:8485/v1", "http://127.0.0.1:8485/v1"),
        ("", "http://unknown.invalid/"),
        ("ws://[::1", "http://unknown.invalid/"),
    ],
)
def test_url_has_the_scheme_that_mitmproxy_takes_for_the_right_port(
    upstream: str, url: str
) -> None:
    entries = transcript(client("response.create"), upstream=upstream)
    assert entry_of(entries)["request"]["url"] == url
    (found,) = read_har(written(entries), Path("x.har")).sessions
    assert found.header.upstream == ("" if "unknown" in url else upstream)


def test_query_is_told_apart() -> None:
    entry = entry_of(transcript(upstream="wss://h/v1/realtime?model=m&a="))
    assert entry["request"]["queryString"] == [
        {"name": "model", "value": "m"}, {"name": "a", "value": ""},
    ]  # fmt: skip


@pytest.mark.parametrize(("status", "phrase"), [(401, "Unauthorized"), (799, "")])
def test_refusal_keeps_its_status_and_body(status: int, phrase: str) -> None:
    header = transcript()[0]
    note = Note(0.1, {"kind": "upstream", "text": "refused"})
    opened = Opened(0.2, status, (("Content-Type", "text/plain"),), body="no key")
    entries = [header, note, opened, Closed(0.3, Side.SERVER, 1006)]
    response = entry_of(entries)["response"]
    assert (response["status"], response["statusText"]) == (status, phrase)
    assert response["content"] == {"size": 6, "mimeType": "text/plain", "text": "no key"}
    assert again(entries) == [opened, note, entries[-1]]


def test_answer_that_was_not_recorded_is_not_made_up_on_the_way_back() -> None:
    entries = [each for each in transcript(client("response.create")) if type(each) is not Opened]
    assert entry_of(entries)["response"]["status"] == 101
    assert again(entries) == entries[1:]


def test_recordings_become_entries_of_one_archive() -> None:
    data = written(transcript(client("a.b")), transcript(), transcript(client("c.d"), closed()))
    assert len(read_har(data, Path("x.har")).sessions) == 3


def test_start_that_is_no_time_does_not_spoil_the_archive() -> None:
    header = Header("x", "some day", via="sim", upstream="ws://h/v1/realtime")
    assert entry_of([header])["startedDateTime"] == "1970-01-01T00:00:00.000000Z"


def test_secret_in_a_recording_that_another_hand_wrote_is_not_written() -> None:
    entries = transcript(
        client("session.update", note=f"use {KEY}"),
        marked(client("x.y"), fate=Fate.EDITED, sent={"type": KEY}, why=f"key {KEY}"),
        frame(Side.CLIENT, f"token {KEY}"),
        closed(reason=KEY),
        upstream=f"wss://h/v1/realtime?api-key={KEY}",
        headers=[("Authorization", f"Bearer {KEY}")],
        offered=[f"openai-insecure-api-key.{KEY}"],
    )
    data = written([*entries, Note(9.0, {"text": KEY}), Unknown(b'{"x":"%b"}' % KEY.encode())])
    assert KEY.encode() not in data
    assert data.count(b"[redacted]") >= 8


def test_archive_of_a_recording_is_not_redacted_twice() -> None:
    entries = transcript(
        client("session.update", key="[redacted]"),
        headers=[("Authorization", "Bearer [redacted]")],
        offered=["openai-insecure-api-key.ek_[redacted]"],
    )
    header = entry_of(entries)["request"]["headers"]
    assert header == [{"name": "Authorization", "value": "Bearer [redacted]"}]
    assert again(entries) == entries[1:]


payloads = st.one_of(
    st.binary(max_size=30),
    st.text(max_size=30).map(str.encode),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(
        lambda value: json.dumps(value).encode()
    ),
)


@st.composite
def recordings(draw: st.DrawFn) -> list[Entry]:
    """Messages of all kinds, at times that never go back."""
    said = draw(st.lists(st.tuples(payloads, st.sampled_from(Side), st.booleans())))
    steps_us = draw(st.lists(st.integers(0, 10**9), min_size=len(said), max_size=len(said)))
    entries: list[Entry] = [Header("x", "2026-11-20T14:15:12.123457Z", "sim", "ws://h/realtime")]
    at_us = 0
    for seq, ((payload, side, is_text), step_us) in enumerate(zip(said, steps_us, strict=True), 1):
        at_us += step_us
        form, type_ = classify(payload, is_text_frame=is_text)
        entries.append(Event(seq, at_us / 1e6, side, type_, payload, form, is_text_frame=is_text))
    return entries


@settings(max_examples=60)
@given(recordings())
def test_whatever_is_said_comes_back(entries: list[Entry]) -> None:
    assert again(entries) == entries[1:]
