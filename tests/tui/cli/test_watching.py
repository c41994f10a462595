"""The watch over live sessions: findings are told while the session goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from realtap_process import running, talk_to
from scenes import error, function_call, output, session
from transcript import closed, transcript

from realtap.proxy.demo.mistakes import Mistake
from realtap.recordings import lines
from realtap.recordings.event import Closed, Entry, Side
from realtap.tui.cli.watching import Watch

WEATHER = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}


def write(path: Path, entries: list[Entry]) -> None:
    with path.open("ab") as file:
        for entry in entries:
            file.write(lines.encode(entry))  # type: ignore[arg-type]  # nothing here is Unknown


def stuck_session() -> list[Entry]:
    """A tool's output was sent, and nothing after it."""
    return transcript(
        session(tools=[WEATHER]),
        function_call("get_weather", {"city": "Oslo"}, call_id="call_1"),
        output("call_1", "rain"),
    )


def test_a_silence_is_found_while_nothing_happens(tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    write(path, stuck_session())
    now = [0.0]
    watch = Watch(path, wall_clock=lambda: now[0])
    assert [finding.slug for finding in watch.look()] == []
    started = watch.started_s
    now[0] = started + 8
    [finding] = watch.look()
    assert finding.slug == "missing-response-create"
    assert list(watch.look()) == []
    watch.close()


def test_a_watch_is_over_when_the_session_is(tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    write(path, stuck_session())
    watch = Watch(path, wall_clock=lambda: 0.0)
    list(watch.look())
    was_over = watch.is_over
    write(path, [Closed(at=60.0, side=Side.CLIENT, code=1000)])
    assert [finding.slug for finding in watch.look()] == ["missing-response-create"]
    assert (was_over, watch.is_over) == (False, True)
    watch.close()


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal")
def test_the_proxy_tells_what_is_wrong_with_a_session_that_goes_through_it(tmp_path: Path) -> None:
    arguments = ("proxy", "--upstream", "sim", "--listen", "127.0.0.1:0", "--headless")
    with running(*arguments, recordings=tmp_path) as proxy:
        talk_to(proxy.url, Mistake.UNKNOWN_CALL_ID)
        _, _, stderr = proxy.interrupt()
    assert "✗ error   unknown-call-id" in stderr
    assert "docs/findings/unknown-call-id.md" in stderr


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a signal")
def test_an_error_that_the_next_session_runs_into_again_is_told(tmp_path: Path) -> None:
    paths = [tmp_path / "first.jsonl", tmp_path / "second.jsonl"]
    for path in paths:
        write(path, transcript(session(), error("insufficient_quota"), closed()))
    told = subprocess.run(
        [sys.executable, "-m", "realtap.tui.cli.watching"],
        input="".join(f"{path}\n" for path in paths),
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stderr
    assert told.count("do not connect again") == 1
    assert "second" in told
