"""The tap: the one place where a message is seen, numbered, timed, recorded and passed on."""

import logging
from collections.abc import Callable
from typing import Final

from ..recordings.event import Closed, Event, Form, Json, NameValues, Note, Opened, Side
from ..recordings.lines import classify
from ..recordings.redaction import Redactor
from ..recordings.writer import Writer
from .wire.frames import Message

ABNORMAL: Final = 1006
"""What stands for a close code when there was no close frame (RFC 6455, section 7.1.5)."""

RECORDED_BODY_LENGTH: Final = 16 * 1024
"""So many characters of a refusal's body are kept."""

_log = logging.getLogger(__name__)


class Tap:
    """One session's events, on their way from one side to the other.

    Args:
        writer: The session's recording.
        redactor: Knows the session's secrets.
        clock: Seconds since the session started, monotonic.
        on_fault: Told when the tap itself fails, with a sentence for people.
    """

    def __init__(
        self,
        writer: Writer,
        redactor: Redactor,
        *,
        clock: Callable[[], float],
        on_fault: Callable[[str], None],
    ) -> None:
        self.message_count = 0
        self.ending: tuple[Side, int] | None = None
        """Who ended the session, and the close code."""
        self._writer = writer
        self._redactor = redactor
        self._clock = clock
        self._on_fault = on_fault

    def receive_message(self, side: Side, message: Message) -> bytes:
        """Record a side's message; return the bytes that go on to the other side.

        This is where a later decision to drop, hold or edit belongs: nothing, later, or other bytes.
        """
        self.message_count += 1
        try:
            self._record(side, message)
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with us, the session goes on
            self._tell(error)
        return message.wire

    def receive_close(self, side: Side, code: int, reason: str, *, is_ours: bool = False) -> None:
        """Record a close frame, or the end of a connection without one (code 1006).

        The first one ends the session; a second that differs is kept as a note.

        Args:
            side: Who ended the session, or seems to have.
            code: See `Closed.code`.
            reason: The close frame's reason.
            is_ours: True when the proxy itself ends the session.
        """
        if self.ending is None:
            self.ending = (side, code)
            self._safely(self._record_close, side, code, reason, is_ours)
        elif code not in {ABNORMAL, self.ending[1]}:
            self.note("close", f"{side} closed with code {code} {reason}".rstrip(), code=code)

    def receive_answer(
        self, status: int, headers: NameValues, subprotocol: str | None, body: str | None = None
    ) -> None:
        """Record the answer to the handshake."""
        self._safely(self._record_answer, status, headers, subprotocol, body)

    def note(self, kind: str, text: str, **facts: object) -> None:
        """Record something that is no message."""
        self._safely(self._record_note, kind, text, facts)

    def end(self) -> None:
        """The session is over: close the recording."""
        self._writer.close()

    # Private: what is written.

    def _safely[**P](
        self, record: Callable[P, None], /, *arguments: P.args, **options: P.kwargs
    ) -> None:
        try:
            record(*arguments, **options)
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with us, the session goes on
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        """Say loudly that a part of the session is not recorded."""
        _log.exception("recording failed")
        self._on_fault(
            f"a fault of realtap: {type(error).__name__} while recording message "
            f"{self.message_count}; the session goes on, and this part of it is unrecorded"
        )

    def _record(self, side: Side, message: Message) -> None:
        if message.payload is None:
            payload, is_redacted, form, type_ = b"", False, Form.DIGEST, None
        else:
            payload, is_redacted = self._redactor.payload(message.payload)
            form, type_ = classify(payload, is_text_frame=message.is_text)
        self._writer.write(
            Event(
                seq=self.message_count,
                at=self._clock(),
                side=side,
                type=type_,
                payload=payload,
                form=form,
                is_text_frame=message.is_text,
                redacted=is_redacted,
                size=message.size if form is Form.DIGEST else None,
                sha256=message.sha256,
            )
        )

    def _record_close(self, side: Side, code: int, reason: str, is_ours: bool) -> None:  # noqa: FBT001 -- private, passed on by _safely
        extra = {"origin": "injected"} if is_ours else {}
        reason = self._redactor.text(reason)
        self._writer.write(
            Closed(at=self._clock(), side=side, code=code, reason=reason, extra=extra)
        )

    def _record_answer(
        self, status: int, headers: NameValues, subprotocol: str | None, body: str | None
    ) -> None:
        # A server may echo the subprotocol that holds the key. The body is cut after it was
        # redacted: half a secret is not known again.
        selected = None if subprotocol is None else self._redactor.subprotocols([subprotocol])[0]
        recorded_body = None if body is None else self._redactor.text(body)[:RECORDED_BODY_LENGTH]
        self._writer.write(
            Opened(
                at=self._clock(),
                status=status,
                headers=tuple(self._redactor.headers(headers)),
                subprotocol=selected,
                body=recorded_body,
            )
        )

    def _record_note(self, kind: str, text: str, facts: Json) -> None:
        note = {"kind": kind, "text": self._redactor.text(text), **facts}
        self._writer.write(Note(at=self._clock(), note=note))
