"""Mocks and faults of a running proxy, seen and switched in the interface."""

from pathlib import Path

import pytest
from live import MakeProxy
from steering_app import Steered, steering

from realtap.proxy.control.methods import FaultsSet, MocksSet, Status
from realtap.recordings.event import Fate
from realtap.tui.app.screens.rules import RulesScreen, at_home

MOCK = '[[mock]]\ncall = "get_weather"\noutput = "sunny"\n'

INSTEAD = f'{MOCK}mode = "instead"\n'


@pytest.fixture(autouse=True)
def _own_notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_path_in_the_own_folder_is_told_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert at_home("/home/ann/mocks.toml") == "~/mocks.toml"
    assert at_home("/home/anna/mocks.toml") == "/home/anna/mocks.toml"
    assert at_home("text") == "text"


async def faults_of(scene: Steered) -> list[str]:
    """Those that are on in the proxy."""
    return (await scene.scene.control.ask(Status())).faults


async def go_to(scene: Steered, name: str) -> None:
    """Select a fault."""
    screen = scene.ui.app.screen
    assert isinstance(screen, RulesScreen)
    places = [each.name for each in screen.faults]
    await scene.ui.press(*"j" * places.index(name))


async def test_fault_is_switched_on_and_off_by_name(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.ui.press("R")
        await go_to(scene, "stall")
        assert "app should" in scene.ui.text
        await scene.ui.press("space")
        assert await faults_of(scene) == ["stall"]
        assert "ON  stall" in scene.ui.text
        await scene.ui.press("space")
        assert await faults_of(scene) == []


async def test_fault_gets_other_values(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.ui.press("R")
        await go_to(scene, "stall")
        await scene.ui.press("p", "ctrl+u", *"stall:seconds=3", "enter")
        assert await faults_of(scene) == ["stall:seconds=3"]


async def test_values_that_a_fault_does_not_take_are_refused(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.ui.press("R", "p", "ctrl+u", *"stall:hours=3", "enter")
        assert any("hours" in each for each in scene.ui.notices)
        assert await faults_of(scene) == []


async def test_fault_that_somebody_else_switched_on_is_seen(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.ui.press("R")
        await scene.scene.control.ask(FaultsSet(faults=["stall"]))
        await scene.until(lambda: "ON  stall" in scene.ui.text)


async def test_file_of_mocks_is_put_in_force(make_proxy: MakeProxy, tmp_path: Path) -> None:
    (tmp_path / "mocks.toml").write_text(MOCK)
    async with steering(make_proxy) as scene:
        await scene.ui.press("R", "m", *"mocks.toml", "enter")
        assert "get_weather" in scene.ui.text
        await scene.ui.press("m", "ctrl+u", "enter")
        assert "No mocks are in force" in scene.ui.text


async def test_problem_of_a_bad_file_is_told_beside_what_is_in_force(
    make_proxy: MakeProxy, tmp_path: Path
) -> None:
    file = tmp_path / "mocks.toml"
    file.write_text(MOCK)
    async with steering(make_proxy) as scene:
        await scene.scene.control.ask(MocksSet(path=str(file)))
        file.write_text("[[mock]]\nanswer = 1\n")
        scene.scene.proxy.helm.regime.look()
        await scene.ui.press("R")
        assert "the file is not in force" in scene.ui.text
        assert "get_weather" in scene.ui.text


async def test_mocks_answer_and_what_the_app_said_are_both_told(make_proxy: MakeProxy) -> None:
    async with steering(make_proxy) as scene:
        await scene.scene.control.ask(MocksSet(toml=INSTEAD))
        call_id = await scene.app.call_weather()
        item = {"type": "function_call_output", "call_id": call_id, "output": "rain"}
        await scene.app.say("conversation.item.create", item=item)
        await scene.app.hear("response.done")
        await scene.until(lambda: any(each.fate is Fate.DROPPED for each in scene.events))
        await scene.look()
        await scene.ui.press("4", "\\")
        assert any("* mock get_weather: sunny" in line for line in scene.ui.lines)
        assert "the app's own output, kept from the server: rain" in scene.ui.text
        await scene.ui.press("2", "f", *"rain", "enter")
        assert any("✗" in line and "conversation.item.create" in line for line in scene.ui.lines)
