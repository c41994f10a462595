"""A live session on the screen: it is followed, or stands still, while it grows."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from driven_app import driven, to_field
from scenes import function_call, output, session, text_turn

from realtap.recordings import lines
from realtap.recordings.event import Closed, Event, Side
from realtap.tui.app.screens.reading import SILENCE_LOOKS

type Record = Callable[..., Path]


def grow(path: Path, *types: str, at: float = 100.0) -> None:
    """Let a recording grow by some events."""
    seq = path.read_bytes().count(b'{"seq":')
    with path.open("ab") as file:
        for number, type_ in enumerate(types, start=1):
            payload = f'{{"type":"{type_}","event_id":"event_{seq + number}"}}'.encode()
            file.write(lines.encode(Event(seq + number, at, Side.SERVER, type_, payload)))


@pytest.fixture
def live(record: Record) -> tuple[Path, float]:
    """A session that has not ended, and the time at which it is live."""
    path = record(session(), text_turn())
    return path, path.stat().st_mtime + 1


async def test_live_session_is_followed(live: tuple[Path, float]) -> None:
    path, now_s = live
    async with driven(path, now_s=now_s) as app:
        assert "FOLLOW" in app.status
        grow(path, "rate_limits.updated")
        app.screen.look()
        await app.settle()
        assert app.seq == len(app.session)


async def test_nothing_moves_while_paused(live: tuple[Path, float]) -> None:
    path, now_s = live
    async with driven(path, now_s=now_s) as app:
        await app.press("k")
        before, scrolled = app.seq, app.screen.events.scroll_offset
        grow(path, *["rate_limits.updated"] * 100)
        app.screen.look()
        await app.settle()
        assert app.seq == before
        assert app.screen.events.scroll_offset == scrolled
        assert "PAUSED  +100 new, space to follow" in app.status
        await app.press("space")
        assert "FOLLOW" in app.status
        assert app.seq == len(app.session)


async def test_field_stays_selected_while_the_session_grows(live: tuple[Path, float]) -> None:
    path, now_s = live
    async with driven(path, now_s=now_s) as app:
        await app.press("g", "enter")
        await to_field(app, "session.model")
        grow(path, "rate_limits.updated")
        app.screen.look()
        await app.settle()
        assert app.seq == 1
        field = app.screen.inspector.field
        assert field is not None
        assert field.path == "session.model"


async def test_silence_that_is_found_is_marked_beside_its_event(record: Record) -> None:
    path = record(session(), function_call("get_weather"), output("call_1"))
    now_s = path.stat().st_mtime + 1
    async with driven(path, now_s=now_s) as app:
        # It gets worse with time.
        for silence_s, sign in ((0, "12"), (4, "▲"), (20, "✖")):
            app.app.now_s = partial(float, now_s + silence_s)
            for _ in range(SILENCE_LOOKS):
                app.screen.look()
                await app.settle()
            sent = next(line for line in app.lines if "conversation.item.create" in line)
            assert sent.split()[0] == sign


async def test_last_line_follows_again(live: tuple[Path, float]) -> None:
    path, now_s = live
    async with driven(path, now_s=now_s) as app:
        await app.press("g")
        assert "PAUSED" in app.status
        await app.press("G")
        assert "FOLLOW" in app.status


async def test_filter_looks_at_what_comes_too(live: tuple[Path, float]) -> None:
    path, now_s = live
    async with driven(path, now_s=now_s) as app:
        await app.press("f", *"type:vendor.*", "enter")
        assert app.screen.events.count == 0
        grow(path, "vendor.one", "rate_limits.updated", "vendor.two")
        app.screen.look()
        await app.settle()
        assert app.screen.events.count == 2


async def test_end_of_a_session_ends_the_following(live: tuple[Path, float]) -> None:
    path, now_s = live
    async with driven(path, now_s=now_s) as app:
        with path.open("ab") as file:
            file.write(lines.encode(Closed(200.0, Side.SERVER, 1001, "session expired")))
        app.screen.look()
        await app.settle()
        assert "RECORDED" in app.status
        assert "closed by the server, 1001" in app.lines[0]
        await app.press("space")
        assert "FOLLOW" not in app.status


async def test_last_events_are_followed_when_they_come_with_the_end(
    live: tuple[Path, float],
) -> None:
    path, now_s = live
    async with driven(path, now_s=now_s) as app:
        grow(path, *["rate_limits.updated"] * 50)
        with path.open("ab") as file:
            file.write(lines.encode(Closed(200.0, Side.SERVER, 1001, "session expired")))
        app.screen.look()
        await app.settle()
        assert app.seq == len(app.session)
        assert "FOLLOW" not in app.status


async def test_deleted_recording_stays_readable_and_is_told(live: tuple[Path, float]) -> None:
    path, now_s = live
    async with driven(path, now_s=now_s) as app:
        path.unlink()
        app.screen.look()
        await app.settle()
        assert "deleted" in app.status
        await app.press("g")
        assert "session.created" in app.text
