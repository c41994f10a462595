"""Recordings as they should not be, and those of real servers."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from driven_app import DrivenApp, driven
from scenes import session
from transcript import client, entries_of_wire, frame, server, write_recording

from realtap.recordings.event import Event, Form, Side
from realtap.recordings.labels import Label, write_label
from realtap.recordings.lines import encode
from realtap.tui.app.screens.session import SessionScreen

SHARED_WIRE = Path(__file__).resolve().parents[4] / "shared" / "wire"
REAL = sorted(SHARED_WIRE.glob("*/*.jsonl"))

type Record = Callable[..., Path]


async def look_at_all(app: DrivenApp, rows: int = 6) -> None:
    """Look at the first and the last events in every tab, and at every view."""
    for _ in range(rows):
        await app.press("j", ".", ".", ".", ".", ".")
    await app.press("G", ".", ".", ".", ".", ".", "z", "2", "3", "4", "5", "1")


@pytest.mark.skipif(not REAL, reason="the real sessions are not beside this checkout")
@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}-{path.stem}"[:50])
async def test_session_of_a_real_server_is_shown(path: Path, tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "real.jsonl", entries_of_wire(path))
    async with driven(recording) as app:
        await look_at_all(app, rows=2)
        assert len(app.session.audio_bytes) == len(app.session) > 0


async def test_message_of_ten_megabytes_is_shown(record: Record) -> None:
    async with driven(record(session(), client("vendor.big", text="word " * 2_000_000))) as app:
        await app.press("G", ".")
        assert "vendor.big" in app.text
        await app.press(".", ".", ".", ".")


async def test_endless_nesting_is_shown(record: Record) -> None:
    deep = '{"type":"response.output_text.delta","delta":' + "[" * 10_000 + "]" * 10_000 + "}"
    steps = [frame(Side.SERVER, deep), frame(Side.SERVER, deep)]
    async with driven(record(*steps)) as app:
        await look_at_all(app)
        assert len(app.session) == 2


async def test_frames_that_are_no_events_are_shown(record: Record) -> None:
    path = record(frame(Side.CLIENT, b"\x00\xff\x1b"), frame(Side.SERVER, "no\njson \x1b[2J"))
    digest = Event(3, 9.0, Side.CLIENT, None, b"", Form.DIGEST, size=99_000_000, sha256="ab" * 32)
    with path.open("ab") as file:
        file.write(encode(digest))
    async with driven(path) as app:
        await look_at_all(app)
        assert "(no type)" in app.text
        assert "\x1b" not in app.text


async def test_terminal_is_never_told_what_the_wire_says(record: Record) -> None:
    evil = "\x1b]0;owned\x07\x1b[31m\x9b31m\x00\u202e\u2066"
    steps = [
        server("session.created", session={"model": evil, "id": evil}),
        server(evil, item={"id": evil, "type": evil, "name": evil, "call_id": evil}),
        client("conversation.item.create", item={"type": "function_call_output", "output": evil}),
        server("error", error={"message": evil, "code": evil, "event_id": evil}),
    ]
    async with driven(record(*steps)) as app:
        for keys in (["G"], ["k"], ["."], ["."], ["."], ["."], ["2"], ["3"], ["4"], ["5"], ["?"]):
            await app.press(*keys)
            assert not {"\x1b", "\x07", "\x9b", "\x00", "\u202e", "\u2066"} & set(app.text)


async def test_wide_and_right_to_left_text_keeps_its_line(record: Record) -> None:
    texts = ["日本語のテキスト" * 20, "שלום עולם " * 20, "👩‍👩‍👧‍👦🇩🇪" * 20, "é" * 200]
    steps = [
        client(
            "conversation.item.create",
            item={
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": text}],
            },
        )
        for text in texts
    ]
    async with driven(record(*steps), size=(100, 30)) as app:
        for strip in app.app.screen._compositor.render_strips():
            assert strip.cell_length == 100
        await look_at_all(app)


async def test_numbers_beyond_all_limits_are_shown(record: Record) -> None:
    huge = json.dumps({"type": "response.done", "n": 10**4000, "at": 1e308, "x": -1})
    async with driven(record(frame(Side.SERVER, huge))) as app:
        await look_at_all(app)


async def test_recording_that_was_cut_is_told(record: Record) -> None:
    path = record(session())
    async with driven(path, now_s=path.stat().st_mtime + 1) as app:
        path.write_bytes(path.read_bytes()[:200])
        app.screen.look()
        await app.settle()
        assert "cut to 200 bytes" in app.status
        await app.press("j", "G")


async def test_line_that_is_torn_is_shown_once_it_is_whole(record: Record) -> None:
    path = record(session())
    line = encode(Event(99, 9.0, Side.SERVER, "vendor.late", b'{"type":"vendor.late"}'))
    with path.open("ab") as file:
        file.write(line[:40])
        file.flush()
        async with driven(path, now_s=path.stat().st_mtime + 1) as app:
            before = len(app.session)
            file.write(line[40:])
            file.flush()
            app.screen.look()
            await app.settle()
            assert len(app.session) == before + 1
            assert "vendor.late" in app.text


@pytest.mark.parametrize(
    "words", ["type:session.*", "name:get_weather", "finding:error", '"model"']
)
async def test_deleted_recording_is_still_filtered_or_told_to_be_gone(
    record: Record, words: str
) -> None:
    path = record(session())
    async with driven(path) as app:
        path.unlink()
        await app.press("f", *words, "enter")
        assert app.screen.events.count or "no such file" in app.status or "shown" in app.status
        await app.press("escape", "/", *"model", "enter")
        assert "/model" in app.status


@pytest.mark.parametrize("kept_bytes", [0, 50, 700])
async def test_recording_that_was_cut_while_open_is_no_trouble(
    record: Record, kept_bytes: int
) -> None:
    path = record(session(), server("error", error={"message": "no"}))
    async with driven(path) as app:
        path.write_bytes(path.read_bytes()[:kept_bytes])
        await look_at_all(app, rows=1)
        await app.press("f", *"x=1", "enter", "F", "/", *"model", "enter", "g")
        assert app.is_at(SessionScreen)


async def test_names_and_notes_are_written_harmlessly(record: Record) -> None:
    path = record(session())
    for label in Label:
        write_label(path, label, "\x1b]0;owned\x07\u202e", at=9.0)
    async with driven(path, opens=False) as app:
        texts = [app.text]
        await app.press("enter")
        texts.append(app.text)
        assert all("owned" in text for text in texts)
        assert not {"\x1b", "\x07", "\u202e"} & set("".join(texts))
