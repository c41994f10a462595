"""`realtap status`: the proxy, its rules, its sessions and what waits in them."""

import json
from pathlib import Path

from click.testing import CliRunner
from commanded import command, told
from live import MakeProxy, live

from realtap.proxy.control.methods import MocksState, ProxyState
from realtap.proxy.injection.status import SessionStatus
from realtap.tui.cli.exit_codes import ExitCode
from realtap.tui.cli.main import main
from realtap.tui.cli.rows import Page
from realtap.tui.cli.status_lines import status_lines


async def test_pending_call_and_rules_are_told(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        call_id = await scene.app.call_weather()
        await told(scene.proxy, "faults", "on", "cut:when=any,after=100")
        said = await told(scene.proxy, "status")
    assert f"proxy  {scene.proxy.url} → ws://127.0.0.1:" in said
    assert "  faults      cut:when=any,after=100\n" in said
    assert f'  pending     {call_id} get_weather({{"city":"Paris"}}) for ' in said
    assert "  rules       fault cut\n" in said


async def test_made_up_call_and_held_message_are_told(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        await told(scene.proxy, "breakpoints", "on", "type:input_audio_buffer.clear")
        await scene.app.say("input_audio_buffer.clear")
        await told(scene.proxy, "inject", "call", "get_weather", '{"city": "Paris"}')
        await scene.app.hear("response.done")
        said = await told(scene.proxy, "status")
    assert 'get_weather({"city":"Paris"}): pending' in said
    assert "  held        2 → C input_audio_buffer.clear  for " in said


async def test_json_is_the_state_of_the_proxy(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        call_id = await scene.app.call_weather()
        state = json.loads(await told(scene.proxy, "status", "--json"))
    assert state["sessions"][0]["pending_calls"][0]["call_id"] == call_id


async def test_wrong_token_is_refused(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        result = await command(scene.proxy, "status", "--control-token", "wrong")
    assert result.exit_code == ExitCode.WIRE
    assert "the token is missing or wrong" in result.stderr


def test_without_a_proxy_it_says_how_to_start_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["status"], env={"XDG_STATE_HOME": str(tmp_path)})
    assert result.exit_code == ExitCode.WIRE
    assert "no proxy runs: start one with `realtap proxy`" in result.stderr


def state(**fields: object) -> ProxyState:
    """A proxy at rest, but for some fields."""
    values: dict[str, object] = {
        "version": "1",
        "pid": 1,
        "url": "ws://127.0.0.1:8484/v1",
        "upstream": "wss://api.openai.com",
        "recordings": "/recordings",
        "sessions": [],
        "mocks": MocksState(source="", rules=[]),
        "faults": [],
        "breakpoints": [],
    }
    return ProxyState(**(values | fields))  # type: ignore[arg-type] # a test passes any field


def test_bad_mocks_file_is_told_with_its_reason() -> None:
    problem = "mocks file m.toml line 3: call is missing"
    mocks = MocksState(source="m.toml", rules=["mock get_weather"], problem=problem)
    lines = list(status_lines(state(mocks=mocks), Page(width=None, has_colour=False)))
    assert "  mocks       m.toml: mock get_weather" in lines
    assert f"not in force, what it said before is: {problem}" in lines[3]


def test_session_tells_what_it_is_doing_in_the_width_of_the_terminal() -> None:
    session = SessionStatus(
        "a-session", 1.0, 3, "gpt", "ga", "generic", "resp_1", [], [], [], ["x" * 200], []
    )
    lines = list(status_lines(state(sessions=[session]), Page(width=60, has_colour=False)))
    assert "  response    resp_1 is being made" in lines
    assert max(len(line) for line in lines) <= 60
