"""`realtap breakpoints`, `realtap held` and `realtap release` at a live session."""

import json
from collections.abc import AsyncIterator

import pytest
from click.testing import CliRunner
from commanded import command, refused, told
from live import MakeProxy, Scene, live

from realtap.proxy.control.methods import Status
from realtap.recordings.event import Side
from realtap.tui.cli.exit_codes import ExitCode
from realtap.tui.cli.main import main


@pytest.fixture
async def scene(make_proxy: MakeProxy) -> AsyncIterator[Scene]:
    """A session whose response.create waits at a breakpoint, as event 2."""
    async with live(make_proxy) as scene:
        await told(scene.proxy, "breakpoints", "on", "type:response.create")
        await scene.control.subscribe()
        await scene.app.say("response.create", response={"instructions": "Be brief."})
        await scene.change(lambda change: change.session is not None and bool(change.session.held))
        yield scene


def reached_server(scene: Scene) -> list[str]:
    [connection] = scene.simulator.connections
    return [data if isinstance(data, str) else "" for data in connection.data(Side.CLIENT)]


async def test_held_message_is_listed_with_what_it_waits_for(scene: Scene) -> None:
    [line] = (await told(scene.proxy, "held")).splitlines()
    assert line.startswith("    2 → C response.create  for ")
    assert "breakpoint type:response.create; goes on by itself in " in line
    [told_json] = (await told(scene.proxy, "held", "--json")).splitlines()
    assert json.loads(told_json)["seq"] == 2
    assert reached_server(scene) == []


async def test_held_message_is_printed_edited_and_sent(scene: Scene) -> None:
    event = json.loads(await told(scene.proxy, "held", "2"))
    event["response"]["instructions"] = "Be long."
    await told(scene.proxy, "release", "2", "--edit", "-", stdin=json.dumps(event))
    await scene.app.hear("response.done")
    [reached] = reached_server(scene)
    assert json.loads(reached)["response"]["instructions"] == "Be long."


async def test_released_message_goes_on_as_it_is(scene: Scene) -> None:
    await told(scene.proxy, "release", "2")
    await scene.app.hear("response.done")
    assert reached_server(scene) == [
        '{"type": "response.create", "response": {"instructions": "Be brief."}}'
    ]


async def test_dropped_message_never_arrives(scene: Scene) -> None:
    await told(scene.proxy, "release", "2", "--drop")
    result = await command(scene.proxy, "held")
    assert result.stdout == ""
    assert "nothing is held" in result.stderr
    assert reached_server(scene) == []


async def test_message_that_is_not_held_is_refused_with_those_that_are(scene: Scene) -> None:
    code, sentence = await refused(scene.proxy, "release", "7")
    assert code == ExitCode.WIRE
    assert "message 7 is not held; held: 2 (response.create)" in sentence


async def test_breakpoint_is_listed_and_taken_away_with_what_it_holds(scene: Scene) -> None:
    await told(scene.proxy, "breakpoints", "on", "type:error", "--timeout", "never")
    listed = await told(scene.proxy, "breakpoints")
    assert listed.splitlines() == ["type:response.create", "type:error"]
    await told(scene.proxy, "breakpoints", "off", "type:response.create")
    await scene.app.hear("response.done")
    assert (await scene.control.ask(Status())).breakpoints == ["type:error"]
    await told(scene.proxy, "breakpoints", "off")
    assert (await scene.control.ask(Status())).breakpoints == []


async def test_breakpoint_that_is_not_set_is_refused(scene: Scene) -> None:
    code, sentence = await refused(scene.proxy, "breakpoints", "off", "type:error")
    assert code == ExitCode.USAGE
    assert "there is no breakpoint 'type:error'; there are: type:response.create" in sentence


async def test_filter_that_cannot_be_read_is_refused(scene: Scene) -> None:
    code, _ = await refused(scene.proxy, "breakpoints", "on", "type:")
    assert code == ExitCode.USAGE
    assert (await scene.control.ask(Status())).breakpoints == ["type:response.create"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["release", "1", "--drop", "--edit", "{}"], "exclude each other"),
        (["release", "1", "2", "--edit", "{}"], "--edit is for one message"),
        (["breakpoints", "on", "type:error", "--timeout", "soon"], "'soon' is no time"),
    ],
)
def test_options_that_do_not_fit_are_refused(arguments: list[str], complaint: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == ExitCode.USAGE
    assert complaint in result.stderr
