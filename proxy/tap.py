"""The tap: the one place where a message is seen, numbered, timed, judged and recorded."""

import logging
from collections.abc import Callable
from typing import Final, Protocol

from ..recordings.event import (
    Closed,
    Event,
    Fate,
    Form,
    Header,
    Json,
    NameValues,
    Note,
    Opened,
    Origin,
    Released,
    Side,
)
from ..recordings.lines import classify
from ..recordings.redaction import Redactor
from ..recordings.writer import Writer
from .injection.verdict import FORWARD, Verdict, hold
from .wire.frames import Message

ABNORMAL: Final = 1006
"""What stands for a close code when there was no close frame (RFC 6455, section 7.1.5)."""

_GOING_ON: Final = frozenset({Fate.FORWARDED, Fate.EDITED})

RECORDED_BODY_LENGTH: Final = 16 * 1024
"""So many characters of a refusal's body are kept."""

_log = logging.getLogger(__name__)


class Judge(Protocol):
    """Decides what becomes of messages before they are recorded."""

    @property
    def wants(self) -> Callable[[str | None], bool]:
        """Says whether messages of a type are to be judged: asked for every message."""

    def judge(self, event: Event) -> Verdict:
        """What becomes of a message; the event holds it as it came, secrets included."""


class Tap:
    """One session's events, on their way from one side to the other.

    Args:
        header: The recording's.
        writer: The session's recording.
        redactor: Knows the session's secrets.
        clock: Seconds since the session started, monotonic.
        on_fault: Told when the tap itself fails, with a sentence for people.
    """

    def __init__(
        self,
        header: Header,
        writer: Writer,
        redactor: Redactor,
        *,
        clock: Callable[[], float],
        on_fault: Callable[[str], None],
    ) -> None:
        self.message_count = 0
        self.ending: tuple[Side, int] | None = None
        """Who ended the session, and the close code."""
        self.judge: Judge | None = None
        """Who decides about messages; without one all are forwarded."""
        self.header = header
        self.path = writer.path
        self.clock = clock
        self._writer = writer
        self._redactor = redactor
        self._on_fault = on_fault

    def receive_message(
        self, side: Side, message: Message, *, behind: int = 0, is_whole: bool = True
    ) -> Verdict:
        """Record a side's message; return what becomes of it, `FORWARD` unless somebody decides.

        Args:
            side: Who says it.
            message: What is said.
            behind: The number of a held message; this one waits for it, unless it is dropped.
            is_whole: False when its beginning has gone out already, so that nothing can be decided.
        """
        self.message_count = seq = self.message_count + 1
        verdict = FORWARD
        try:
            payload, is_text = message.payload, message.is_text
            if payload is None:
                payload, form, type_ = b"", Form.DIGEST, None
            else:
                form, type_ = classify(payload, is_text_frame=is_text)
            at = self.clock()
            if self.judge is not None and is_whole:
                event = Event(seq, at, side, type_, payload, form, is_text_frame=is_text)
                verdict = self._judged(self.judge, event)
            is_behind = behind and verdict.fate in _GOING_ON
            recorded = hold(f"behind {behind}") if is_behind else verdict
            self._record(seq, at, side, message, form=form, type_=type_, verdict=recorded)
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with us, the session goes on
            self._tell(error)
        return verdict

    def record_made_up(self, side: Side, payload: bytes, origin: Origin, why: str | None) -> None:
        """Record a message of our own, before it is sent."""
        self.message_count += 1
        self._safely(self._record_made_up, side, payload, origin, why)

    def record_release(self, seq: int, verdict: Verdict) -> None:
        """Record what became of a held message, before it goes on."""
        self._safely(self._record_release, seq, verdict)

    def receive_close(
        self, side: Side, code: int, reason: str, *, is_ours: bool = False, why: str | None = None
    ) -> None:
        """Record a close frame, or the end of a connection without one (code 1006).

        The first one ends the session; a second that differs is kept as a note.

        Args:
            side: Who ended the session, or seems to have.
            code: See `Closed.code`.
            reason: The close frame's reason.
            is_ours: True when the proxy itself ends the session.
            why: Who made it do so, for people.
        """
        if self.ending is None:
            self.ending = (side, code)
            self._safely(self._record_close, side, code, reason, is_ours, why)
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

    def fault(self, text: str) -> None:
        """Say loudly, and in the recording, that something of ours fails; the session goes on."""
        self._on_fault(text)
        self.note("fault", text)

    def end(self) -> None:
        """The session is over: close the recording."""
        self._writer.close()

    def _judged(self, judge: Judge, event: Event) -> Verdict:
        try:
            return judge.judge(event) if judge.wants(event.type) else FORWARD
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with a rule, the session goes on
            _log.exception("judging failed")
            self.fault(
                f"a fault of realtap: {type(error).__name__} while message {self.message_count} was "
                f"looked at, which goes on as it is: {error}"
            )
            return FORWARD

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

    def _record(
        self,
        seq: int,
        at: float,
        side: Side,
        message: Message,
        *,
        form: Form,
        type_: str | None,
        verdict: Verdict,
    ) -> None:
        payload, is_redacted = message.payload, False
        if payload is None:
            payload = b""
        else:
            payload, is_redacted = self._redactor.payload(payload)
            if is_redacted:
                # The marker may stand where the type was, or take the JSON apart.
                form, type_ = classify(payload, is_text_frame=message.is_text)
        sent = None
        if verdict.fate is Fate.EDITED and verdict.sent is not None:
            sent, is_sent_redacted = self._redactor.payload(verdict.sent)
            is_redacted = is_redacted or is_sent_redacted
        self._writer.write(
            Event(
                seq=seq,
                at=at,
                side=side,
                type=type_,
                payload=payload,
                form=form,
                is_text_frame=message.is_text,
                fate=verdict.fate,
                why=verdict.why,
                sent=sent,
                redacted=is_redacted,
                size=message.size if form is Form.DIGEST else None,
                sha256=message.sha256,
            )
        )

    def _record_made_up(self, side: Side, payload: bytes, origin: Origin, why: str | None) -> None:
        payload, is_redacted = self._redactor.payload(payload)
        form, type_ = classify(payload, is_text_frame=True)
        why = None if why is None else self._redactor.text(why)
        self._writer.write(
            Event(
                seq=self.message_count,
                at=self.clock(),
                side=side,
                type=type_,
                payload=payload,
                form=form,
                origin=origin,
                why=why,
                redacted=is_redacted,
            )
        )

    def _record_release(self, seq: int, verdict: Verdict) -> None:
        sent, is_redacted = None, False
        if verdict.fate is Fate.EDITED and verdict.sent is not None:
            sent, is_redacted = self._redactor.payload(verdict.sent)
        self._writer.write(
            Released(self.clock(), seq, verdict.fate, sent, verdict.why, redacted=is_redacted)
        )

    def _record_close(
        self,
        side: Side,
        code: int,
        reason: str,
        is_ours: bool,  # noqa: FBT001 -- private, passed on by _safely
        why: str | None,
    ) -> None:
        extra = {"origin": "injected"} if is_ours else {}
        if why is not None:
            extra["why"] = self._redactor.text(why)
        reason = self._redactor.text(reason)
        self._writer.write(
            Closed(at=self.clock(), side=side, code=code, reason=reason, extra=extra)
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
                at=self.clock(),
                status=status,
                headers=tuple(self._redactor.headers(headers)),
                subprotocol=selected,
                body=recorded_body,
            )
        )

    def _record_note(self, kind: str, text: str, facts: Json) -> None:
        note = {"kind": kind, "text": self._redactor.text(text), **facts}
        self._writer.write(Note(at=self.clock(), note=note))
