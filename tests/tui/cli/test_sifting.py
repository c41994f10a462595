"""Reading a recording for `realtap show`, also while it grows."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from realtap_process import COMMAND, DEADLINE_S

from realtap.recordings import lines
from realtap.recordings.event import Closed, Event, Header, Side
from realtap.tui.cli.exit_codes import ExitCode

HEADER = Header("live", "2026-01-01T00:00:00Z", "sim", "ws://127.0.0.1")
END = Closed(9.0, Side.SERVER, 1001, "expired")


def event(seq: int, type_: str, **fields: Any) -> Event:
    payload = json.dumps({"type": type_, **fields}).encode()
    return Event(seq, seq / 10, Side.SERVER, type_, payload)


def append(path: Path, *written: Any) -> None:
    with path.open("ab") as file:
        for each in written:
            file.write(each if isinstance(each, bytes) else lines.encode(each))


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """A recording that has begun."""
    path = tmp_path / "live.jsonl"
    append(path, HEADER, event(1, "session.created"))
    return path


@contextmanager
def showing(path: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`realtap show PATH …` in a process of its own."""
    with subprocess.Popen(
        [*COMMAND, "show", str(path), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(f"{words!r} was never printed")


def end_of(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    stdout, stderr = process.communicate(timeout=DEADLINE_S)
    return process.returncode, stdout, stderr


def test_followed_recording_is_shown_until_the_session_ends(live: Path) -> None:
    with showing(live, "--follow") as show:
        read_until(show, "session.created")
        append(live, event(2, "response.created"), lines.encode(event(3, "response.done"))[:20])
        read_until(show, "response.created")
        append(live, lines.encode(event(3, "response.done"))[20:], END)
        code, stdout, stderr = end_of(show)
    assert code == ExitCode.FINE
    assert "response.done" in stdout
    assert "closed by the server with 1001" in stdout
    assert stderr == ""


def test_filter_is_at_work_while_a_recording_is_followed(live: Path) -> None:
    with showing(live, "--follow", "--where", "type:response.*") as show:
        append(live, event(2, "response.created"), event(3, "error"))
        line = read_until(show, "response")
        append(live, event(4, "response.done"), END)
        code, stdout, _ = end_of(show)
    assert (code, line.split()[0], stdout.split()[0]) == (ExitCode.FINE, "2", "4")
    assert "error" not in stdout


def test_findings_are_judged_while_a_recording_is_followed(live: Path) -> None:
    with showing(live, "--follow", "--where", "finding:*") as show:
        output = {"type": "function_call_output", "call_id": "call_9", "output": "rain"}
        sent = event(3, "conversation.item.create", item=output)
        append(live, event(2, "x"), msgspec.structs.replace(sent, side=Side.CLIENT))
        assert read_until(show, "call_9").split()[0] == "3"
        append(live, END)
        assert end_of(show)[0] == ExitCode.FINE


def test_folded_run_is_shown_when_a_followed_session_is_left(live: Path) -> None:
    with showing(live, "--follow", "--fold") as show:
        read_until(show, "session.created")
        append(live, event(2, "response.done"), event(3, "response.output_text.delta", delta="Hi"))
        read_until(show, "response.done")
        show.send_signal(signal.SIGINT)
        code, stdout, _ = end_of(show)
    assert code == ExitCode.INTERRUPTED
    assert stdout == "" or "Hi" in stdout


def test_interrupt_ends_with_130(live: Path) -> None:
    with showing(live, "--follow") as show:
        read_until(show, "session.created")
        show.send_signal(signal.SIGINT)
        code, _, stderr = end_of(show)
    assert code == ExitCode.INTERRUPTED
    assert "Traceback" not in stderr


@pytest.mark.parametrize(("harm", "told"), [(Path.unlink, "deleted"), (None, "was cut to 10")])
def test_followed_recording_that_vanishes_ends_with_4(live: Path, harm: Any, told: str) -> None:
    with showing(live, "--follow") as show:
        read_until(show, "session.created")
        if harm is None:
            os.truncate(live, 10)
        else:
            harm(live)
        code, _, stderr = end_of(show)
    assert code == ExitCode.RECORDING
    assert told in stderr
    assert stderr.count("\n") == 1


def test_torn_last_line_is_told(live: Path) -> None:
    append(live, lines.encode(event(2, "response.created"))[:40])
    with showing(live) as show:
        code, stdout, stderr = end_of(show)
    assert code == ExitCode.FINE
    assert "session.created" in stdout
    assert "line 3: the last line is torn" in stderr


def test_last_line_without_its_newline_is_shown(live: Path) -> None:
    append(live, lines.encode(event(2, "response.created")).rstrip(b"\n"))
    for options in ((), ("--where", "type:response.*")):
        with showing(live, *options) as show:
            _, stdout, stderr = end_of(show)
        assert "response.created" in stdout
        assert stderr == ""


def test_damaged_line_is_told_with_its_number(live: Path) -> None:
    append(live, b"garbage\n", event(2, "response.created"))
    for options in ((), ("--where", "type:response.*")):
        with showing(live, *options) as show:
            _, stdout, stderr = end_of(show)
        assert "response.created" in stdout
        assert "line 3:" in stderr
