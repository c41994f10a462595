"""A session pays for a director from when somebody needs one; the rules reach every session."""

import asyncio
import itertools
from pathlib import Path

from live import MakeProxy, Scene, live
from raw_peers import PATIENCE_S

from realtap.proxy.control.methods import FaultsSet, MocksGet, SessionShow
from realtap.proxy.door import Proxy
from realtap.proxy.regime import LOOK_S
from realtap.proxy.session import LiveSession

MOCK = '[[mock]]\ncall = "{name}"\noutput = "sunny"\n'


def session_of(proxy: Proxy) -> LiveSession:
    [session] = proxy.live_sessions
    return session


async def ask_weather(scene: Scene) -> str:
    """The app asks, and nobody steers yet."""
    call_id = await scene.app.call_weather()
    assert not session_of(scene.proxy).is_steered
    return call_id


async def test_a_session_that_nobody_steers_has_no_director(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        await ask_weather(scene)


async def test_a_director_that_comes_late_knows_what_was_said(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        call_id = await ask_weather(scene)
        shown = await scene.control.ask(SessionShow())
        assert session_of(scene.proxy).is_steered
        [call] = shown.pending_calls
        assert (call.call_id, call.name) == (call_id, "get_weather")
        assert (shown.model, shown.active_response) == ("gpt-realtime", "")
        assert shown.last_seq == session_of(scene.proxy).tap.message_count


async def test_a_late_director_and_an_early_one_know_the_same(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as early, live(make_proxy) as late:
        await early.control.subscribe()
        for scene in (early, late):
            await scene.app.call_weather()
            await scene.app.write("hello")
            await scene.app.hear("response.done")
        first, second = session_of(early.proxy), session_of(late.proxy)
        assert (first.is_steered, second.is_steered) == (True, False)
        known = [session.director.ledger.conversation for session in (first, second)]
        kinds = [[(item.kind, item.is_listed) for item in each.items.in_order()] for each in known]
        assert kinds[0] == kinds[1]
        calls = [[call.name for call in each.calls.pending()] for each in known]
        assert calls[0] == calls[1] == ["get_weather"]


async def test_a_subscriber_wakes_all_directors(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        await ask_weather(scene)
        await scene.control.subscribe()
        assert session_of(scene.proxy).is_steered


async def test_a_rule_wakes_the_directors_of_its_sessions(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        await scene.control.ask(FaultsSet(faults=[]))
        assert not session_of(scene.proxy).is_steered
        await scene.control.ask(FaultsSet(faults=["late-cancel"]))
        assert session_of(scene.proxy).is_steered


async def test_a_mocks_file_is_read_again_when_it_changes(
    make_proxy: MakeProxy, tmp_path: Path, reports: list[str]
) -> None:
    path = tmp_path / "mocks.toml"
    path.write_text(MOCK.format(name="other"))
    async with live(make_proxy, mocks=path) as scene:
        path.write_text(MOCK.format(name="get_weather") * 2)
        await until_told(reports, "read again")
        assert len((await scene.control.ask(MocksGet())).rules) == 2
        path.write_text("[[mock]]\nnonsense = 1\n")
        await until_told(reports, "nonsense")
        mocks = await scene.control.ask(MocksGet())
        assert len(mocks.rules) == 2
        assert mocks.problem is not None
        await scene.app.call_weather()
        await scene.app.hear("response.done")


async def until_told(reports: list[str], words: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        for _ in itertools.count():
            if any(words in line for line in reports):
                return
            await asyncio.sleep(LOOK_S / 10)
