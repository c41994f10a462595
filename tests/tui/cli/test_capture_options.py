"""The options that capture apps: from the command line to mitmproxy, and what is refused."""

import ssl
from pathlib import Path

import pytest
from doors import need_extra
from realtap_process import running
from websockets.sync.client import connect

from realtap.proxy.capture import Capture
from realtap.proxy.tls import Authority
from realtap.recordings.errors import UsageError
from realtap.tui.cli.capture_options import capture_arguments, refuse_remote_modes


def test_the_options_can_be_written_again() -> None:
    capture = Capture(("regular@8485", "socks5"), ("a.test", "b.test:80"), Path("/conf"))
    assert capture_arguments(capture) == [
        *("--mode", "regular@8485", "--mode", "socks5"),
        *("--realtime-host", "a.test", "--realtime-host", "b.test:80"),
        *("--confdir", "/conf"),
    ]


@pytest.mark.parametrize("mode", ["regular@0.0.0.0:8485", "socks5@[::]:1", "wireguard@192.0.2.1:1"])
def test_a_mode_that_other_machines_can_reach_needs_to_be_wanted(mode: str) -> None:
    refuse_remote_modes(Capture((mode,)), allow_remote=True)
    with pytest.raises(UsageError, match="--allow-remote"):
        refuse_remote_modes(Capture((mode,)), allow_remote=False)


@pytest.mark.parametrize("mode", ["regular", "regular@8485", "local:curl", "regular@127.0.0.1:1"])
def test_a_mode_on_loopback_is_let_through(mode: str) -> None:
    refuse_remote_modes(Capture((mode,)), allow_remote=False)


def test_an_app_that_is_hard_wired_to_openai_talks_to_the_simulated_server(
    tmp_path: Path, confdir: Path
) -> None:
    need_extra()
    options = ("--upstream", "sim", "--mode", "regular@0", "--confdir", str(confdir))
    listen = ("--headless", "--listen", "127.0.0.1:0")
    trusting = ssl.create_default_context(cafile=Authority(confdir).certificate)
    with running("proxy", *options, *listen, recordings=tmp_path / "recordings") as proxy:
        place = proxy.wait_for("captures    regular@0 ").split()[-1]
        with connect(
            "wss://api.openai.com/v1/realtime?model=gpt-realtime",
            proxy=f"http://{place}",
            ssl=trusting,
            additional_headers={"Authorization": "Bearer sk-simulated"},
        ) as app:
            assert "session.created" in str(app.recv(timeout=10))
        proxy.interrupt()
    [path] = (tmp_path / "recordings").glob("*.jsonl")
    assert '"via":"mitm:regular"' in path.read_text()
