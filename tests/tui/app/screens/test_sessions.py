"""The list of sessions."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from driven_app import LATER_S, DrivenApp, driven
from scenes import function_call, session, text_turn
from transcript import closed

from realtap.recordings.labels import Label, write_label
from realtap.recordings.reader import outline
from realtap.tui.app import shelf
from realtap.tui.app.liveness import Listening, Liveness
from realtap.tui.app.screens.counting import CountingPart
from realtap.tui.app.screens.session import SessionScreen
from realtap.tui.app.screens.sessions import Sessions, has_changed
from realtap.tui.app.shelf import Counting, Counts
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


# Names and notes.


async def test_session_is_named_and_found_by_its_name(record: Record) -> None:
    paths = [record(session(), closed(), name=f"2026010{n}-000000-gpt-000{n}") for n in (1, 2)]
    async with driven(*paths, opens=False) as app:
        await app.press("j", "n", *"no answer", "enter")
        assert "no answer gpt-realtime" in app.lines[3]
        await app.press("/", *"answer", "enter")
        assert app.app.screen.query_one(SessionList).count == 1
    assert outline(paths[1]).name == "no answer"


async def test_note_is_told_of_the_selected_session(record: Record) -> None:
    path = record(session(), closed())
    async with driven(path, opens=False) as app:
        await app.press("N", *"second call hangs", "enter")
        assert "second call hangs" in app.status


async def test_name_is_changed_and_taken_off(record: Record) -> None:
    path = record(session(), closed())
    async with driven(path, opens=False) as app:
        await app.press("n", *"one", "enter", "n", *" two", "enter")
        assert outline(path).name == "one two"
        await app.press("n", "ctrl+u", "enter")
        assert outline(path).name == ""


async def test_cancelled_name_changes_nothing(record: Record) -> None:
    path = record(session(), closed())
    before = path.read_bytes()
    async with driven(path, opens=False) as app:
        await app.press("n", *"one", "escape", "q")
    assert path.read_bytes() == before


async def test_name_that_cannot_be_written_is_told(record: Record) -> None:
    path = record(session(), closed())
    async with driven(path, opens=False) as app:
        path.unlink()
        await app.press("n", *"one", "enter")
        assert any("no such file" in notice for notice in app.notices)


async def test_name_stands_at_the_top_of_the_opened_session(record: Record) -> None:
    path = record(session(), closed())
    write_label(path, Label.NAME, "no \x1b[31m answer", at=9.0)
    async with driven(path) as app:
        assert '"no \\x1b[31m answer"' in app.lines[0]


# Counting.


async def test_turns_calls_and_findings_are_counted(record: Record) -> None:
    path = record(session(), text_turn(), text_turn(), function_call("get_weather"), closed())
    async with driven(path, opens=False) as app:
        found = app.app.screen.query_one(SessionList).shown[0]
        assert found.found is not None
        assert found.counts is not None
        assert (found.found.turns, found.counts.calls) == (3, 1)


async def test_all_recordings_are_counted_the_newest_first(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [record(session(), closed(), name=f"2026010{n}-000000-gpt-000{n}") for n in (3, 2, 1)]
    async with driven(*paths, opens=False) as app:
        counted = [each.shelved.path for each in app.handled(CountingPart.Counted)]
        assert counted == paths
        assert all(each.counts for each in app.app.screen.query_one(SessionList).shown)


async def test_counting_rests_while_a_session_is_open_and_goes_on_after(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "STEP_ENTRIES", 2)
    steps: list[str] = []
    apps: list[DrivenApp] = []
    more = Counting.more

    def first_steps(counting: Counting) -> Counts | None:
        """After some steps the person opens the session: the counting is told to rest."""
        steps.append(counting.path.name)
        if len(steps) == 3:
            screen = apps[0].app.screen
            assert isinstance(screen, Sessions)
            apps[0].app.call_from_thread(screen.on_screen_suspend)
        return more(counting)

    monkeypatch.setattr(Counting, "more", first_steps)
    path = record(session(), text_turn(), closed())
    async with driven(opens=False) as app:
        apps.append(app)
        listed = app.app.screen
        assert isinstance(listed, Sessions)
        listed._source = lambda: [path]
        await app.press("r")
        assert len(steps) == 3
        assert listed.query_one(SessionList).shown[0].counts is None
        listed.on_screen_resume()
        await app.settle()
        assert listed.query_one(SessionList).shown[0].counts is not None
        assert len(steps) < 3 + 3 + path.read_bytes().count(b"\n") / 2


async def test_nothing_is_read_or_counted_behind_an_open_session(record: Record) -> None:
    path = record(session(), text_turn(), closed())
    async with driven(path, opens=False) as app:
        listed = app.app.screen
        assert isinstance(listed, Sessions)
        await app.press("enter")
        listed._counts.clear()
        path.write_bytes(path.read_bytes() + b"{}\n")
        app.messages.clear()
        listed._read_again()
        listed.count()
        await app.settle()
        assert not app.handled(Sessions.Listed)
        assert not app.handled(CountingPart.Counted)


async def test_recording_that_did_not_change_is_counted_once(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Path] = []
    begin = Counting.__init__

    def count(counting: Counting, path: Path, size_bytes: int, *, is_live: bool) -> None:
        begun.append(path)
        begin(counting, path, size_bytes, is_live=is_live)

    monkeypatch.setattr(Counting, "__init__", count)
    path = record(session(), text_turn(), closed())
    async with driven(path, opens=False) as app:
        await app.press("r", "r")
        assert begun == [path]


async def test_longest_recordings_are_not_counted(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "COUNTED_EVENTS", 3)
    async with driven(record(session(), text_turn(), closed()), opens=False) as app:
        assert app.app.screen.query_one(SessionList).shown[0].counts is None


# What is selected.


async def test_first_session_is_selected_until_the_person_moves(record: Record) -> None:
    old = record(session(), closed(), name="20260101-000000-gpt-0001")
    new = record(session(), closed(), name="20260102-000000-gpt-0002")
    async with driven(opens=False) as app:
        listed = app.app.screen
        assert isinstance(listed, Sessions)
        for paths, keys, selected in (
            ([old], "r", old),
            ([new, old], "r", new),
            ([new, old], "jr", old),
            ([old], "r", old),
            ([new, old], "r", old),
        ):
            listed._source = partial(list, paths)
            await app.press(*keys)
            chosen = listed.query_one(SessionList).chosen
            assert chosen is not None
            assert chosen.path == selected


# Live or not.


async def test_session_that_a_proxy_has_open_is_live_though_silent(record: Record) -> None:
    path = record(session(), text_turn())
    proxy = Listening(os.getpid(), path.parent, since_s=0.0)
    with path.open("rb"):
        async with driven(path, opens=False, proxies=[proxy]) as app:
            assert "● LIVE" in app.lines[2]


async def test_killed_session_is_no_longer_live_though_its_file_stays_as_it_was(
    record: Record,
) -> None:
    path = record(session(), text_turn())
    async with driven(path, opens=False, now_s=path.stat().st_mtime + 1) as app:
        assert "● LIVE" in app.lines[2]
        app.app.liveness = Liveness(lambda: (), lambda: LATER_S)
        app.app.screen.query_one(SessionList).judge(app.app.liveness)
        await app.settle()
        assert "no end" in app.lines[2]
