"""How quickly `realtap check` goes through a recording: reading, the conversation, and all rules."""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path

from realtap.proxy.voice import synthesise_voice
from realtap.recordings import lines
from realtap.recordings.event import Event, Header, Json, Opened, Side
from realtap.recordings.findings.engine import findings_of
from realtap.recordings.reader import Recording

from .figures import Bound, Figure, Of, Target
from .peers import REALTAP_PEER
from .turns import Bench

EVENTS = 200_000
"""Events of the recording: an hour of a lively conversation."""

TARGET_PER_S = 50_000

JSON_SCAN = "json.loads of each line"
"""The floor: what a script does that only wants to look at every event."""

BYTES_PER_S = 48_000
"""PCM16 at 24 kHz."""

APPEND_BYTES = 1_920
"""40 ms of a microphone."""
DELTA_BYTES = 4_800
"""100 ms of an answer."""

TURN_APPENDS = 70
TURN_DELTAS = 35
"""Audio of one turn: with the turn's 46 other events, 70 % of all."""

TURN_TEXT_DELTAS = 29

_EVENT_S = 0.04
"""From one event to the next: a microphone's pace."""


def checking(bench: Bench) -> list[Figure]:
    """Events a second through everything that `realtap check` does with a file."""
    figure = Figure(
        "events/s of `realtap check`, a conversation of which 70 % is audio",
        "events/s",
        {JSON_SCAN: Target(Bound.AT_LEAST, TARGET_PER_S, Of.FIGURE)},
    )
    events = max(10_000, int(EVENTS * bench.effort.scale))
    path = bench.recordings / "checked.jsonl"
    written, audio = write_recording(path, events)
    try:
        for number in range(bench.effort.starts):
            bench.say(f"{figure.what}: round {number + 1} of {bench.effort.starts}")
            figure.add(REALTAP_PEER.name, written / _check_s(path))
            figure.add(JSON_SCAN, written / _scan_s(path))
        figure.remark = (
            f"{written:,} events in {path.stat().st_size / 1e6:.0f} MB, {audio / written:.0%} of "
            "them audio; nothing is found in them"
        )
    finally:
        path.unlink()
    return [figure]


def _check_s(path: Path) -> float:
    began = time.perf_counter()
    found = findings_of(Recording(path).entries())
    seconds = time.perf_counter() - began
    if found:
        raise ValueError(f"the conversation is correct, and {found[0].slug} was found in it")
    return seconds


def _scan_s(path: Path) -> float:
    began = time.perf_counter()
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
    return time.perf_counter() - began


# The recording.


def write_recording(path: Path, events: int) -> tuple[int, int]:
    """Write a conversation of at least so many events; how many there are, and how many are audio."""
    written = audio = 0
    at = 0.1
    with path.open("wb") as file:
        file.write(lines.encode(_HEADER))
        file.write(lines.encode(Opened(at=0.05, status=101)))
        for side, event in _conversation(events):
            written += 1
            type_ = event["type"]
            audio += type_ in {"input_audio_buffer.append", "response.output_audio.delta"}
            payload = json.dumps(event, separators=(",", ":")).encode()
            file.write(lines.encode(Event(written, round(at, 6), side, type_, payload)))
            at += _EVENT_S
    return written, audio


_HEADER = Header(
    id="checked",
    started="2026-01-01T00:00:00.000000Z",
    via="reverse",
    upstream="wss://api.openai.com/v1/realtime?model=gpt-realtime",
)


def _conversation(events: int) -> Iterator[tuple[Side, Json]]:
    count = 0
    for turn in _turns():
        for side, event in turn:
            count += 1
            named = {"event_id": f"event_{count}"} if side is Side.SERVER else {}
            yield side, {"type": event["type"], **named, **event}
        if count >= events:
            return


def _turns() -> Iterator[list[tuple[Side, Json]]]:
    pcm = synthesise_voice(64 * DELTA_BYTES / BYTES_PER_S, seed=1)
    pieces = [
        base64.b64encode(pcm[start : start + DELTA_BYTES]).decode()
        for start in range(0, 64 * DELTA_BYTES, DELTA_BYTES)
    ]
    yield [_server("session.created", session=_SESSION)]
    for number in range(1_000_000_000):
        user, answer = f"item_u{number}", f"item_a{number}"
        yield [*_spoken(user, number, pieces), *_answered(answer, user, number, pieces)]


def _spoken(item_id: str, number: int, pieces: list[str]) -> Iterator[tuple[Side, Json]]:
    size = len(base64.b64encode(bytes(APPEND_BYTES)))
    start_ms = number * 10_000
    for index in range(TURN_APPENDS):
        if index == 10:
            yield _server(
                "input_audio_buffer.speech_started", item_id=item_id, audio_start_ms=start_ms
            )
        yield _client("input_audio_buffer.append", audio=pieces[index % 64][:size])
    yield _server(
        "input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=start_ms + 2_000
    )
    yield _server("input_audio_buffer.committed", item_id=item_id, previous_item_id=None)
    content = [{"type": "input_audio", "transcript": None}]
    item = {"id": item_id, "type": "message", "role": "user", "status": "completed"}
    for name in ("added", "done"):
        yield _server(
            f"conversation.item.{name}", previous_item_id=None, item={**item, "content": content}
        )
    yield _server(
        "conversation.item.input_audio_transcription.completed",
        item_id=item_id,
        content_index=0,
        transcript="What the user said.",
        usage={"type": "duration", "seconds": 3},
    )


def _answered(
    item_id: str, previous: str, number: int, pieces: list[str]
) -> Iterator[tuple[Side, Json]]:
    response_id = f"resp_{number}"
    response = {"id": response_id, "object": "realtime.response", "conversation_id": "conv_1"}
    part = {"response_id": response_id, "item_id": item_id, "output_index": 0, "content_index": 0}
    output = {"response_id": response_id, "output_index": 0}
    item = {"id": item_id, "type": "message", "role": "assistant", "status": "in_progress"}
    yield _server("response.created", response={**response, "status": "in_progress", "output": []})
    yield _server("response.output_item.added", **output, item={**item, "content": []})
    yield _server(
        "conversation.item.added", previous_item_id=previous, item={**item, "content": []}
    )
    yield _server("response.content_part.added", **part, part={"type": "audio", "transcript": ""})
    words = [f" word{index}" for index in range(TURN_TEXT_DELTAS)]
    for index in range(max(TURN_DELTAS, TURN_TEXT_DELTAS)):
        if index < TURN_TEXT_DELTAS:
            yield _server("response.output_audio_transcript.delta", **part, delta=words[index])
        yield _server("response.output_audio.delta", **part, delta=pieces[index % 64])
    text = "".join(words)
    done = {
        **item,
        "status": "completed",
        "content": [{"type": "output_audio", "transcript": text}],
    }
    yield _server("response.output_audio.done", **part)
    yield _server("response.output_audio_transcript.done", **part, transcript=text)
    yield _server("response.content_part.done", **part, part={"type": "audio", "transcript": text})
    yield _server("conversation.item.done", previous_item_id=previous, item=done)
    yield _server("response.output_item.done", **output, item=done)
    usage = {"total_tokens": 120, "input_tokens": 100, "output_tokens": 20}
    finished = {**response, "status": "completed", "output": [done], "usage": usage}
    yield _server("response.done", response=finished)
    limit = {"name": "tokens", "limit": 40_000, "remaining": 39_000, "reset_seconds": 1.5}
    yield _server("rate_limits.updated", rate_limits=[limit])


def _client(type_: str, **fields: object) -> tuple[Side, Json]:
    return Side.CLIENT, {"type": type_, **fields}


def _server(type_: str, **fields: object) -> tuple[Side, Json]:
    return Side.SERVER, {"type": type_, **fields}


_PCM = {"type": "audio/pcm", "rate": 24_000}
_SESSION = {
    "type": "realtime",
    "object": "realtime.session",
    "id": "sess_1",
    "model": "gpt-realtime",
    "output_modalities": ["audio"],
    "tools": [],
    "tool_choice": "auto",
    "audio": {
        "input": {
            "format": _PCM,
            "transcription": {"model": "gpt-4o-mini-transcribe"},
            "turn_detection": {"type": "server_vad", "create_response": True},
        },
        "output": {"format": _PCM, "voice": "alloy"},
    },
}
