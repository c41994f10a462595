"""A recording as the app lived it: what it said, and what it got to hear.

What a mock or a person sent in the app's place is not the app's to say again; what was dropped on its
way to the app was never heard, and what was made up for it was. So a session with injections replays
as it was for the app.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..conversation import Seen
from ..errors import RecordingError
from ..event import Closed, Entry, Event, Fate, Form, Header, Json, Opened, Origin, Released, Side
from ..plain import object_of
from ..reader import Recording
from ..rest_note import ensure_session
from .identities import client_made_ids


@dataclass(frozen=True, slots=True)
class FromClient:
    """An event that the app sent."""

    seq: int
    at: float
    """Seconds since the session started."""
    type: str
    fields: Json
    """Empty for a message that is no JSON object."""
    payload: bytes
    audio_bytes: int | None
    """Decoded length of the audio of an append, which is a piece of one stream; None for others."""
    is_text: bool = True
    """False for a binary message, which no Realtime server takes."""

    @property
    def message(self) -> str | bytes:
        """As a library sends it."""
        return self.payload.decode(errors="replace") if self.is_text else self.payload

    @property
    def is_aside(self) -> bool:
        """See `is_aside`."""
        return is_aside(self.type, self.fields)


@dataclass(frozen=True, slots=True)
class FromServer:
    """A message that the app received."""

    seq: int
    at: float
    type: str
    payload: bytes
    is_text: bool


type Step = FromClient | FromServer


@dataclass(frozen=True)
class Script:
    """One session, to be played again."""

    name: str
    """The recording's id."""
    header: Header
    opened: Opened | None
    """The answer to the handshake; a refusal has another status than 101."""
    steps: tuple[Step, ...]
    """In the order in which the app saw them."""
    closed: Closed | None
    client_made: frozenset[str]
    """The ids that the app made: another run makes others."""
    entries: tuple[Entry, ...]
    """The recording as it is, without the header."""

    @classmethod
    def read(cls, path: Path) -> "Script":
        """The script of a recording.

        Raises:
            RecordingError: It cannot be read, or holds a message too long to have been kept.
        """
        recording = Recording(path)
        return cls.of(recording.entries(), path)

    @classmethod
    def of(cls, entries: Iterable[Entry], path: Path) -> "Script":
        """The script that entries make; `path` is for errors.

        Raises:
            RecordingError: There is no header or no session, or a message was too long to have been kept.
        """
        header: Header | None = None
        opened: Opened | None = None
        closed: Closed | None = None
        steps: list[Step] = []
        held: dict[int, Event] = {}
        kept: list[Entry] = []
        for entry in entries:
            kept.append(entry)
            match entry:
                case Header():
                    header = entry
                case Opened():
                    opened = entry
                case Closed():
                    closed = entry
                case Event(fate=Fate.HELD, side=Side.SERVER):
                    held[entry.seq] = entry
                case Event():
                    steps.extend(_steps(entry, path))
                case Released() if (event := held.pop(entry.seq, None)) is not None:
                    steps.extend(_steps(event.released(entry), path))
        if header is None:
            raise RecordingError("it has no header line", path=path)
        ensure_session(header, path)
        made = client_made_ids(_spoken(steps))
        rest = tuple(entry for entry in kept if not isinstance(entry, Header))
        return cls(header.id, header, opened, tuple(steps), closed, made, rest)

    @property
    def from_client(self) -> list[FromClient]:
        """What the app said, without the audio that it appended."""
        return [
            step for step in self.steps if isinstance(step, FromClient) and step.audio_bytes is None
        ]


def is_aside(type_: str, fields: Json) -> bool:
    """Whether an event of an app changes nothing of the conversation.

    Libraries say such things by themselves, from tasks of their own, so at any time: openai-agents
    looks at items, and switches tracing on when it hears `session.created`.
    """
    if type_ == "session.update":
        changed = object_of(fields.get("session")).keys()
        return "tracing" in changed and changed <= _BESIDE_TRACING
    return type_ == "conversation.item.retrieve"


_BESIDE_TRACING: Final = frozenset({"tracing", "type", "model"})


def seen_of(step: Step, payload: bytes, at: float) -> Seen:
    """A step as it is said, now or then."""
    side = Side.CLIENT if isinstance(step, FromClient) else Side.SERVER
    return Seen.of(Event(step.seq, at, side, step.type, payload))


def _steps(event: Event, path: Path) -> Iterator[Step]:
    if event.form is Form.DIGEST:
        what = f"event {event.seq} was too long to be kept, so this session cannot be replayed"
        raise RecordingError(what, path=path)
    if event.side is Side.CLIENT and event.origin is Origin.WIRE:
        yield _said(event)
    elif event.side is Side.SERVER and event.fate is not Fate.DROPPED:
        heard = event.as_sent() or event
        is_text = event.is_text_frame
        yield FromServer(event.seq, event.at, heard.type or "", heard.payload, is_text)


def _said(event: Event) -> FromClient:
    """What the app itself wrote, whatever became of it on its way."""
    own = Event(event.seq, event.at, event.side, event.type, event.payload, form=event.form)
    seen = Seen.of(own)
    return FromClient(
        seq=event.seq,
        at=event.at,
        type=seen.type,
        fields=seen.fields,
        payload=event.payload,
        audio_bytes=seen.audio_bytes if seen.is_audio else None,
        is_text=event.is_text_frame,
    )


def _spoken(steps: Iterable[Step]) -> Iterator[tuple[Side, Json]]:
    for step in steps:
        if isinstance(step, FromClient):
            yield Side.CLIENT, step.fields
        else:
            seen = seen_of(step, step.payload, step.at)
            if not seen.is_audio:
                yield Side.SERVER, seen.fields
