"""A tiny language for sessions in tests: who says what, when; nothing runs.

    findings = findings_in(
        session(tools=[WEATHER]),
        function_call("get_weather", {"city": "Oslo"}, call_id="call_1"),
        output("call_1", "rain"),
        wait(12),
    )
    assert slugs(findings) == ["missing-response-create"]

The building blocks (`session`, `function_call`, …) are in `scenes`. Events follow each other by
`STEP_S` unless a `wait` stands between them. Events of the server get an `event_id` each, events of
the client none, as real clients do.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from realtap.recordings import lines
from realtap.recordings.event import (
    Closed,
    Entry,
    Event,
    Fate,
    Form,
    Header,
    Json,
    Opened,
    Origin,
    Released,
    Side,
)
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.findings.finding import Finding, Severity

STEP_S = 0.05
"""From one event to the next."""

OPENAI = "wss://api.openai.com/v1/realtime?model=gpt-realtime"
AZURE = "wss://demo.openai.azure.com/openai/v1/realtime?model=gpt-realtime"
VOICE_LIVE = "wss://demo.services.ai.azure.com/voice-live/realtime?api-version=2026-07-15"
XAI = "wss://api.x.ai/v1/realtime?model=grok-voice"

# Steps.


@dataclass(frozen=True, slots=True)
class Said:
    """A message of one side."""

    side: Side
    payload: bytes
    is_text_frame: bool = True
    origin: Origin = Origin.WIRE
    fate: Fate = Fate.FORWARDED
    why: str | None = None
    sent: bytes | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """The oldest held message goes on, or not."""

    fate: Fate
    why: str | None
    sent: bytes | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Time passes; nothing is said."""

    seconds: float


@dataclass(frozen=True, slots=True)
class End:
    """The connection closes."""

    side: Side
    code: int
    reason: str


type Step = Said | Release | Pause | End | Sequence[object]
"""What `transcript` takes: a step, or steps in any nesting (a list of both is one of objects)."""


def client(type_: str, **fields: Any) -> Said:
    """The client says an event."""
    return Said(Side.CLIENT, _json({"type": type_, **fields}))


def server(type_: str, **fields: Any) -> Said:
    """The server says an event; `event_id` is given by `transcript` unless it is here."""
    return Said(Side.SERVER, _json({"type": type_, **fields}))


def frame(side: Side, payload: str | bytes) -> Said:
    """Any message: bytes make a binary frame."""
    is_text = isinstance(payload, str)
    return Said(side, payload.encode() if isinstance(payload, str) else payload, is_text)


def marked(
    *steps: Step,
    origin: Origin = Origin.WIRE,
    fate: Fate = Fate.FORWARDED,
    why: str | None = None,
    sent: Json | None = None,
    side: Side | None = None,
) -> list[Step]:
    """The same steps as realtap marks them: made by it, dropped, edited to `sent`, or held.

    `side`: only what this one says is marked.
    """
    text = None if sent is None else _json(sent)
    return [
        replace(step, origin=origin, fate=fate, why=why, sent=text)
        if isinstance(step, Said) and side in {None, step.side}
        else step
        for step in _flat(steps)
    ]


def release(
    fate: Fate = Fate.FORWARDED, *, why: str | None = None, sent: Json | None = None
) -> Release:
    """The oldest of the messages that are held has its end."""
    return Release(fate, why, None if sent is None else _json(sent))


def wait(seconds: float) -> Pause:
    """Let time pass, beyond the usual step."""
    return Pause(seconds)


def closed(code: int = 1000, reason: str = "", *, by: Side = Side.CLIENT) -> End:
    """The session ends with a close frame (1006: without one)."""
    return End(by, code, reason)


# From steps to a session, and what is found in it.


def transcript(
    *steps: Step,
    upstream: str = OPENAI,
    beta: bool = False,
    headers: Sequence[tuple[str, str]] = (),
    offered: Sequence[str] = (),
    selected: str | None = None,
    status: int = 101,
) -> list[Entry]:
    """The recording's entries.

    Args:
        steps: What is said, from 0.1 s on.
        upstream: The server's URL: decides the profile.
        beta: Write GA names of the server as beta names.
        headers: Of the client's handshake.
        offered: Subprotocols that the client offers.
        selected: The subprotocol that the server takes.
        status: Of the server's answer to the handshake.
    """
    request: Json = {
        "path": "/v1/realtime",
        "headers": [list(pair) for pair in headers],
        "subprotocols": list(offered),
    }
    header = Header(
        id="20260101-000000-test",
        started="2026-01-01T00:00:00.000000Z",
        via="reverse",
        upstream=upstream,
        request=request,
    )
    entries: list[Entry] = [header, Opened(at=0.05, status=status, subprotocol=selected)]
    return [*entries, *_placed(steps, is_beta=beta)]


def findings_in(
    *steps: Step, ignore: Iterable[str] = (), is_settled: bool = True, **options: Any
) -> list[Finding]:
    """What all rules find in a session, at its end too; `options` as of `transcript`.

    Time goes on to the end of a last `wait`. `is_settled`: a finding that got worse stands once.
    """
    judge = Judge(ignore=frozenset(ignore))
    found = [each for entry in transcript(*steps, **options) for each in judge.receive(entry)]
    found += judge.tick(_duration_s(steps))
    found += judge.finish()
    return settled(found) if is_settled else found


def slugs(findings: Iterable[Finding], *, at_least: Severity = Severity.INFO) -> list[str]:
    """The names of the findings, in their order, without those that are less severe."""
    return [each.slug for each in findings if each.severity.is_at_least(at_least)]


def only(findings: Iterable[Finding], slug: str) -> Finding:
    """The one finding of a rule."""
    (found,) = [each for each in findings if each.slug == slug]
    return found


def write_recording(path: Path, entries: Iterable[Entry]) -> Path:
    """Write entries as a file, for tests of commands."""
    path.write_bytes(b"".join(lines.encode(each) for each in entries))  # type: ignore[arg-type] # a test writes no Unknown
    return path


def entries_of_wire(path: Path, *, upstream: str = "") -> list[Entry]:
    """A session of `shared/wire` as a recording's entries; steps of `STEP_S` where no time is told."""
    header = Header(
        id=path.stem, started="2026-01-01T00:00:00.000000Z", via="import", upstream=upstream
    )
    entries: list[Entry] = [header]
    at = 0.0
    for seq, line in enumerate(path.read_text().splitlines(), start=1):
        value = json.loads(line)
        at = max(at + STEP_S if value.get("at") is None else value["at"], at)
        side = Side(value["from"])
        if "event" in value:
            entries.append(_event(Said(side, _json(value["event"])), seq, at))
        elif isinstance(close := value.get("close"), dict):
            entries.append(Closed(at, side, close.get("code", 1005), close.get("reason") or ""))
    return entries


BETA_NAMES = {
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "conversation.item.added": "conversation.item.created",
    "conversation.item.done": "",
}
"""GA names to beta names; a beta server says nothing where the name is empty."""


def _placed(steps: Iterable[Step], *, is_beta: bool) -> Iterator[Entry]:
    at = 0.1
    seq = 0
    held: list[int] = []
    for step in _flat(steps):
        match step:
            case Pause(seconds):
                at += seconds
            case Release(fate, why, sent):
                yield Released(round(at, 6), held.pop(0), fate, sent, why)
            case End(side, code, reason):
                yield Closed(round(at, 6), side, code, reason)
            case Said():
                said = _numbered(step, seq + 1)
                spoken = _in_beta(said) if is_beta else said
                if spoken is None:
                    continue
                seq += 1
                held += [seq] if spoken.fate is Fate.HELD else []
                yield _event(spoken, seq, round(at, 6))
                at += STEP_S


def _duration_s(steps: Iterable[Step]) -> float:
    at = 0.1
    for step in _flat(steps):
        match step:
            case Pause(seconds):
                at += seconds
            case Said():
                at += STEP_S
            case End() | Release():
                pass
    return at


def _flat(steps: Iterable[object]) -> Iterator[Said | Release | Pause | End]:
    for step in steps:
        if isinstance(step, Said | Release | Pause | End):
            yield step
        elif isinstance(step, list | tuple):
            yield from _flat(step)
        else:
            raise TypeError(f"expected a step or steps, got {step!r}")


def _event(said: Said, seq: int, at: float) -> Event:
    form, type_ = lines.classify(said.payload, is_text_frame=said.is_text_frame)
    return Event(
        seq,
        at,
        said.side,
        type_,
        said.payload,
        form=form,
        is_text_frame=said.is_text_frame,
        origin=said.origin,
        fate=said.fate,
        why=said.why,
        sent=said.sent,
    )


def _numbered(said: Said, seq: int) -> Said:
    """A server's event with an `event_id`, as each has one."""
    form, type_ = lines.classify(said.payload, is_text_frame=said.is_text_frame)
    if said.side is Side.CLIENT or form is not Form.JSON or type_ is None:
        return said
    fields = json.loads(said.payload)
    if "event_id" in fields:
        return said
    rest = {name: value for name, value in fields.items() if name != "type"}
    return replace(said, payload=_json({"type": type_, "event_id": f"event_{seq}", **rest}))


def _in_beta(said: Said) -> Said | None:
    if said.side is Side.CLIENT or not said.is_text_frame:
        return said
    fields = json.loads(said.payload)
    name = BETA_NAMES.get(fields["type"], fields["type"])
    return replace(said, payload=_json({**fields, "type": name})) if name else None


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
