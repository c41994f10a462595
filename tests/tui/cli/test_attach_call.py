"""`realtap attach-call`: a call, joined on the side, recorded and printed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from phone import KEY, OFFER, SDP, hear_until, post, say
from raw_peers import PATIENCE_S
from realtap_process import COMMAND
from websockets.asyncio.client import connect

from realtap.proxy.simulator import Simulator
from realtap.recordings.event import Closed, Event, Header, Side
from realtap.recordings.reader import Recording
from realtap.tui.cli.exit_codes import ExitCode
from realtap.tui.cli.main import main


@pytest.fixture(autouse=True)
def _own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Other proxies of this machine are not to be found."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def recorded(folder: Path) -> Recording:
    """The one recording."""
    (path,) = folder.glob("*.jsonl")
    return Recording(path)


class Attached:
    """The command, in a process of its own, in a call."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def wait_for(self, words: str) -> str:
        """The next line of stderr that tells them."""
        assert self.process.stderr is not None
        async with asyncio.timeout(PATIENCE_S):
            while words not in (line := (await self.process.stderr.readline()).decode()):
                assert line, "the command ended"
        return line

    async def end(self) -> tuple[int | None, str]:
        """Wait until it ends; the exit code and stdout."""
        async with asyncio.timeout(PATIENCE_S):
            stdout, _ = await self.process.communicate()
        return self.process.returncode, stdout.decode()


async def start(simulator: Simulator, call_id: str, folder: Path) -> asyncio.subprocess.Process:
    upstream = simulator.url.removesuffix("/v1")
    arguments = ("attach-call", call_id, "--upstream", upstream, "--recordings", str(folder))
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*COMMAND, *arguments, stdout=pipe, stderr=pipe)


@asynccontextmanager
async def attached(simulator: Simulator, call_id: str, folder: Path) -> AsyncIterator[Attached]:
    process = await start(simulator, call_id, folder)
    attached = Attached(process)
    try:
        await attached.wait_for("joined rtc")
        yield attached
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def call(simulator: Simulator) -> str:
    place = f"{simulator.url}/realtime/calls?model=gpt-realtime"
    return (await post(place, SDP, OFFER)).call_id


async def test_call_is_recorded_and_printed_until_it_ends(tmp_path: Path) -> None:
    async with Simulator(fast=True) as simulator:
        call_id = await call(simulator)
        uri = f"{simulator.url}/realtime?call_id={call_id}"
        async with attached(simulator, call_id, tmp_path) as attendant:
            async with connect(uri, additional_headers=KEY, proxy=None) as app:
                await say(app, "response.create")
                await hear_until(app, "rate_limits.updated")
            await post(f"{simulator.url}/realtime/calls/{call_id}/hangup")
            code, stdout = await attendant.end()
    assert code == ExitCode.FINE
    assert "response.done" in stdout
    entries = list(recorded(tmp_path).entries())
    assert isinstance(entries[0], Header)
    assert entries[0].via == "sideband"
    assert isinstance(entries[-1], Closed)
    types = [entry.type for entry in entries if isinstance(entry, Event)]
    assert types[0] == "response.created"
    assert "session.created" not in types


async def test_injection_works_on_a_call(tmp_path: Path) -> None:
    async with Simulator(fast=True) as simulator:
        async with attached(simulator, await call(simulator), tmp_path) as attendant:
            inject = await asyncio.create_subprocess_exec(*COMMAND, "inject", "response")
            assert await inject.wait() == ExitCode.FINE
            attendant.process.terminate()
            code, stdout = await attendant.end()
    assert code == ExitCode.INTERRUPTED
    first = next(iter(recorded(tmp_path).events()))
    assert (first.side, first.type, first.origin) == (Side.CLIENT, "response.create", "injected")
    assert "response.create" in stdout


async def test_leaving_a_call_does_not_end_it(tmp_path: Path) -> None:
    async with Simulator(fast=True) as simulator:
        call_id = await call(simulator)
        async with attached(simulator, call_id, tmp_path) as attendant:
            attendant.process.terminate()
            await attendant.end()
        answer = await post(f"{simulator.url}/realtime/calls/{call_id}/hangup")
    assert answer.status == 200


async def test_unknown_call_is_refused_with_the_servers_words(tmp_path: Path) -> None:
    async with Simulator() as simulator:
        attendant = Attached(await start(simulator, "rtc_gone", tmp_path))
        line = await attendant.wait_for("cannot be joined")
        code, _ = await attendant.end()
    assert code == ExitCode.WIRE
    assert "No session found for the provided call_id" in line


def test_call_needs_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    result = CliRunner().invoke(main, ["attach-call", "rtc_1", "--recordings", str(tmp_path)])
    assert result.exit_code == ExitCode.USAGE
    assert "put it into OPENAI_API_KEY" in result.stderr


def test_simulated_server_of_the_command_holds_no_call(tmp_path: Path) -> None:
    arguments = ["attach-call", "rtc_1", "--upstream", "sim", "--recordings", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == ExitCode.USAGE
    assert "name the one that does by its address" in result.stderr


async def test_reader_who_has_had_enough_ends_it(tmp_path: Path) -> None:
    async with Simulator(fast=True) as simulator:
        call_id = await call(simulator)
        attendant = Attached(await start(simulator, call_id, tmp_path))
        await attendant.wait_for("joined rtc")
        ours = attendant.process._transport.get_pipe_transport(1)  # type: ignore[attr-defined]  # no public way to close it
        ours.close()
        uri = f"{simulator.url}/realtime?call_id={call_id}"
        async with connect(uri, additional_headers=KEY, proxy=None) as app:
            await say(app, "response.create")
            await hear_until(app, "rate_limits.updated")
        async with asyncio.timeout(PATIENCE_S):
            assert await attendant.process.wait() == ExitCode.FINE
