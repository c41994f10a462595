"""`realtap run`: a command with a proxy beside it, unchanged."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from realtap_process import COMMAND, DEADLINE_S

from realtap.proxy.tls import has_extra
from realtap.recordings.event import Header
from realtap.recordings.reader import Recording
from realtap.tui.cli.exit_codes import ExitCode
from realtap.tui.cli.main import main
from realtap.tui.cli.run import run as run_command

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the command is sent signals")

APP = """
import json, os
from websockets.sync.client import connect
url = os.environ["OPENAI_BASE_URL"].replace("http", "ws", 1) + "/realtime?model=gpt-realtime"
key = {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
with connect(url, additional_headers=key) as connection:
    connection.send('{"type": "response.create"}')
    while (event := json.loads(connection.recv()))["type"] != "response.done":
        pass
print(event["response"]["status"])
"""
"""An app that reads the usual variables; it knows nothing of realtap."""

OPENAI_APP = """
import asyncio, openai
async def talk():
    async with openai.AsyncOpenAI().realtime.connect(model="gpt-realtime") as connection:
        await connection.response.create()
        async for event in connection:
            if event.type == "response.done":
                return print(event.response.status)
asyncio.run(talk())
"""
"""The same with the client library that most have."""


def command(folder: Path, *words: str, options: tuple[str, ...] = ()) -> list[str]:
    """`realtap run … -- python -c …`, with the simulated server."""
    return [
        *(*COMMAND, "run", "--upstream", "sim", "--recordings", str(folder), *options),
        *("--", sys.executable, "-c", *words),
    ]


def environment(folder: Path) -> dict[str, str]:
    """Without the variables that realtap sets, and with notes of proxies that are only ours."""
    kept = {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()}
    return {**kept, "XDG_STATE_HOME": str(folder / "state")}


def run(
    folder: Path, *words: str, stdin: str = "", options: tuple[str, ...] = (), **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *words, options=options),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        env=environment(folder) | variables,
        check=False,
    )


@pytest.mark.parametrize("app", [APP, pytest.param(OPENAI_APP, marks=pytest.mark.slow)])
def test_app_that_knows_nothing_of_realtap_is_recorded(tmp_path: Path, app: str) -> None:
    result = run(tmp_path, app)
    assert (result.returncode, result.stdout) == (0, "completed\n")
    (path,) = tmp_path.glob("*.jsonl")
    assert next(iter(Recording(path).events())).type == "session.created"
    assert f"recorded 1 session in {tmp_path}\n  {path.stem}\n" in result.stderr


def test_findings_are_told_at_the_end(tmp_path: Path) -> None:
    create = """    connection.send('{"type": "response.create"}')\n"""
    hasty = APP.replace(create, create * 2)
    result = run(tmp_path, hasty)
    assert "response-create-while-active" in result.stderr
    assert "→ send response.create only when no response is active" in result.stderr


def test_exit_code_and_standard_input_are_the_commands_own(tmp_path: Path) -> None:
    result = run(tmp_path, "import sys; print(sys.stdin.read()); sys.exit(7)", stdin="hello")
    assert (result.returncode, result.stdout) == (7, "hello\n")


def test_command_that_opens_no_session_is_told_of_other_ways(tmp_path: Path) -> None:
    result = run(tmp_path, "pass")
    assert "no Realtime session was seen" in result.stderr
    assert "docs/clients.md" in result.stderr
    assert not list(tmp_path.glob("*.jsonl"))


def test_simulated_server_gets_no_real_key(tmp_path: Path) -> None:
    result = run(tmp_path, "import os; print(os.environ['OPENAI_API_KEY'])")
    assert result.stdout == "sk-realtap-run\n"


def test_options_of_the_proxy_are_taken(tmp_path: Path) -> None:
    result = run(tmp_path, APP, options=("--fault", "nonsense"))
    assert result.returncode == ExitCode.USAGE
    assert "nonsense" in result.stderr
    assert result.stdout == ""


def test_command_that_does_not_exist_ends_as_in_a_shell(tmp_path: Path) -> None:
    words = ["run", "--upstream", "sim", "--recordings", str(tmp_path), "no-such-command-here"]
    result = invoke(tmp_path, words)
    assert result.exit_code == 127
    assert "no-such-command-here cannot be run: No such file or directory" in result.stderr


def invoke(folder: Path, words: list[str]) -> Result:
    return CliRunner().invoke(main, words, env={"XDG_STATE_HOME": str(folder / "state")})


def test_run_without_a_command_says_that_one_is_missing(tmp_path: Path) -> None:
    result = invoke(tmp_path, ["run", "--upstream", "sim"])
    assert result.exit_code == ExitCode.USAGE
    assert "COMMAND" in result.stderr


@pytest.mark.parametrize(
    ("words", "options", "typed"),
    [
        (["--upstream", "sim", "app", "-x"], ["--upstream", "sim"], ("app", "-x")),
        (["--upstream=sim", "--", "app", "--", "-x"], ["--upstream=sim"], ("app", "--", "-x")),
        (["app", "--upstream", "own"], [], ("app", "--upstream", "own")),
        (["--", "--odd"], [], ("--odd",)),
    ],
)
def test_options_end_where_the_command_begins(
    words: list[str], options: list[str], typed: tuple[str, ...]
) -> None:
    context = run_command.make_context("run", words)
    assert context.meta["proxy_options"] == options
    assert context.params["command"] == typed


@contextmanager
def started(folder: Path, code: str) -> Iterator[subprocess.Popen[str]]:
    """The command after its app has said `ready`."""
    with subprocess.Popen(
        command(folder, code),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(folder),
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


READY = "import signal, sys; print('ready', flush=True)"


def test_signal_that_ends_the_command_is_its_exit_code(tmp_path: Path) -> None:
    with started(tmp_path, f"{READY}; signal.pause()") as process:
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 128 + signal.SIGTERM
    assert "no Realtime session was seen" in stderr


PATIENT_APP = APP.replace(
    """    connection.send('{"type": "response.create"}')\n""",
    """    connection.recv(); print("ready", flush=True); input()
    connection.send('{"type": "response.create"}')\n""",
)
"""An app that goes on with its open session when it is told to."""


needs_pidfd = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="no way to wait for a process of somebody else"
)


@contextmanager
def proxy_of(folder: Path) -> Iterator[tuple[int, Callable[[], bool]]]:
    """The proxy's process beside the command, and whether it ends soon."""
    (note,) = (folder / "state" / "realtap" / "proxies").glob("*.json")
    watched = os.pidfd_open(int(note.stem))
    try:
        yield int(note.stem), lambda: bool(select.select([watched], [], [], DEADLINE_S)[0])
    finally:
        os.close(watched)


@needs_pidfd
def test_killed_run_cuts_no_session_and_leaves_no_proxy(tmp_path: Path) -> None:
    with started(tmp_path, PATIENT_APP) as process, proxy_of(tmp_path) as (_, has_ended):
        process.kill()
        process.wait()
        stdout, _ = process.communicate("go\n", timeout=DEADLINE_S)
        assert stdout == "completed\n"
        assert has_ended()


@needs_pidfd
def test_proxy_that_dies_is_told(tmp_path: Path) -> None:
    with started(tmp_path, f"{READY}; input()") as process:
        with proxy_of(tmp_path) as (pid, has_ended):
            os.kill(pid, signal.SIGKILL)
            assert has_ended()
        _, stderr = process.communicate("go\n", timeout=DEADLINE_S)
    assert process.returncode == 0
    assert "the proxy ended before the command, with signal 9" in stderr
    assert "other ways to catch it" not in stderr


def test_command_decides_what_an_interrupt_means(tmp_path: Path) -> None:
    code = f"signal.signal(signal.SIGINT, lambda *_: sys.exit(5)); {READY.partition('; ')[2]}"
    with started(tmp_path, f"import signal, sys; {code}; signal.pause()") as process:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 5


def test_terminal_is_the_commands_own(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(tmp_path, "import sys; sys.exit(10 + sys.stdin.isatty() + sys.stdout.isatty())"),
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=environment(tmp_path),
    ) as process:
        assert process.wait(DEADLINE_S) == 12
    os.close(ours)
    os.close(theirs)


HARD_WIRED_APP = """
import json
from websockets.sync.client import connect
url = "wss://api.openai.com/v1/realtime?model=gpt-realtime"
with connect(url, additional_headers={"Authorization": "Bearer sk-own"}) as connection:
    connection.send('{"type": "response.create"}')
    while (event := json.loads(connection.recv()))["type"] != "response.done":
        pass
print(event["response"]["status"])
"""
"""An app that reads no variable; its library honours those for proxies and authorities."""

TLS_APP = APP.replace('"http", "ws"', '"http", "wss"')
"""An app that speaks TLS whatever the base URL says, as old versions of openai-python do."""


@pytest.mark.slow
@pytest.mark.skipif(not has_extra(), reason="mitmproxy opens TLS")
@pytest.mark.parametrize(("app", "via"), [(HARD_WIRED_APP, "mitm:regular"), (TLS_APP, "tls")])
def test_app_that_insists_on_tls_is_recorded(tmp_path: Path, app: str, via: str) -> None:
    """Nothing leaves this machine: with the simulated server, captured sessions go there."""
    result = run(tmp_path, app, options=("--confdir", str(tmp_path / "ca")))
    assert (result.returncode, result.stdout) == (0, "completed\n"), result.stderr
    (path,) = tmp_path.glob("*.jsonl")
    header = next(iter(Recording(path).entries()))
    assert isinstance(header, Header)
    assert header.via == via


@pytest.mark.slow
@pytest.mark.skipif(not has_extra(), reason="mitmproxy opens TLS")
def test_app_that_does_not_trust_the_authority_is_told_instead_of_other_ways(
    tmp_path: Path,
) -> None:
    own = "import os; del os.environ['SSL_CERT_FILE']\n"
    result = run(tmp_path, own + HARD_WIRED_APP, options=("--confdir", str(tmp_path / "ca")))
    assert "an app that asked for api.openai.com does not trust realtap's CA" in result.stderr
    assert "other ways to catch it" not in result.stderr


@pytest.mark.slow
@pytest.mark.skipif(not has_extra(), reason="mitmproxy opens TLS")
def test_other_ways_are_offered_when_capture_caught_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, "pass", options=("--confdir", str(tmp_path / "ca")))
    assert "realtap proxy --mode local:PROCESS" in result.stderr


@pytest.mark.slow
@pytest.mark.skipif(not has_extra(), reason="mitmproxy opens TLS")
@pytest.mark.parametrize("own", ["http://ada:secret@127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_proxy_that_mitmproxy_cannot_use_is_left_to_the_command(tmp_path: Path, own: str) -> None:
    result = run(
        tmp_path,
        "import os; print(os.environ['HTTPS_PROXY'])",
        options=("--confdir", str(tmp_path / "ca")),
        HTTPS_PROXY=own,
    )
    assert result.stdout == f"{own}\n"
    assert "hard-wired apps pass by" in result.stderr
    assert "secret" not in result.stderr
