"""Where a live session leaves its recording, told so that one knows what to do.

Which event it is, what had been said until then, at which field it differs, what was expected and
what came, which recorded events come nearest, and what can be done. Made by `place`.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ..event import Json
from ..plain import compact, safe
from .matching import ABSENT, Difference
from .script import FromClient

DIFFERENCES: Final = 8
"""So many fields are told of each."""

_VALUE_LIMIT: Final = 200


class Cause(StrEnum):
    """How a session left its recording."""

    DIFFERENT = "different"
    """The app said something else than it did."""
    EXTRA = "extra"
    """The app said something after all that it said in the recording."""
    OTHER_AUDIO = "other audio"
    """The app appended other audio; only when that matters."""
    REFUSED = "refused"
    """The app said what a real server refuses."""
    SILENT = "silent"
    """It was the app's turn, and it said nothing."""
    CLOSED = "closed"
    """The app closed the session before it had said all."""
    ENDED = "ended"
    """The test ended before the app had said all."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recorded event, and why it is not what came."""

    step: FromClient
    differences: tuple[Difference, ...]
    has_come: bool
    """The app has said it; otherwise its turn is later."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How to do what is advised, where the replay runs."""

    ignore: str
    """With `{}` for the path."""
    lenient: str
    pace: str
    record: str


COMMAND: Final = Ways("--ignore {}", "--lenient", "--pace recorded", "realtap proxy")
"""For `realtap replay`."""

MARKER: Final = Ways(
    ignore="--realtap-ignore {}",
    lenient="strict=False in the test's marker",
    pace="--realtap-pace recorded",
    record="--realtap-mode rewrite",
)
"""For a test with the pytest plugin."""


@dataclass(frozen=True)
class Mismatch:
    """The first thing that went another way than recorded."""

    cause: Cause
    recording: str
    """The recording's id."""
    number: int
    """Which of the app's events it is, from 1, audio not counted."""
    count: int
    """How many the recording has."""
    expected: FromClient | None
    """What the recording has here; None when the app had said all."""
    type: str
    """Of the event that came; empty when none came."""
    fields: Json
    """Of the event that came."""
    differences: tuple[Difference, ...]
    """Between what was expected and what came."""
    nearest: tuple[Candidate, ...]
    """Other recorded events that come near, the nearest first."""
    dialogue: tuple[str, ...]
    """What had been said until then, one line each."""
    refusal: str = ""
    """What a real server says to it."""
    audio_s: tuple[float, float] | None = None
    """How much audio was expected and how much came, in seconds, when that is what is missing; where
    it differs, twice, when that is what is wrong."""

    @property
    def headline(self) -> str:
        """One line, short enough for a close frame's reason."""
        return _shortened(_HEADLINES[self.cause](self))

    def text(self, ways: Ways = COMMAND) -> str:
        """All of it, for people; `ways` says how they do what is advised."""
        return "\n".join(self._lines(ways))

    def __str__(self) -> str:
        return self.text()

    def __rich_console__(self, console: Any, _options: Any) -> Iterator[Any]:
        """For `rich.print`; this floor imports no rich, so the console makes its own texts."""
        for line in self._lines(COMMAND):
            yield console.render_str(line, style=_style(line), markup=False, emoji=False)

    def _lines(self, ways: Ways) -> Iterator[str]:
        yield f"replay of {self.recording}: {_HEADLINES[self.cause](self)}"
        if self.dialogue:
            yield ""
            yield "said until then:"
            yield from (f"  {line}" for line in self.dialogue)
        yield ""
        yield from self._event_lines()
        if self.nearest:
            yield ""
            yield "recorded events that come near:"
            for candidate in self.nearest:
                yield f"  event {candidate.step.seq} {safe(candidate.step.type)}"
                yield from (f"    {line}" for line in _told_of(candidate))
        yield ""
        yield "what to do:"
        yield from (f"  - {line}" for line in self._advice(ways))

    def _event_lines(self) -> Iterator[str]:
        if self.expected is not None:
            shown = compact(self.expected.fields, _VALUE_LIMIT)
            yield f"expected  event {self.expected.seq} at {self.expected.at:.3f} s: {shown}"
        elif self.cause is Cause.OTHER_AUDIO:
            yield "expected  the recorded audio, because at the level `exact` it matters"
            return
        elif self.audio_s is None:
            yield "expected  nothing more: the app had said all that it says in the recording"
        if self.type or self.fields:
            yield f"got       {compact(self.fields, _VALUE_LIMIT)}"
        elif self.audio_s is not None:
            wanted, came = self.audio_s
            yield f"expected  {wanted:.1f} s of audio, got {came:.1f} s"
        else:
            yield "got       nothing"
        if self.refusal:
            yield f"refused   {safe(self.refusal)}"
        if self.differences:
            yield ""
            yield from _told(self.differences)

    def _advice(self, ways: Ways) -> Iterator[str]:
        if self.cause is Cause.REFUSED:
            cure = _CURES.get(self.type, "a real server answers this event with the error above")
            yield f"fix the app: {cure}"
            yield f"or replay with {ways.lenient}, if the app is meant to be served all the same"
            return
        if not self.type and self.expected is not None and self.expected.type == _CREATE:
            yield f"the server answers no message and no output before the app sends {_CREATE}"
        if self._is_interruption:
            yield f"an app interrupts what takes time: replay with {ways.pace}"
        if self._is_out_of_turn:
            yield "something before it was left out, or is said later: see whether the app is to do so"
        elif ignored := self._ignorable():
            options = " ".join(ways.ignore.format(shlex.quote(each)) for each in ignored)
            yield f"if {', '.join(ignored)} may differ from run to run: {options}"
        yield f"if the app changed on purpose, record it again: {ways.record}"
        yield "else fix the app: it does not do what it did when it was recorded"

    @property
    def _is_out_of_turn(self) -> bool:
        """What came is what the recording has later."""
        return any(not each.differences and not each.has_come for each in self.nearest)

    @property
    def _is_interruption(self) -> bool:
        """What is missing is what an app says when somebody speaks while a response is played."""
        return self.expected is not None and self.expected.type in _INTERRUPTIONS

    def _ignorable(self) -> list[str]:
        """The paths to ignore, if few of them would do; an id that has to come back is none."""
        paths = list(dict.fromkeys(_general(each.path) for each in self.differences))
        if self.cause is not Cause.DIFFERENT or any(path in _NEEDED for path in paths):
            return []
        return paths if len(paths) <= _IGNORED else []


_NEEDED: Final = frozenset({"", "type", "item.type", "item.call_id"})
"""Without these no server could make sense of an event."""

_CREATE: Final = "response.create"

_CURES: Final = {
    _CREATE: "ask for a response when response.done has come, not before",
    "conversation.item.create": "answer with the call_id that the call has; its item's id is another",
    "input_audio_buffer.commit": "append 0.1 s of audio at least before input_audio_buffer.commit",
}
"""What to do about the refusals that there are."""

_INTERRUPTIONS: Final = frozenset(
    {"response.cancel", "conversation.item.truncate", "output_audio_buffer.clear"}
)

_IGNORED: Final = 3
"""More fields than this differ because it is another event."""

_REASON_BYTES: Final = 123
"""What a close frame has room for (RFC 6455, 5.5)."""


def _shortened(text: str) -> str:
    if len(text.encode()) <= _REASON_BYTES:
        return text
    room = _REASON_BYTES - len("…".encode())
    return text.encode()[:room].decode(errors="ignore") + "…"


_HEADLINES = {
    Cause.DIFFERENT: lambda m: (
        f"event {m.number} of {m.count} from the app differs: expected {_name(m.expected)}, "
        + (f"got {safe(m.type)}" if m.expected and m.type != m.expected.type else _first(m))
    ),
    Cause.EXTRA: lambda m: (
        f"the app said {safe(m.type) or 'something'} after all {m.count} recorded events"
    ),
    Cause.OTHER_AUDIO: lambda m: f"the app's audio is another one {_from(m.audio_s)}",
    Cause.REFUSED: lambda m: f"a real server refuses {safe(m.type)}: {safe(m.refusal)}",
    Cause.SILENT: lambda m: f"waited in vain for {_awaited(m)}",
    Cause.CLOSED: lambda m: f"the app closed the session before {_awaited(m)}",
    Cause.ENDED: lambda m: f"the test ended before {_awaited(m)}",
}


def _name(step: FromClient | None) -> str:
    return "nothing more" if step is None else safe(step.type) or "a message that is no event"


def _from(audio_s: tuple[float, float] | None) -> str:
    return "" if audio_s is None else f"from {audio_s[0]:.2f} s on"


def _first(mismatch: Mismatch) -> str:
    paths = [each.path for each in mismatch.differences]
    return f"with another {', '.join(paths[:3])}" if paths else "got another message"


def _awaited(mismatch: Mismatch) -> str:
    if mismatch.audio_s is not None:
        wanted, came = mismatch.audio_s
        return f"{wanted - came:.1f} s more audio"
    return f"event {mismatch.number} of {mismatch.count}, {_name(mismatch.expected)}"


def _told_of(candidate: Candidate) -> Iterator[str]:
    if candidate.differences:
        return _told(candidate.differences)
    told = "it had come before" if candidate.has_come else "its turn is later"
    return iter([f"is what came, but {told}"])


def _told(found: tuple[Difference, ...]) -> Iterator[str]:
    for each in found[:DIFFERENCES]:
        note = f" ({each.note})" if each.note else ""
        yield f"{each.path}{note}: expected {_value(each.expected)}, got {_value(each.got)}"
    if len(found) > DIFFERENCES:
        yield f"and {len(found) - DIFFERENCES} more"


def _value(value: object) -> str:
    if value is ABSENT:
        return "nothing"
    return (
        f'"{compact(value, _VALUE_LIMIT)}"'
        if isinstance(value, str)
        else compact(value, _VALUE_LIMIT)
    )


def _general(path: str) -> str:
    """The path with every index open, as one wants to ignore it."""
    return "".join("[]" if part.isdigit() else part for part in _split(path))


def _split(path: str) -> list[str]:
    return path.replace("[", "\0").replace("]", "\0").split("\0")


def _style(line: str) -> str:
    if line.startswith("replay of"):
        return "bold red"
    return "dim" if line.startswith("  ") else ""
