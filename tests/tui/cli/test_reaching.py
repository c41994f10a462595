"""Which proxy a command speaks to."""

import asyncio
import os
from pathlib import Path

import pytest
from live import MakeProxy, live

from realtap.proxy.control import ControlClient
from realtap.proxy.control.methods import Status
from realtap.proxy.runtime import RunningProxy, noted
from realtap.recordings.errors import WireError
from realtap.tui.cli.reaching import Place


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy runs, and nothing is said in the environment."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("REALTAP_TOKEN", raising=False)


def note(port: int) -> RunningProxy:
    """A proxy of this process."""
    at = f"ws://127.0.0.1:{port}"
    return RunningProxy(os.getpid(), f"{at}/v1", "sim", "/r", f"{at}/_realtap/control", "token")


def url_of(client: ControlClient) -> str:
    return client._place.url


@pytest.mark.parametrize(
    ("proxy", "url"),
    [
        ("ws://127.0.0.1:8484/v1", "ws://127.0.0.1:8484/_realtap/control"),
        ("http://host:8484", "ws://host:8484/_realtap/control"),
        ("https://host/v1", "wss://host/_realtap/control"),
        ("localhost:8484", "ws://localhost:8484/_realtap/control"),
        ("[::1]:8484", "ws://[::1]:8484/_realtap/control"),
    ],
)
def test_proxy_and_token_are_enough_without_a_note(proxy: str, url: str) -> None:
    assert url_of(Place(proxy, "token").reach()) == url


def test_noted_proxy_needs_neither() -> None:
    with noted(note(8484)):
        assert url_of(Place(None, None).reach()) == "ws://127.0.0.1:8484/_realtap/control"
        assert url_of(Place("127.0.0.1:8484", None).reach()).endswith("/_realtap/control")


def test_proxy_that_does_not_run_is_refused_with_those_that_do() -> None:
    with noted(note(8484)), pytest.raises(WireError, match=r"these run: ws://127.0.0.1:8484/v1"):
        Place("ws://127.0.0.1:9", None).reach()


async def test_connection_is_open_inside_the_block(make_proxy: MakeProxy) -> None:
    async with live(make_proxy) as scene:
        place = Place(scene.proxy.url, scene.proxy.token)

        def ask() -> str:
            with place.reach() as control:
                return control.ask(Status()).url

        assert await asyncio.to_thread(ask) == scene.proxy.url
