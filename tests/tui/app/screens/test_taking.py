"""Copies and files."""

import json
import shlex
from pathlib import Path

import pytest
from driven_app import driven

from realtap.recordings.reader import Recording
from realtap.tui.app.screens import taking
from realtap.tui.app.screens.taking import Taking, output_skeleton


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was copied; nothing reaches the clipboard of this machine."""
    texts: list[str] = []

    def take(text: str, _ask: object) -> str:
        texts.append(text)
        return "the test"

    monkeypatch.setattr(taking, "copy", take)
    return texts


async def test_event_field_id_and_output_are_copied(tour: Path, copied: list[str]) -> None:
    async with driven(tour) as app:
        await app.press("f", *"item.type=function_call", "enter")
        event = app.session.event(app.session.cursor)
        assert event is not None
        for choice in "episo":
            await app.press("y", choice)
        raw, pretty, id_, shell, answer = copied
        assert raw.encode() == event.payload
        assert json.loads(pretty) == event.fields()
        assert id_ == "call_paris"
        assert f"--where seq:{event.seq}" in shell
        assert json.loads(answer) == output_skeleton("call_paris")


async def test_selected_field_and_its_path_are_copied(tour: Path, copied: list[str]) -> None:
    async with driven(tour) as app:
        await app.press("enter", "y", "f", "y", "P")
        assert copied == ["session.created", "type"]


async def test_what_was_copied_is_told_with_its_way(tour: Path, copied: list[str]) -> None:
    async with driven(tour) as app:
        await app.press("y", "e")
        (told,) = app.handled(Taking.Copied)
        assert told.way == "the test"
        assert told.size_bytes == len(copied[0].encode())


async def test_other_key_copies_nothing(tour: Path, copied: list[str]) -> None:
    async with driven(tour) as app:
        await app.press("y", "escape", "y", "q")
        assert copied == []


async def test_shown_events_are_written_as_a_recording(
    tour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven(tour) as app:
        await app.press("f", *"from:client", "enter", "e", "e")
        first, second = app.handled(Taking.Exported)
        assert first.path != second.path
        written = list(Recording(first.path).events())
        assert len(written) == first.count
        assert {event.side for event in written} == {"client"}


async def test_unwritable_folder_is_told(
    tour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "cwd", lambda: tmp_path / "nowhere")
    async with driven(tour) as app:
        await app.press("e")
        (told,) = app.handled(Taking.Exported)
        assert told.trouble


async def test_injection_tells_what_can_be_done_today(tour: Path) -> None:
    async with driven(tour) as app:
        await app.press("i")
        assert any("realtap inject" in notice for notice in app.notices)


async def test_command_that_sends_the_same_is_copied(tour: Path, copied: list[str]) -> None:
    async with driven(tour) as app:
        await app.press("f", *"item.type=function_call", "enter", "y", "I")
        await app.press("f", "ctrl+u", *"type:conversation.item.create", "enter", "g", "y", "I")
        answer, event = [shlex.split(each) for each in copied]
        session_id = app.session.index.header.id
        assert answer == f"realtap inject output call_paris {{}} --session {session_id}".split()
        assert event[:3] == ["realtap", "inject", "event"]
        assert json.loads(event[3])["type"] == "conversation.item.create"
        assert event[4:] == ["--to", "server", "--session", session_id]
