"""What waits at breakpoints: released, edited and dropped by hand, through a real proxy."""

import json
from pathlib import Path

import pytest
from live import MakeProxy
from steering_app import Steered, steering

from realtap.recordings.event import Fate, Side
from realtap.tui.app.screens.held import HeldScreen
from realtap.tui.app.screens.inject_form import Form
from realtap.tui.app.screens.session import SessionScreen


@pytest.fixture(autouse=True)
def _own_notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


async def hold_response(scene: Steered) -> None:
    """Set a breakpoint from the interface, and have the app run into it."""
    await scene.ui.press("b", "a", *"type:response.create", "enter")
    await scene.until(lambda: bool(scene.held.filters))
    await scene.app.write("hello")
    await scene.holding("response.create")


async def test_breakpoint_holds_what_it_wants_and_shows_it(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await hold_response(scene)
        assert "1 message held" in scene.ui.text
        assert " s left  breakpoint type:response.create" in scene.ui.text
        assert '{"type": "response.create"}' in scene.ui.text
        await scene.ui.press("escape")
        assert scene.ui.is_at(SessionScreen)
        assert "1 held" in scene.ui.status
        assert any("WAITS [held" in line for line in scene.ui.lines)


async def test_held_message_goes_on(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await hold_response(scene)
        await scene.ui.press("r")
        await scene.app.hear("response.done")
        await scene.until(lambda: "nothing is held" in scene.ui.text)
        assert [each.fate for each in scene.releases] == [Fate.FORWARDED]


async def test_held_message_is_dropped(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await hold_response(scene)
        await scene.ui.press("x")
        await scene.until(lambda: bool(scene.releases))
        assert [each.fate for each in scene.releases] == [Fate.DROPPED]
        assert "response.create" not in server_heard(scene)


async def test_held_message_goes_on_edited(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await hold_response(scene)
        await scene.ui.press("e")
        editor = scene.ui.app.screen
        assert isinstance(editor, Form)
        editor.editor.text = (
            '{"type": "response.create", "response": {"output_modalities": ["text"]}}'
        )
        await scene.ui.press("ctrl+s")
        done = await scene.app.hear("response.done")
        assert done["response"]["output_modalities"] == ["text"]
        assert scene.ui.is_at(HeldScreen)
        assert [each.fate for each in scene.releases] == [Fate.EDITED]
        await scene.ui.press("escape")
        await scene.look()
        assert any("~" in line[:2] and "held " in line for line in scene.ui.lines)
        assert " held, b" not in scene.ui.status


async def test_breakpoint_that_is_taken_away_holds_nothing_more(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await hold_response(scene)
        await scene.ui.press("d", "r")
        await scene.app.hear("response.done")
        assert scene.held.filters == []
        await scene.app.write("hello again")
        await scene.app.hear("response.done")


async def test_wrong_filter_is_told_and_sets_nothing(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.ui.press("b", "a", *"from:nobody", "enter")
        assert "from:nobody" in scene.ui.text
        assert scene.held.filters == []


def server_heard(scene: Steered) -> list[str]:
    """The types of the messages that reached the server."""
    said = scene.scene.simulator.connections[0].data(Side.CLIENT)
    return [json.loads(each)["type"] for each in said]
