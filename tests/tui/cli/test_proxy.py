"""`realtap proxy` as a process: it announces itself, records, and stops in order."""

import asyncio
import json
import os
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner
from phone import OFFER, SDP, post
from realtap_process import COMMAND, running, talk_to
from websockets.sync.client import connect

from realtap.recordings.event import Closed
from realtap.recordings.reader import Recording
from realtap.tui.cli.exit_codes import ExitCode
from realtap.tui.cli.main import main

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal")


def start(tmp_path: Path, *more: str) -> tuple[str, ...]:
    return ("proxy", "--upstream", "sim", "--listen", "127.0.0.1:0", *more)


def test_stdout_has_the_address_and_nothing_else(tmp_path: Path) -> None:
    with running(*start(tmp_path), recordings=tmp_path) as proxy:
        assert proxy.url.startswith("ws://127.0.0.1:")
        code, stdout, stderr = proxy.interrupt()
    assert code == ExitCode.INTERRUPTED
    assert stdout == ""
    assert f'websocket_base_url="{proxy.url}"' in stderr
    assert "NO_PROXY=127.0.0.1,localhost" in stderr


def test_proxy_of_the_network_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hidden@127.0.0.1:1")
    monkeypatch.setenv("https_proxy", "http://me:hidden@127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    arguments = ("proxy", "--upstream", "wss://realtime.example", "--listen", "127.0.0.1:0")
    with running(*arguments, recordings=tmp_path) as proxy:
        _, _, stderr = proxy.interrupt()
    assert "through     127.0.0.1:1, which HTTPS_PROXY names\n" in stderr
    assert "hidden" not in stderr


def test_session_through_it_is_recorded_and_told(tmp_path: Path) -> None:
    with running(*start(tmp_path, "--headless"), recordings=tmp_path) as proxy:
        talk_to(proxy.url)
        _, _, stderr = proxy.interrupt()
    (path,) = tmp_path.glob("*.jsonl")
    assert next(event.type for event in Recording(path).events()) == "session.created"
    told = [line for line in stderr.splitlines() if line.startswith(f"session {path.stem}")]
    assert len(told) == 2


def test_ctrl_c_closes_open_sessions_in_order(tmp_path: Path) -> None:
    with running(*start(tmp_path), recordings=tmp_path) as proxy:
        url = f"{proxy.url}/realtime?model=gpt-realtime"
        key = {"Authorization": "Bearer sk-test"}
        with connect(url, additional_headers=key, proxy=None) as app:
            assert json.loads(app.recv())["type"] == "session.created"
            code, _, stderr = proxy.interrupt()
    assert code == ExitCode.INTERRUPTED
    assert "closing one session" in stderr
    assert "Traceback" not in stderr
    (path,) = tmp_path.glob("*.jsonl")
    assert [entry for entry in Recording(path).entries() if isinstance(entry, Closed)]
    assert app.close_code is not None


@pytest.mark.skipif(find_spec("mitmproxy") is None, reason="mitmproxy passes the request on")
def test_call_that_an_app_opens_is_joined_and_both_are_listed(tmp_path: Path) -> None:
    with running(*start(tmp_path, "--sideband"), recordings=tmp_path) as proxy:
        place = f"{proxy.url}/realtime/calls"
        call = asyncio.run(post(f"{place}?model=gpt-realtime", SDP, OFFER))
        proxy.wait_for("began: realtap/")
        asyncio.run(post(f"{place}/{call.call_id}/hangup"))
        proxy.wait_for("ended: ")
        proxy.interrupt()
    listed = CliRunner().invoke(main, ["ls", "--recordings", str(tmp_path)]).stdout.splitlines()
    assert any(f"POST /v1/realtime/calls 201, call {call.call_id} " in line for line in listed)
    [session] = [line for line in listed if " events " in line]
    assert "closed 1000" in session


def open_session_that_never_closes(url: str) -> socket.socket:
    """A client that has got through the handshake and says nothing more, not even a close."""
    host, _, port = url.removeprefix("ws://").removesuffix("/v1").partition(":")
    app = socket.create_connection((host, int(port)))
    app.sendall(
        b"GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"Sec-WebSocket-Version: 13\r\nAuthorization: Bearer sk-test\r\n\r\n"
    )
    assert app.recv(12) == b"HTTP/1.1 101"
    return app


def test_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    with (
        running(*start(tmp_path), recordings=tmp_path) as proxy,
        open_session_that_never_closes(proxy.url),
    ):
        proxy.send_interrupt()
        proxy.wait_for("closing one session")
        code, _, stderr = proxy.interrupt()
    assert code == ExitCode.INTERRUPTED
    # A session that is waited for tells how it ended.
    assert "ended" not in stderr


def test_session_that_never_closes_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with (
        running(*start(tmp_path), recordings=tmp_path) as proxy,
        open_session_that_never_closes(proxy.url),
    ):
        code, _, stderr = proxy.interrupt()
    assert code == ExitCode.INTERRUPTED
    assert "ended" in stderr
    assert "Traceback" not in stderr


def test_sigterm_stops_in_order_too(tmp_path: Path) -> None:
    with running(*start(tmp_path), recordings=tmp_path) as proxy:
        code, _, stderr = proxy.interrupt(signal.SIGTERM)
    assert code == ExitCode.INTERRUPTED
    assert "stopped" in stderr


@pytest.mark.parametrize("command", ["proxy", "sim"])
def test_port_in_use_names_the_flag_that_chooses_another(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        environment = {**os.environ, "REALTAP_RECORDINGS": str(tmp_path)}
        run = subprocess.run(
            [*COMMAND, command, "--listen", address],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
    assert run.returncode == ExitCode.WIRE
    assert "--listen" in run.stderr
    assert run.stderr.count("\n") == 1
    assert run.stdout == ""


def test_simulated_server_alone_answers(tmp_path: Path) -> None:
    with running("sim", "--listen", "127.0.0.1:0", "--fast", recordings=tmp_path) as sim:
        outcome = talk_to(sim.url)
        code, _, stderr = sim.interrupt()
    assert outcome.errors == ["missing_required_parameter"]
    assert code == ExitCode.INTERRUPTED
    assert "Traceback" not in stderr


def refused(tmp_path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """A proxy that does not start."""
    environment = {**os.environ, "REALTAP_RECORDINGS": str(tmp_path)}
    command = [*COMMAND, *start(tmp_path, "--headless", *more)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--fault", "stahl", "there is no fault 'stahl'; did you mean stall?"),
        ("--breakpoint", "type:", "type:"),
        ("--mocks", "missing.toml", "missing.toml"),
    ],
)
def test_rule_that_cannot_be_taken_is_refused_before_it_listens(
    tmp_path: Path, option: str, value: str, complaint: str
) -> None:
    run = refused(tmp_path, option, value)
    assert (run.returncode, run.stdout) == (ExitCode.USAGE, "")
    assert complaint in run.stderr
    assert "Traceback" not in run.stderr


def test_bad_mocks_file_is_refused_with_line_and_reason(tmp_path: Path) -> None:
    mocks = tmp_path / "mocks.toml"
    mocks.write_text('[[mock]]\ncall = "get_weather"\noutpt = "sunny"\n')
    run = refused(tmp_path, "--mocks", str(mocks))
    assert run.returncode == ExitCode.USAGE
    assert f"mocks file {mocks} line 3: outpt is unknown; did you mean output?" in run.stderr


def test_rules_are_told_and_a_mocks_file_that_goes_bad_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REALTAP_TOKEN", "the-token-of-this-test")
    mocks = tmp_path / "mocks.toml"
    mocks.write_text('[[mock]]\ncall = "get_weather"\noutput = "sunny"\n')
    rules = ("--mocks", str(mocks), "--fault", "stall:seconds=1", "--breakpoint", "type:error")
    with running(*start(tmp_path, *rules), recordings=tmp_path) as proxy:
        proxy.wait_for(f"mocks       {mocks}: mock get_weather")
        proxy.wait_for("faults      stall:seconds=1")
        proxy.wait_for("breakpoints type:error")
        mocks.write_text("[[mock\n")
        proxy.wait_for(f"mocks file {mocks} line 1")
        state = CliRunner().invoke(main, ["status", "--proxy", proxy.url])
    assert "  mocks       " in state.stdout
    assert "mocks.toml: mock get_weather\n" in state.stdout
    assert "not in force, what it said before is: mocks file" in state.stdout
