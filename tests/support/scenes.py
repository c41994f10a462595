"""Building blocks of sessions in tests: beginnings, turns, answers and function calls as steps.

Each is what a GA server and a correct client say, in the order of the wire; see `transcript` for
how they become a session.
"""

import json
import math
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from transcript import STEP_S, Said, Step, client, server, wait

from realtap.recordings.event import Json

WEATHER: Json = {
    "type": "function",
    "name": "get_weather",
    "description": "Look up the weather for a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]}},
        "required": ["city"],
    },
}

PCM_BYTES_PER_S = 48_000
"""PCM16 at 24 kHz, the format of a GA session that asks for nothing else."""


# A session's beginning.


def session(**effective: Any) -> list[Said]:
    """`session.created` of a GA server, then, if anything is asked for, the update and its answer.

    Args:
        effective: Fields of the session that are asked for and granted: `tools=[WEATHER]`.
    """
    created = server("session.created", session=ga_session())
    if not effective:
        return [created]
    return [created, *session_update(**effective)]


def session_update(**requested: Any) -> list[Said]:
    """A `session.update`, and `session.updated` which grants all of it."""
    asked = {"type": "realtime", **requested}
    return [
        client("session.update", session=asked),
        server("session.updated", session=_merged(ga_session(), asked)),
    ]


def ga_session(**changes: Any) -> Json:
    """The session object of a GA server with its defaults."""
    pcm = {"type": "audio/pcm", "rate": 24000}
    default: Json = {
        "type": "realtime",
        "object": "realtime.session",
        "id": "sess_1",
        "model": "gpt-realtime",
        "output_modalities": ["audio"],
        "instructions": "You are a helpful AI.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": 4_102_444_800,
        "audio": {
            "input": {
                "format": dict(pcm),
                "transcription": None,
                "noise_reduction": None,
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 200,
                    "idle_timeout_ms": None,
                    "create_response": True,
                    "interrupt_response": True,
                },
            },
            "output": {"format": dict(pcm), "voice": "alloy", "speed": 1.0},
        },
        "include": None,
    }
    return _merged(default, changes)


NO_VAD: Json = {"input": {"turn_detection": None}}
"""For `session(audio=NO_VAD)`: push to talk."""


def beta_session(**changes: Any) -> Json:
    """The session object of a beta server with its defaults."""
    default: Json = {
        "object": "realtime.session",
        "id": "sess_1",
        "model": "gpt-4o-realtime-preview",
        "modalities": ["audio", "text"],
        "instructions": "You are a helpful AI.",
        "voice": "alloy",
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16",
        "input_audio_transcription": None,
        "turn_detection": {
            "type": "server_vad",
            "threshold": 0.5,
            "prefix_padding_ms": 300,
            "silence_duration_ms": 200,
            "create_response": True,
        },
        "tools": [],
        "tool_choice": "auto",
        "temperature": 0.8,
        "max_response_output_tokens": "inf",
    }
    return {**default, **changes}


# Items and responses. Ids that are not given are made up.

_numbers = count(1)


def an_id(kind: str) -> str:
    """An id that nothing else has: `item_12`."""
    return f"{kind}_{next(_numbers)}"


def added(item: Json, *, previous: str | None = None) -> list[Said]:
    """The server takes an item into the conversation."""
    return [
        server("conversation.item.added", previous_item_id=previous, item=item),
        server("conversation.item.done", previous_item_id=previous, item=item),
    ]


def user_message(text: str = "Hello", *, item_id: str = "") -> list[Said]:
    """The client writes a message, and the server takes it."""
    item = {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": text}],
    }
    seen = {"id": item_id or an_id("item"), "object": "realtime.item", "status": "completed"}
    return [client("conversation.item.create", item=item), *added({**seen, **item})]


def response_created(response_id: str = "", **fields: Any) -> Said:
    """The server begins a response."""
    return server("response.created", response=_response(response_id, **fields))


def response_done(
    response_id: str = "", output: Sequence[Json] = (), status: str = "completed", **fields: Any
) -> Said:
    """The server ends a response."""
    return server(
        "response.done",
        response=_response(
            response_id, **{"status": status, "output": list(output), "usage": usage(), **fields}
        ),
    )


def usage(input_tokens: int = 100, output_tokens: int = 20) -> Json:
    """What a response cost."""
    return {
        "total_tokens": input_tokens + output_tokens,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
    }


def text_answer(
    text: str = "Hi there", *, response_id: str = "", item_id: str = "", asked: bool = True
) -> list[Said]:
    """A whole response with a text message; `asked`: the client's `response.create` comes first."""
    response_id, item_id = response_id or an_id("resp"), item_id or an_id("item")
    head = [client("response.create")] if asked else []
    message = assistant_message(item_id, [{"type": "output_text", "text": text}])
    part: Json = {
        "response_id": response_id,
        "item_id": item_id,
        "output_index": 0,
        "content_index": 0,
    }
    return [
        *head,
        response_created(response_id),
        *_item_begun(assistant_message(item_id, [], status="in_progress"), response_id),
        server("response.content_part.added", **part, part={"type": "text", "text": ""}),
        *(server("response.output_text.delta", **part, delta=piece) for piece in _pieces(text)),
        server("response.output_text.done", **part, text=text),
        server("response.content_part.done", **part, part={"type": "text", "text": text}),
        *_item_ended(message, response_id),
        response_done(response_id, [message]),
    ]


def audio_answer(
    transcript: str = "Hi there",
    *,
    seconds: float = 1.0,
    response_id: str = "",
    item_id: str = "",
    asked: bool = True,
    is_done: bool = True,
) -> list[Said]:
    """A whole response with a spoken message, its audio sent at once.

    Args:
        asked: The client's `response.create` comes first; else it is the VAD's response.
        is_done: False leaves the response open after its last audio delta.
    """
    response_id, item_id = response_id or an_id("resp"), item_id or an_id("item")
    part: Json = {
        "response_id": response_id,
        "item_id": item_id,
        "output_index": 0,
        "content_index": 0,
    }
    message = assistant_message(item_id, [{"type": "output_audio", "transcript": transcript}])
    begun = [
        *([client("response.create")] if asked else []),
        response_created(response_id),
        *_item_begun(assistant_message(item_id, [], status="in_progress"), response_id),
        server("response.content_part.added", **part, part={"type": "audio", "transcript": ""}),
        *(
            server("response.output_audio_transcript.delta", **part, delta=piece)
            for piece in _pieces(transcript)
        ),
        *audio_deltas(seconds, **part),
    ]
    if not is_done:
        return begun
    return [
        *begun,
        server("response.output_audio.done", **part),
        server("response.output_audio_transcript.done", **part, transcript=transcript),
        server(
            "response.content_part.done", **part, part={"type": "audio", "transcript": transcript}
        ),
        *_item_ended(message, response_id),
        response_done(response_id, [message]),
    ]


def audio_deltas(seconds: float, *, piece_s: float = 0.25, **part: Any) -> list[Said]:
    """Assistant audio of so many seconds (PCM16, 24 kHz)."""
    return [
        server("response.output_audio.delta", **part, delta=pcm_base64(piece))
        for piece in _slices(seconds, piece_s)
    ]


def text_turn(text: str = "Hello", answer: str = "Hi there", **ids: Any) -> list[Said]:
    """The user writes, the assistant answers in text."""
    return [*user_message(text), *text_answer(answer, **ids)]


def assistant_message(item_id: str, content: list[Json], *, status: str = "completed") -> Json:
    """The item of an answer."""
    return {
        "id": item_id,
        "object": "realtime.item",
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": content,
    }


# Audio of the user.


def appended(seconds: float, *, piece_s: float = 0.1, paced: bool = True) -> list[Step]:
    """The client appends audio; `paced`: as a microphone does, else in one burst."""
    gap: list[Step] = [wait(piece_s - STEP_S)] if paced else []
    steps: list[Step] = []
    for piece in _slices(seconds, piece_s):
        steps += [client("input_audio_buffer.append", audio=pcm_base64(piece)), *gap]
    return steps


def spoken_turn(item_id: str = "", *, seconds: float = 1.0, start_ms: int = 0) -> list[Step]:
    """Server VAD hears a turn of the user and commits it."""
    item_id = item_id or an_id("item")
    item = {
        "id": item_id,
        "object": "realtime.item",
        "type": "message",
        "role": "user",
        "status": "completed",
        "content": [{"type": "input_audio", "transcript": None}],
    }
    end_ms = start_ms + round(seconds * 1000)
    return [
        client("input_audio_buffer.append", audio=pcm_base64(0.1)),
        server("input_audio_buffer.speech_started", item_id=item_id, audio_start_ms=start_ms),
        appended(seconds),
        server("input_audio_buffer.speech_stopped", item_id=item_id, audio_end_ms=end_ms),
        server("input_audio_buffer.committed", item_id=item_id, previous_item_id=None),
        *added(item),
    ]


def pcm_base64(seconds: float) -> str:
    """A tone as PCM16 at 24 kHz in base64: neither silent nor clipped."""
    samples = round(seconds * PCM_BYTES_PER_S / 2)
    return b64encode(b"".join(_TONE[n % len(_TONE)] for n in range(samples))).decode()


_TONE = [
    round(8000 * math.sin(2 * math.pi * sample / 16)).to_bytes(2, "little", signed=True)
    for sample in range(16)
]
"""One period of a sine of 1500 Hz."""


# Function calls.


@dataclass(frozen=True, slots=True)
class Called:
    """A function call, for a response that makes several."""

    name: str
    arguments: object
    """A string is taken as it is; anything else is written as JSON."""
    call_id: str
    item_id: str = ""


def function_call(
    name: str,
    arguments: object = None,
    *,
    call_id: str = "call_1",
    item_id: str = "",
    response_id: str = "",
    asked: bool = True,
    status: str = "completed",
) -> list[Said]:
    """A whole response that calls one function."""
    return function_calls(
        Called(name, {} if arguments is None else arguments, call_id, item_id),
        response_id=response_id,
        asked=asked,
        status=status,
    )


def function_calls(
    *calls: Called, response_id: str = "", asked: bool = True, status: str = "completed"
) -> list[Said]:
    """A whole response that calls several functions; `asked` as in `text_answer`."""
    response_id = response_id or an_id("resp")
    begun = open_function_calls(*calls, response_id=response_id, asked=asked)
    items = [_call_item(call, status=status) for call in _with_ids(calls)]
    return [*begun, response_done(response_id, items, status)]


def open_function_calls(*calls: Called, response_id: str = "", asked: bool = True) -> list[Said]:
    """As `function_calls`, before its `response.done`: the response is still active."""
    response_id = response_id or an_id("resp")
    steps = [client("response.create")] if asked else []
    steps.append(response_created(response_id))
    for index, call in enumerate(_with_ids(calls)):
        steps += _one_call(call, response_id, index)
    return steps


def output(
    call_id: str, text: str = "done", *, is_taken: bool = True, item_id: str = ""
) -> list[Said]:
    """The client returns a function's output; `is_taken`: the server acknowledges it."""
    item = {"type": "function_call_output", "call_id": call_id, "output": text}
    said = client("conversation.item.create", item=item)
    if not is_taken:
        return [said]
    return [said, *added({"id": item_id or an_id("item"), "object": "realtime.item", **item})]


def error(code: str | None, message: str = "", **fields: Any) -> Said:
    """The server complains."""
    content = {
        "type": "invalid_request_error",
        "code": code,
        "message": message or f"refused: {code}",
        "param": None,
        "event_id": None,
        **fields,
    }
    return server("error", error=content)


def _response(response_id: str, **fields: Any) -> Json:
    return {
        "object": "realtime.response",
        "id": response_id or an_id("resp"),
        "status": "in_progress",
        "status_details": None,
        "output": [],
        "conversation_id": "conv_1",
        "output_modalities": ["audio"],
        "max_output_tokens": "inf",
        "usage": None,
        "metadata": None,
        **fields,
    }


def _item_begun(item: Json, response_id: str, index: int = 0) -> list[Said]:
    return [
        server(
            "response.output_item.added", response_id=response_id, output_index=index, item=item
        ),
        server("conversation.item.added", previous_item_id=None, item=item),
    ]


def _item_ended(item: Json, response_id: str, index: int = 0) -> list[Said]:
    return [
        server("conversation.item.done", previous_item_id=None, item=item),
        server("response.output_item.done", response_id=response_id, output_index=index, item=item),
    ]


def _with_ids(calls: Iterable[Called]) -> list[Called]:
    return [
        Called(each.name, each.arguments, each.call_id, each.item_id or f"item_of_{each.call_id}")
        for each in calls
    ]


def _one_call(call: Called, response_id: str, index: int) -> list[Said]:
    arguments = _arguments(call)
    ids = {
        "response_id": response_id,
        "item_id": call.item_id,
        "output_index": index,
        "call_id": call.call_id,
    }
    return [
        *_item_begun(_call_item(call, status="in_progress", arguments=""), response_id, index),
        *(
            server("response.function_call_arguments.delta", **ids, delta=piece)
            for piece in _pieces(arguments)
        ),
        server("response.function_call_arguments.done", **ids, name=call.name, arguments=arguments),
        *_item_ended(_call_item(call), response_id, index),
    ]


def _call_item(call: Called, *, status: str = "completed", arguments: str | None = None) -> Json:
    return {
        "id": call.item_id,
        "object": "realtime.item",
        "type": "function_call",
        "status": status,
        "name": call.name,
        "call_id": call.call_id,
        "arguments": _arguments(call) if arguments is None else arguments,
    }


def _arguments(call: Called) -> str:
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)


def _pieces(text: str) -> list[str]:
    half = len(text) // 2
    return [piece for piece in (text[:half], text[half:]) if piece]


def _slices(seconds: float, piece_s: float) -> list[float]:
    whole, rest = divmod(round(seconds * 1000), round(piece_s * 1000))
    return [piece_s] * whole + ([rest / 1000] if rest else [])


def _merged(base: Json, changes: Json) -> Json:
    """`changes` over `base`, objects field by field."""
    merged = dict(base)
    for name, value in changes.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[name] = _merged(before, value)
        else:
            merged[name] = value
    return merged
