"""Keeps what was asked and answered by plain HTTP about Realtime, as a small recording of its own.

It has a header with `via` "http", one note, and an end, so that lists of sessions can show it among
them: minting a client's secret and opening a call are how many sessions begin.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Final

from ..recordings.event import Closed, Header, Json, Note, Side
from ..recordings.folder import RecordingsFolder
from ..recordings.jsontext import loads
from ..recordings.plain import object_of, one_line, text_of
from ..recordings.redaction import Redactor
from ..recordings.rest_note import KIND, VIA
from ..recordings.writer import Writer
from .capture import RestCall

RECORDED_BODY_LENGTH: Final = 16 * 1024
"""So many characters of each body are kept."""

OUTCOME_LENGTH: Final = 300
"""So much is told of what a request made; the reason of a refusal may be long."""

_MINTING: Final = frozenset({"client_secrets", "sessions", "transcription_sessions"})
"""What is asked for a client's secret; the last two by apps of the beta API."""

_DONE: Final = {
    "accept": "accepted",
    "reject": "rejected",
    "refer": "referred",
    "hangup": "hung up",
}
"""What becomes of a call that is asked for it."""


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
    path = folder.new_path(started, _file_word(call.path))
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
    response_headers = redactor.headers(call.response_headers)
    # Each of the bodies may repeat a secret that only the other one shows to be one.
    redactor.body(call.request_body)
    response = redactor.body(call.response_body)[:RECORDED_BODY_LENGTH]
    request = redactor.body(call.request_body)[:RECORDED_BODY_LENGTH]
    outcome = redactor.text(one_line(_outcome(call)))[:OUTCOME_LENGTH]
    took = f"in {call.elapsed_s * 1000:.0f} ms"
    answer = f"answered {call.status} {took}" if call.status else "not answered"
    note: dict[str, object] = {
        "kind": KIND,
        "text": redactor.text(f"{call.method} {target.partition('?')[0]} {answer}")
        + (f": {outcome}" if outcome else ""),
        "method": call.method,
        "path": target,
        "status": call.status,
        "outcome": outcome,
        "via": call.via,
    }
    if call.call_id is not None:
        note["call_id"] = call.call_id
    return note | {
        "response_headers": response_headers,
        "request": request,
        "response": response,
    }


def _outcome(call: RestCall) -> str:
    """What the request made, or why it made nothing."""
    response = _object(call.response_body)
    if call.error:
        return call.error
    if call.status >= HTTPStatus.BAD_REQUEST:
        return text_of(object_of(response.get("error")).get("message"))
    if call.call_id is not None:
        return f"call {call.call_id}"
    *_, place, call_id, verb = ["", "", *_what(call.path)]
    if place == "calls" and verb in _DONE:
        return f"call {call_id} {_DONE[verb]}"
    if verb not in _MINTING:
        return ""
    model = _model(response) or _model(_object(call.request_body))
    return f"ephemeral key for {model}" if model else "ephemeral key"


def _model(body: Json) -> str:
    """The model of a session's settings: `session` has them, or, with the beta API, the body itself."""
    settings = object_of(body.get("session")) or body
    audio = object_of(object_of(settings.get("audio")).get("input"))
    transcriptions = (audio.get("transcription"), settings.get("input_audio_transcription"))
    places = (settings, *map(object_of, transcriptions))
    return next(filter(None, (text_of(each.get("model")) for each in places)), "")


def _object(body: str) -> Json:
    try:
        return object_of(loads(body.encode(errors="replace")))
    except ValueError:
        return {}


def _agent(call: RestCall) -> str | None:
    return next(
        (value for name, value in call.request_headers if name.lower() == "user-agent"), None
    )


def _what(target: str) -> list[str]:
    """The words in the path that tell what was asked: `calls`, or `calls`, an id and `hangup`."""
    path = target.partition("?")[0].rstrip("/")
    return (path.rpartition("/realtime/")[2] or path).split("/")


def _file_word(target: str) -> str:
    """What was asked, for the file's name: `calls-hangup`, without the call's long id."""
    words = _what(target)
    return "-".join(word for before, word in pairwise(["", *words]) if before != "calls")
