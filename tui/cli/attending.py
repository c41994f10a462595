"""Sits in a call: joins it through a proxy of its own, and prints what is recorded while it grows."""

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from ...proxy.door import Proxy
from ...proxy.runtime import noted
from ...proxy.session import SessionNews
from ...proxy.sideband import AZURE_PATH, OPENAI_PATH, SideBand, SideBands
from ...proxy.upstream import parse_upstream
from ...recordings.errors import UsageError, WireError
from ...recordings.folder import RecordingsFolder
from . import talk
from .api_keys import is_azure, key_headers
from .exit_codes import ExitCode
from .folding import FoldedRows
from .printing import PrintedRows
from .rows import Page, Rows
from .rules_options import Rules
from .sifting import print_recording
from .stopping import stop_signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Which call a person wants to join, and how."""

    call_id: str
    server: str
    """The upstream by the name that the person gave it."""
    folder: RecordingsFolder
    rules: Rules
    is_folded: bool
    is_quiet: bool


async def attend(attendance: Attendance) -> ExitCode:
    """Join the call, and print its events until it ends or the person has had enough.

    Raises:
        UsageError: There is no key for the server, or the upstream or a rule cannot be taken.
        WireError: The call cannot be joined.
    """
    server = attendance.server
    if server == "sim":
        raise UsageError(
            "--upstream sim is a server of its own, which holds no call yet: name the one that does "
            "by its address, such as ws://127.0.0.1:8485"
        )
    headers = key_headers(server, os.environ)
    recorded: list[Path] = []

    def remember(news: SessionNews) -> None:
        if not recorded:
            recorded.append(news.recording)

    with stop_signals() as stop:
        async with AsyncExitStack() as running:
            door = Proxy(
                parse_upstream(server),
                attendance.folder,
                port=0,
                # Why a call cannot be joined is told by the error.
                report=lambda line: talk.complain(line) if recorded else None,
                on_session=remember,
                mocks=attendance.rules.mocks,
            )
            attendance.rules.apply(door)
            proxy = await running.enter_async_context(door)
            running.enter_context(noted(proxy.note(os.getpid(), server)))
            path = AZURE_PATH if is_azure(server) else OPENAI_PATH
            side_bands = await running.enter_async_context(SideBands(proxy))
            call = await running.enter_async_context(
                side_bands.join(attendance.call_id, headers=headers, path=path)
            )
            if not recorded:
                raise WireError(f"call {attendance.call_id} ended at once")
            talk.say(f"joined {attendance.call_id}, recorded in {recorded[0]}")
            talk.say("realtap inject speaks in it; Ctrl-C leaves it, and the call goes on")
            await _sit_in(
                call, stop, None if attendance.is_quiet else _rows(attendance), recorded[0]
            )
    return ExitCode.INTERRUPTED if stop.is_set() else ExitCode.FINE


async def _sit_in(
    call: SideBand, stop: asyncio.Event, rows: PrintedRows | None, path: Path
) -> None:
    """Stay until the call ends, the person stops it, or nobody reads any more what is printed."""
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(call.wait()), loop.create_task(stop.wait())]
    if rows is not None:
        # In a thread: it waits with `time.sleep`, and a slow terminal must not hold up the relay.
        printing = asyncio.to_thread(print_recording, path, rows, is_followed=True)
        tasks.append(loop.create_task(printing))
    hearing, stopping, *printings = tasks
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await call.leave()
    # The recording has its end now, and that is printed, too.
    await asyncio.gather(hearing, *printings)


def _rows(attendance: Attendance) -> PrintedRows:
    page = Page.of_stdout()
    return PrintedRows(FoldedRows(page) if attendance.is_folded else Rows(page))
