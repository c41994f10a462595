"""The list of sessions."""

from collections.abc import Callable
from pathlib import Path

import pytest
from driven_app import driven
from scenes import function_call, session, text_turn
from transcript import closed

from realtap.tui.app.screens.session import SessionScreen
from realtap.tui.app.screens.sessions import Sessions, has_changed
from realtap.tui.app.widgets.session_list import SessionList

type Record = Callable[..., Path]


async def test_live_sessions_come_first_and_are_marked(record: Record) -> None:
    old = record(session(), text_turn(), closed(), name="20260102-000000-old-0001")
    live = record(session(), text_turn(), name="20260101-000000-live-0002")
    async with driven(old, live, opens=False, now_s=live.stat().st_mtime + 1) as app:
        first, second = app.lines[2:4]
        assert "● LIVE" in first
        assert "closed 1000" in second


async def test_each_session_tells_its_calls_and_findings(record: Record) -> None:
    path = record(session(), function_call("get_weather"), closed())
    async with driven(path, opens=False) as app:
        line = app.lines[2]
        assert "gpt-realtime" in line
        assert " 1  " in line
        assert "✖" in line or "▲" in line


async def test_search_shows_only_what_fits_and_escape_shows_all(record: Record) -> None:
    paths = [
        record(session(), text_turn(), closed(), name=f"2026010{n}-000000-{model}-000{n}")
        for n, model in enumerate(("gpt", "grok"), start=1)
    ]
    async with driven(*paths, opens=False) as app:
        await app.press("/", *"grok", "enter")
        assert app.app.screen.query_one(SessionList).count == 1
        await app.press("escape")
        assert app.app.screen.query_one(SessionList).count == 2


async def test_search_without_hits_tells_the_next_step(record: Record) -> None:
    async with driven(record(session(), closed()), opens=False) as app:
        await app.press("/", *"xyzzy", "enter")
        assert "esc shows all" in app.text


async def test_enter_opens_a_session_and_escape_comes_back(record: Record) -> None:
    async with driven(record(session(), text_turn(), closed()), opens=False) as app:
        await app.press("enter")
        assert app.is_at(SessionScreen)
        await app.press("escape")
        assert app.is_at(Sessions)


async def test_empty_folder_teaches_how_to_record() -> None:
    async with driven() as app:
        assert "realtap demo" in app.text
        assert "OPENAI_BASE_URL=http://127.0.0.1:8484/v1" in app.text


async def test_unreadable_recording_is_listed_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_bytes(b"hello\n")
    async with driven(path, opens=False) as app:
        assert "not a recording" in app.text
        await app.press("enter")
        assert app.is_at(Sessions)


async def test_empty_recording_does_not_open(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    async with driven(path) as app:
        assert app.is_at(Sessions)


async def test_reload_finds_what_is_new(record: Record) -> None:
    path = record(session(), text_turn())
    async with driven(path, opens=False) as app:
        before = app.lines[2]
        record(session(), text_turn(), text_turn(), closed())
        await app.press("r")
        assert app.lines[2] != before


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (None, 10, True),
        (10, 10, False),
        (10, 11, True),
        (10, 5, True),
        (100_000_000, 100_000_001, False),
        (100_000_000, 120_000_000, True),
    ],
)
def test_big_recording_is_not_read_again_for_every_event(
    before: int | None, now: int, *, expected: bool
) -> None:
    assert has_changed(before, now) is expected


async def test_leaving_ends_the_program(record: Record) -> None:
    async with driven(record(session()), opens=False) as app:
        await app.press("q")
        assert app.app.return_code == 0


async def test_recording_is_deleted_only_after_a_yes(record: Record) -> None:
    paths = [record(session(), closed(), name=f"2026010{n}-000000-gpt-000{n}") for n in (1, 2)]
    async with driven(*paths, opens=False) as app:
        await app.press("x", "n")
        assert paths[0].exists()
        await app.press("x", "y")
        assert not paths[0].exists()
        assert paths[1].exists()


async def test_live_session_is_not_deleted(record: Record) -> None:
    path = record(session(), text_turn())
    async with driven(path, opens=False, now_s=path.stat().st_mtime + 1) as app:
        await app.press("x")
        assert app.is_at(Sessions)
        assert path.exists()
