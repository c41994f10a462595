"""Keeps what was asked and answered by plain HTTP about Realtime, as a small recording of its own.

It has a header with `via` "http", one note, and an end, so that lists of sessions can show it among
them: minting a client's secret and opening a call are how many sessions begin.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

from ..recordings.event import Closed, Header, Note, Side
from ..recordings.folder import RecordingsFolder
from ..recordings.redaction import Redactor
from ..recordings.writer import Writer
from .capture import RestCall

VIA: Final = "http"
"""What `Header.via` says of such a recording."""

KIND: Final = "rest"
"""The kind of its note."""

RECORDED_BODY_LENGTH: Final = 16 * 1024
"""So many characters of each body are kept."""


def note_call(call: RestCall, folder: RecordingsFolder, report: Callable[[str], None]) -> Path:
    """Write the recording of one request.

    Args:
        call: What was asked and answered.
        folder: Where recordings lie.
        report: Takes one line for people when that fails.
    """
    redactor = Redactor()
    # The key is learned before anything is shown that may repeat it.
    request_headers = redactor.headers(call.request_headers)
    target = redactor.request_line_target(call.path)
    started = datetime.now(UTC) - timedelta(seconds=call.elapsed_s)
    path = folder.new_path(started, _what(call.path))
    header = Header(
        id=path.stem,
        started=started.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        via=VIA,
        upstream=f"{call.origin}{target}",
        client={"agent": _agent(call)},
        request={"path": target, "headers": request_headers},
        tool=f"realtap {version('realtap')}",
    )
    writer = Writer(path, header, on_fault=report)
    writer.write(Note(at=call.elapsed_s, note=_note(call, target, redactor)))
    writer.write(Closed(at=call.elapsed_s, side=Side.SERVER, code=1000))
    writer.close()
    return path


def _note(call: RestCall, target: str, redactor: Redactor) -> dict[str, object]:
    took = f"in {call.elapsed_s * 1000:.0f} ms"
    answer = f"answered {call.status} {took}" if call.status else f"not answered: {call.error}"
    note: dict[str, object] = {
        "kind": KIND,
        "text": redactor.text(f"{call.method} {target.partition('?')[0]} {answer}"),
        "method": call.method,
        "path": target,
        "status": call.status,
        "via": call.via,
    }
    if call.call_id is not None:
        note["call_id"] = call.call_id
    note["response_headers"] = redactor.headers(call.response_headers)
    # The answer first: it may hold a secret that the request repeats.
    response = redactor.text(call.response_body)[:RECORDED_BODY_LENGTH]
    note["request"] = redactor.text(call.request_body)[:RECORDED_BODY_LENGTH]
    note["response"] = response
    return note


def _agent(call: RestCall) -> str | None:
    return next(
        (value for name, value in call.request_headers if name.lower() == "user-agent"), None
    )


def _what(target: str) -> str:
    """The word in the path that tells what was asked, for the file's name."""
    path = target.partition("?")[0].rstrip("/")
    return path.rpartition("/realtime/")[2] or path.rpartition("/")[2]
