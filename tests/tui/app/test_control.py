"""Finding the proxy of a recording, and hearing from it."""

import os
from pathlib import Path

import pytest
from live import MakeProxy, live

from realtap.proxy.control.methods import FaultsSet, SessionShow
from realtap.proxy.runtime import RunningProxy, noted
from realtap.recordings.errors import WireError
from realtap.tui.app.control import Link, proxies_of


@pytest.fixture(autouse=True)
def _own_notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def proxy_in(folder: Path, control: str = "ws://127.0.0.1:1/_realtap/control") -> RunningProxy:
    return RunningProxy(os.getpid(), "ws://127.0.0.1:1/v1", "sim", str(folder), control, "token")


def test_proxy_of_another_folder_is_not_that_of_a_recording(tmp_path: Path) -> None:
    with noted(proxy_in(tmp_path / "here")):
        assert len(proxies_of(tmp_path / "here" / "a.jsonl")) == 1
        assert proxies_of(tmp_path / "there" / "a.jsonl") == []


def test_proxy_without_a_control_channel_cannot_be_asked(tmp_path: Path) -> None:
    with noted(proxy_in(tmp_path, control="")):
        assert proxies_of(tmp_path / "a.jsonl") == []


async def test_proxy_that_does_not_answer_is_none(tmp_path: Path) -> None:
    with noted(proxy_in(tmp_path)):
        with pytest.raises(WireError, match="no running proxy has the session a open"):
            await Link.open(tmp_path / "a.jsonl", "a")


async def test_session_that_the_proxy_does_not_have_open_is_refused(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        with noted(scene.proxy.note(os.getpid(), "sim")):
            with pytest.raises(WireError, match="only a live session can be steered"):
                await Link.open(scene.proxy.recordings / "old.jsonl", "old")


async def test_link_knows_the_session_and_hears_what_changes(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        [recording] = scene.proxy.recordings.glob("*.jsonl")
        with noted(scene.proxy.note(os.getpid(), "sim")):
            link = await Link.open(recording, recording.stem)
        told: list[list[str]] = []
        link.watch(lambda: told.append(link.state.faults))
        await link.ask(FaultsSet(faults=["stall"]))
        assert (await link.ask(SessionShow())).id == link.session.id
        while not told:
            await link.refresh()
        assert told[-1] == ["stall"]
        await link.close()
        assert not link.is_open


async def test_link_hears_that_the_session_is_over(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        [recording] = scene.proxy.recordings.glob("*.jsonl")
        with noted(scene.proxy.note(os.getpid(), "sim")):
            link = await Link.open(recording, recording.stem)
        await scene.app.close()
        while link.is_open:
            await link.refresh()
        await link.close()
