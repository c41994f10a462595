"""Takes the secrets out of whole entries, as the tap does with each part of a live session.

What another tool kept has all of them; a recording has none, unless another hand wrote it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from ..event import (
    Closed,
    Event,
    Header,
    Json,
    NameValues,
    Note,
    Opened,
    Released,
    Unknown,
)
from ..jsontext import loads
from ..lines import classify
from ..plain import encoded, object_of
from ..redaction import Redactor
from .foreign import Line


def clean_header(header: Header, redactor: Redactor) -> Header:
    """The header without secrets; the redactor learns those that were in it."""
    headers = redactor.headers(_pairs(header.request.get("headers")))
    request = {
        **_clean_object(header.request, redactor),
        "path": redactor.request_line_target(_sound(str(header.request.get("path") or ""))),
        "headers": [list(pair) for pair in headers],
        "subprotocols": redactor.subprotocols(_texts(header.request.get("subprotocols"))),
    }
    return replace(
        header,
        upstream=redactor.url(_sound(header.upstream)),
        client=_clean_object(header.client, redactor),
        request=request,
        extra=_clean_object(header.extra, redactor),
    )


def clean_line(line: Line, redactor: Redactor) -> Line:
    """The line without secrets; the redactor learns those that were in it."""
    match line:
        case Event():
            return _clean_event(line, redactor)
        case Released():
            sent, is_redacted = _clean_sent(line.sent, redactor)
            return replace(
                line,
                sent=sent,
                why=_clean_text(line.why, redactor),
                redacted=line.redacted or is_redacted,
                extra=_clean_object(line.extra, redactor),
            )
        case Opened():
            return _clean_answer(line, redactor)
        case Closed():
            reason = redactor.text(_sound(line.reason))
            return replace(line, reason=reason, extra=_clean_object(line.extra, redactor))
        case Note():
            note, extra = (_clean_object(each, redactor) for each in (line.note, line.extra))
            return replace(line, note=note, extra=extra)
    return Unknown(redactor.payload(line.line)[0])


def _clean_event(event: Event, redactor: Redactor) -> Event:
    payload, is_payload_redacted = redactor.payload(event.payload)
    sent, is_sent_redacted = _clean_sent(event.sent, redactor)
    form, type_ = event.form, event.type
    if is_payload_redacted:
        # The marker may stand where the type was, or take the JSON apart.
        form, type_ = classify(payload, is_text_frame=event.is_text_frame)
    return msgspec.structs.replace(
        event,
        payload=payload,
        form=form,
        type=type_,
        sent=sent,
        why=_clean_text(event.why, redactor),
        redacted=event.redacted or is_payload_redacted or is_sent_redacted,
        extra=_clean_object(event.extra, redactor),
    )


def _clean_answer(opened: Opened, redactor: Redactor) -> Opened:
    selected = opened.subprotocol
    return replace(
        opened,
        headers=tuple(redactor.headers(_pairs(opened.headers))),
        subprotocol=None if selected is None else redactor.subprotocols([_sound(selected)])[0],
        body=_clean_text(opened.body, redactor),
        extra=_clean_object(opened.extra, redactor),
    )


def _clean_sent(sent: bytes | None, redactor: Redactor) -> tuple[bytes | None, bool]:
    return (None, False) if sent is None else redactor.payload(sent)


def _clean_text(text: str | None, redactor: Redactor) -> str | None:
    return None if text is None else redactor.text(_sound(text))


def _clean_object(value: Mapping[str, Any], redactor: Redactor) -> Json:
    """An object of our own, or of a newer version: each string in it may hold words."""
    if not value:
        return {}
    text, _ = redactor.payload(_sound(encoded(dict(value))).encode())
    try:
        return object_of(loads(text))
    except ValueError:
        # Another hand wrote numbers that JSON has no spelling for.
        return {}


def _pairs(value: object) -> NameValues:
    """Pairs of a header that any hand may have written."""
    listed = value if isinstance(value, list | tuple) else ()
    return tuple(
        (_sound(str(pair[0])), _sound(str(pair[1])))
        for pair in listed
        if isinstance(pair, list | tuple) and len(pair) == 2
    )


def _texts(value: object) -> list[str]:
    listed = value if isinstance(value, list) else []
    return [_sound(each) for each in listed if isinstance(each, str)]


def _sound(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON may hold and no file can."""
    return text.encode("utf-8", "replace").decode()
