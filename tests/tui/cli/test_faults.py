"""`realtap faults`: the list, and the switches in a running proxy."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from commanded import refused, told
from live import MakeProxy, Scene, live

from realtap.proxy.control.methods import SessionShow, Status
from realtap.proxy.injection.faults import FAULTS
from realtap.tui.cli.exit_codes import ExitCode
from realtap.tui.cli.main import main


@pytest.fixture
async def scene(make_proxy: MakeProxy) -> AsyncIterator[Scene]:
    """A session that has only begun."""
    async with live(make_proxy) as scene:
        yield scene


async def on_in_all_sessions(scene: Scene) -> list[str]:
    return (await scene.control.ask(Status())).faults


def listed(folder: Path, *options: str) -> str:
    """The list where no proxy runs."""
    result = CliRunner().invoke(main, ["faults", *options], env={"XDG_STATE_HOME": str(folder)})
    assert result.exit_code == ExitCode.FINE
    return result.stdout


def test_every_fault_is_listed_with_what_an_app_should_do(tmp_path: Path) -> None:
    said = listed(tmp_path)
    for kind in FAULTS.values():
        assert f"{kind.name}\n    {kind.summary}\n    an app should {kind.app_should}\n" in said
        assert all(f"    {each.name}=" in said for each in kind.parameters)


def test_list_as_json_has_one_line_a_fault(tmp_path: Path) -> None:
    told_faults = [json.loads(line) for line in listed(tmp_path, "--json").splitlines()]
    assert [each["name"] for each in told_faults] == list(FAULTS)
    stall = next(each for each in told_faults if each["name"] == "stall")
    assert stall["parameters"]["seconds"]["meaning"]


async def test_fault_that_is_on_is_marked(scene: Scene) -> None:
    await told(scene.proxy, "faults", "on", "stall:seconds=1")
    assert "stall  on: stall:seconds=1\n" in await told(scene.proxy, "faults")


async def test_faults_are_switched_one_by_one(scene: Scene) -> None:
    await told(scene.proxy, "faults", "on", "stall", "active-response")
    await told(scene.proxy, "faults", "on", "stall:seconds=1")
    assert await on_in_all_sessions(scene) == ["active-response", "stall:seconds=1"]
    await told(scene.proxy, "faults", "off", "active-response")
    assert await on_in_all_sessions(scene) == ["stall:seconds=1"]
    await told(scene.proxy, "faults", "off")
    assert await on_in_all_sessions(scene) == []


async def test_faults_of_one_session_are_its_own(scene: Scene) -> None:
    session = (await scene.control.ask(SessionShow())).id
    part = session[-4:]
    await told(scene.proxy, "faults", "on", "active-response", "--session", part)
    await told(scene.proxy, "faults", "on", "stall", "--session", part)
    await told(scene.proxy, "faults", "on", "late-cancel")
    assert await on_in_all_sessions(scene) == ["late-cancel"]
    await told(scene.proxy, "faults", "off", "stall", "--session", part)
    rules = (await scene.control.ask(SessionShow())).rules
    assert sorted(rules) == ["fault active-response", "fault late-cancel"]


async def test_switched_on_fault_happens(scene: Scene) -> None:
    await told(scene.proxy, "faults", "on", "active-response")
    await scene.app.write("Hello")
    error = (await scene.app.hear("error"))["error"]
    assert error["code"] == "conversation_already_has_active_response"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["on", "stahl"], "there is no fault 'stahl'; did you mean stall?"),
        (["on", "stall:seconds=x"], "seconds is 'x'; expected a number"),
        (["off", "stall"], "fault 'stall' is not on; on are: late-cancel"),
    ],
)
async def test_wrong_fault_is_refused_and_nothing_changes(
    scene: Scene, words: list[str], complaint: str
) -> None:
    await told(scene.proxy, "faults", "on", "late-cancel")
    code, sentence = await refused(scene.proxy, "faults", *words)
    assert code == ExitCode.USAGE
    assert complaint in sentence
    assert await on_in_all_sessions(scene) == ["late-cancel"]
