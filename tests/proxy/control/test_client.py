"""How a proxy is found, and what a client says when there is none, or one that refuses."""

import asyncio
import os
from pathlib import Path

import pytest
from live import TOKEN, MakeProxy, live

from realtap.proxy import runtime
from realtap.proxy.control import Control, ControlClient, find_proxy
from realtap.proxy.control.methods import InjectOutput, SessionsList, Status
from realtap.proxy.runtime import RunningProxy, noted
from realtap.recordings.errors import InjectionError, WireError


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REALTAP_TOKEN", raising=False)
    monkeypatch.setattr(runtime, "notes_folder", lambda: tmp_path / "proxies")


def proxy_at(port: int, *, pid: int | None = None) -> RunningProxy:
    origin = f"ws://127.0.0.1:{port}"
    control = f"{origin}/_realtap/control"
    return RunningProxy(pid or os.getpid(), f"{origin}/v1", "sim", "/r", control, TOKEN)


def test_without_a_proxy_the_error_says_how_to_start_one() -> None:
    with pytest.raises(WireError, match="no proxy runs: start one with `realtap proxy`"):
        Control.find()
    with pytest.raises(WireError, match=r"no proxy runs at 127\.0\.0\.1:1: start"):
        find_proxy("127.0.0.1:1")


@pytest.mark.parametrize(
    "url",
    [
        None,
        "127.0.0.1:8484",
        "ws://127.0.0.1:8484/v1",
        "http://127.0.0.1:8484",
        "http://127.0.0.1:8484/",
        "ws://127.0.0.1:8484/_realtap/control",
    ],
)
def test_a_proxy_is_found_by_its_note(url: str | None) -> None:
    with noted(proxy_at(8484)):
        assert find_proxy(url) == proxy_at(8484)


@pytest.mark.parametrize("url", ["127.0.0.1:84", "127.0.0.1:84840", "127.0.0.2:8484", "ws://"])
def test_another_address_finds_none_and_is_told_those_that_run(url: str) -> None:
    with noted(proxy_at(8484)), pytest.raises(WireError, match="these run: ws://127"):
        find_proxy(url)


def test_of_several_proxies_the_newest_is_found() -> None:
    with noted(proxy_at(1, pid=os.getppid())), noted(proxy_at(2)):
        folder = runtime.notes_folder()
        os.utime(folder / f"{os.getppid()}.json", (1, 1))
        assert find_proxy() == proxy_at(2)
        assert find_proxy("127.0.0.1:1").url == "ws://127.0.0.1:1/v1"


async def test_a_wrong_token_is_told(
    make_proxy: MakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live(make_proxy) as scene:
        with noted(scene.proxy.note(os.getpid(), "sim")):
            monkeypatch.setenv("REALTAP_TOKEN", "wrong")
            with pytest.raises(WireError, match="refused: the token is missing or wrong"):
                async with Control.find():
                    raise AssertionError("it was let in")
            async with Control.find(token=TOKEN) as control:
                assert len(await control.ask(SessionsList())) == 1


async def test_a_channel_without_a_note_needs_url_and_token(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        for url in (scene.proxy.control_url, f"127.0.0.1:{scene.proxy.port}"):
            async with Control.find(url, token=TOKEN) as control:
                assert (await control.ask(Status())).url == scene.proxy.url


async def test_a_proxy_that_is_not_there_cannot_be_reached(unused_tcp_port: int) -> None:
    control = Control(f"ws://127.0.0.1:{unused_tcp_port}/_realtap/control", TOKEN)
    with pytest.raises(WireError, match="cannot be reached"):
        async with control:
            raise AssertionError("it was let in")


async def test_a_channel_that_is_not_open_says_so() -> None:
    with pytest.raises(WireError, match="use `async with`"):
        await Control("ws://127.0.0.1:1/_realtap/control", TOKEN).ask(Status())
    with pytest.raises(WireError, match="use `with`"):
        ControlClient("ws://127.0.0.1:1/_realtap/control", TOKEN).ask(Status())


async def test_a_client_without_asyncio_asks_the_same(make_proxy: MakeProxy) -> None:
    def ask(url: str, call_id: str) -> str:
        with ControlClient(url, TOKEN) as control:
            with pytest.raises(InjectionError, match=call_id):
                control.ask(InjectOutput(call_id="call_x", output="sunny"))
            return control.ask(InjectOutput(call_id=call_id, output="sunny")).text

    async with live(make_proxy) as scene:
        call_id = await scene.app.call_weather()
        text = await asyncio.to_thread(ask, scene.proxy.control_url, call_id)
        await scene.app.hear("response.done")
    assert text


async def test_what_is_asked_of_a_proxy_that_stops_fails(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        await scene.control.subscribe()
        await scene.proxy.stop()
        assert [change.what async for change in scene.control.changes()][-1:] in (["ended"], [])
        with pytest.raises(WireError, match="is gone"):
            await scene.control.ask(Status())


async def test_requests_at_the_same_time_get_their_own_answers(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        sessions, status = await asyncio.gather(
            scene.control.ask(SessionsList()), scene.control.ask(Status())
        )
    assert len(sessions) == 1
    assert status.url == scene.proxy.url
