"""One line about each event: it names the function, and never harms the terminal."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtap.recordings.event import Closed, Event, Fate, Form, Origin, Side
from realtap.recordings.summary import Summariser

WIRE = Path(__file__).resolve().parents[3] / "shared" / "wire"
AUDIO = base64.b64encode(bytes(9600)).decode()
CALL = {
    "id": "item_1",
    "type": "function_call",
    "name": "get_weather",
    "call_id": "call_1",
    "arguments": '{\n  "city": "London" \n} \n',
}


def event(fields: Any, side: Side = Side.SERVER, **options: Any) -> Event:
    type_ = fields.get("type") if isinstance(fields, dict) else None
    return Event(
        1,
        0.0,
        side,
        type_ if isinstance(type_, str) else None,
        json.dumps(fields).encode(),
        **options,
    )


def said(*events: dict[str, Any], **options: Any) -> str:
    """The line about the last of these events, all of the server."""
    summariser = Summariser(**options)
    return [summariser.summarise(event(fields)) for fields in events][-1]


def line(type_: str, **fields: Any) -> str:
    return said({"type": type_, **fields})


# Function calls.


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        (
            {"type": "response.function_call_arguments.delta", "call_id": "call_1", "delta": "{"},
            'get_weather "{"',
        ),
        (
            {"type": "response.function_call_arguments.delta", "item_id": "item_1", "delta": "\n"},
            'get_weather "\\n"',
        ),
        (
            {
                "type": "response.function_call_arguments.done",
                "item_id": "item_1",
                "arguments": '{"city": "Rome"}',
            },
            'get_weather({"city":"Rome"})',
        ),
        (
            {
                "type": "conversation.item.create",
                "item": {"type": "function_call_output", "call_id": "call_1", "output": "rain"},
            },
            "get_weather → rain",
        ),
        (
            {
                "type": "conversation.item.added",
                "item": {"type": "function_call_output", "call_id": "call_1", "output": "{ }"},
            },
            "get_weather → {}",
        ),
        ({"type": "conversation.item.delete", "item_id": "item_1"}, "get_weather"),
        ({"type": "conversation.item.deleted", "item_id": "item_1"}, "get_weather"),
        ({"type": "vendor.call.progress", "call_id": "call_1", "n": 5}, "get_weather, n 5"),
    ],
)
def test_event_that_has_only_ids_names_the_function(later: dict[str, Any], shown: str) -> None:
    assert said({"type": "response.output_item.added", "item": CALL}, later) == shown


@pytest.mark.parametrize(
    "type_",
    [
        "response.output_item.added",
        "response.output_item.done",
        "conversation.item.added",
        "conversation.item.created",
        "conversation.item.done",
        "conversation.item.create",
        "conversation.item.retrieved",
    ],
)
def test_event_with_a_call_shows_it(type_: str) -> None:
    assert line(type_, item=CALL) == 'get_weather({"city":"London"})'


def test_call_that_begins_shows_that_its_arguments_are_to_come() -> None:
    item = {**CALL, "arguments": "", "status": "in_progress"}
    assert line("response.output_item.added", item=item) == "get_weather(…)"
    assert line("response.output_item.added", item={**CALL, "arguments": None}) == "get_weather()"


def test_arguments_done_names_the_function_also_without_an_item() -> None:
    done = {"type": "response.function_call_arguments.done", "name": "f", "arguments": "5"}
    assert said(done) == "f(5)"
    output = {"type": "function_call_output", "call_id": "call_9", "output": 5}
    later = {"type": "conversation.item.create", "item": output}
    assert said({**done, "call_id": "call_9"}, later) == "f → 5"


def test_call_that_was_never_named_shows_its_id() -> None:
    delta = {"type": "response.function_call_arguments.delta", "call_id": "call_7", "delta": "{"}
    assert said(delta) == 'call_7 "{"'
    output = {"type": "function_call_output", "call_id": "call_7", "output": "x"}
    assert line("conversation.item.create", item=output) == "call_7 → x"
    assert line("conversation.item.create", item={"type": "function_call_output"}) == "? → null"
    assert line("response.output_item.added", item={"type": "function_call"}) == "?()"


def test_parallel_calls_keep_their_names_apart() -> None:
    other = {**CALL, "id": "item_2", "call_id": "call_2", "name": "get_time"}
    start = [{"type": "response.output_item.added", "item": item} for item in (CALL, other)]
    deltas = [
        {"type": "response.function_call_arguments.delta", "item_id": item_id, "delta": "{"}
        for item_id in ("item_2", "item_1")
    ]
    assert said(*start, deltas[0]) == 'get_time "{"'
    assert said(*start, *deltas) == 'get_weather "{"'


def test_mcp_call_is_named_with_its_server() -> None:
    item = {
        "id": "mcp_1",
        "type": "mcp_call",
        "server_label": "files",
        "name": "read",
        "arguments": "{}",
    }
    added = {"type": "response.output_item.added", "item": item}
    assert said(added) == "files.read({})"
    assert said(added, {"type": "response.mcp_call.completed", "item_id": "mcp_1"}) == "files.read"
    delta = {"type": "response.mcp_call_arguments.delta", "item_id": "mcp_1", "delta": "{"}
    assert said(added, delta) == 'files.read "{"'
    done = {"type": "response.output_item.done", "item": {**item, "output": "text"}}
    assert said(done) == "files.read({}) → text"
    failed = {**item, "error": {"type": "http_error", "code": 500}}
    assert said({**done, "item": failed}) == 'files.read({}) → {"type":"http_error","code":500}'


def test_mcp_approval_names_what_it_is_about() -> None:
    request = {
        "id": "ask_1",
        "type": "mcp_approval_request",
        "server_label": "files",
        "name": "read",
        "arguments": "{}",
    }
    answer = {"type": "mcp_approval_response", "approval_request_id": "ask_1", "approve": True}
    asked = {"type": "conversation.item.added", "item": request}
    create = "conversation.item.create"
    assert said(asked, {"type": create, "item": answer}) == "files.read approved"
    assert line(create, item={**answer, "approve": "no"}) == "refused"


def test_tools_of_an_mcp_server_are_listed() -> None:
    item = {"type": "mcp_list_tools", "server_label": "files", "tools": [{"name": "read"}]}
    assert line("conversation.item.added", item=item) == "files tools: read"


# Words and audio.


@pytest.mark.parametrize(
    ("type_", "fields", "shown"),
    [
        ("response.output_text.delta", {"delta": " is"}, '" is"'),
        ("response.text.done", {"text": "It is."}, '"It is."'),
        ("response.audio_transcript.delta", {"delta": "Hi"}, '"Hi"'),
        ("response.output_audio_transcript.done", {"transcript": "Hi."}, '"Hi."'),
        ("conversation.item.input_audio_transcription.delta", {"delta": "a"}, '"a"'),
        (
            "conversation.item.input_audio_transcription.completed",
            {"transcript": "", "usage": {"type": "duration", "seconds": 0}},
            '"" · 0 s billed',
        ),
        (
            "conversation.item.input_audio_transcription.completed",
            {
                "transcript": "a",
                "usage": {"type": "tokens", "input_tokens": 26, "output_tokens": 9},
            },
            '"a" · 26 tokens in, 9 out',
        ),
        (
            "conversation.item.input_audio_transcription.failed",
            {"error": {"code": "audio_unintelligible", "message": "No."}},
            "audio_unintelligible: No.",
        ),
        (
            "conversation.item.input_audio_transcription.segment",
            {"speaker": "A", "text": "Hi"},
            'A: "Hi"',
        ),
        ("response.output_audio.delta", {"delta": AUDIO}, "audio 0.2 s"),
        ("response.audio.delta", {"delta": AUDIO}, "audio 0.2 s"),
        ("input_audio_buffer.append", {"audio": AUDIO}, "audio 0.2 s"),
        ("input_audio_buffer.speech_started", {"audio_start_ms": 672}, "at 672 ms"),
        ("input_audio_buffer.speech_stopped", {"audio_end_ms": 4512}, "at 4512 ms"),
        (
            "input_audio_buffer.timeout_triggered",
            {"audio_start_ms": 672, "audio_end_ms": 5792},
            "672 to 5792 ms",
        ),
        ("conversation.item.truncate", {"audio_end_ms": 1200, "item_id": "item_1"}, "at 1200 ms"),
        ("conversation.item.truncated", {"audio_end_ms": None}, ""),
        ("response.content_part.added", {"part": {"type": "audio", "transcript": ""}}, "audio"),
        ("response.content_part.done", {"part": {"type": "text", "text": "Hi"}}, '"Hi"'),
        ("response.content_part.done", {}, ""),
        ("input_audio_buffer.commit", {"event_id": "event_1"}, ""),
        ("ping", {"timestamp": 1785214084929, "previous_item_id": None}, "timestamp 1785214084929"),
        ("warning", {"warning": {"code": "slow", "message": "Slow."}}, "slow: Slow."),
    ],
)
def test_event_says_what_it_carries(type_: str, fields: dict[str, Any], shown: str) -> None:
    assert line(type_, **fields) == shown


def test_long_text_is_cut() -> None:
    shown = said({"type": "response.output_text.done", "text": "word " * 100}, text_limit=20)
    assert shown == '"word word word word…"'


def test_audio_lasts_as_long_as_the_sessions_format_says() -> None:
    session = {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}
    append = {"type": "input_audio_buffer.append", "audio": AUDIO}
    assert said({"type": "session.updated", "session": session}, append) == "audio 1.2 s"


def test_update_that_the_server_has_not_accepted_changes_no_format() -> None:
    session = {"audio": {"input": {"format": {"type": "audio/pcmu"}}}}
    summariser = Summariser()
    summariser.summarise(event({"type": "session.update", "session": session}, Side.CLIENT))
    append = event({"type": "input_audio_buffer.append", "audio": AUDIO}, Side.CLIENT)
    assert summariser.summarise(append) == "audio 0.2 s"


def test_message_shows_role_parts_and_what_is_unusual() -> None:
    content = [
        {"type": "input_text", "text": "Look:"},
        {"type": "input_image", "image_url": f"data:image/png;base64,{AUDIO}"},
        {"type": "input_audio", "audio": AUDIO, "transcript": "Hi"},
        {"type": "output_audio", "audio": AUDIO},
    ]
    item = {"type": "message", "role": "user", "content": content, "status": "incomplete"}
    assert line("conversation.item.create", item=item) == (
        'user "Look:" image (image/png 9.6 kB) "Hi" audio 0.2 s audio 0.2 s incomplete'
    )
    spoken = {"role": "assistant", "phase": "commentary", "status": "completed"}
    assert line("response.output_item.done", item=spoken) == "assistant (commentary)"


def test_item_of_an_unknown_kind_shows_its_fields() -> None:
    item = {"type": "item_reference", "id": "item_5", "object": "realtime.item"}
    assert line("conversation.item.create", item=item) == "type item_reference, id item_5"


# Sessions and responses.


def test_session_shows_what_matters() -> None:
    session = {
        "model": "gpt-realtime",
        "output_modalities": ["audio"],
        "audio": {"input": {"turn_detection": {"type": "server_vad"}}, "output": {"voice": "ash"}},
        "tools": [
            {"type": "function", "name": "a"},
            {"type": "mcp", "server_label": "b"},
            {"type": "function", "function": {"name": "c"}},
            {"type": "web_search"},
            {},
        ],
    }
    assert line("session.created", session=session) == (
        "gpt-realtime, audio, voice ash, server_vad, tools: a, b, c, web_search, ?"
    )
    assert line("session.created", session={}) == "no tools"
    flat = {"modalities": ["audio", "text"], "turn_detection": {"type": "none"}, "voice": {}}
    assert line("session.updated", session=flat) == "audio+text, none, no tools"


def test_session_update_shows_the_keys_that_it_sets() -> None:
    session = {
        "type": "realtime",
        "instructions": "x",
        "tools": [{"name": "a"}],
        "audio": {"input": {"turn_detection": None}, "output": {}, "x": 1},
    }
    assert line("session.update", session=session) == (
        "instructions, tools (a), audio.input.turn_detection, audio.x"
    )
    assert line("session.update", session={"tools": []}) == "tools (no tools)"
    assert line("session.update", session={}) == "nothing"


def test_session_update_with_very_many_keys_is_cut() -> None:
    assert line("session.update", session={f"k{n}": n for n in range(40)}).endswith("and 24 more")


def test_response_create_shows_what_it_asks_for() -> None:
    response = {
        "instructions": "Be short",
        "conversation": "none",
        "tools": [],
        "tool_choice": {"type": "function", "name": "get_weather"},
        "metadata": {"topic": "a"},
        "input": [{"type": "function_call_output", "call_id": "call_1", "output": "x"}],
    }
    assert line("response.create", response=response) == (
        'instructions "Be short", no tools, input: call_1 → x, tool_choice get_weather, '
        'conversation none, metadata {"topic":"a"}'
    )
    assert line("response.create") == ""


def test_response_done_shows_status_outputs_and_usage() -> None:
    usage = {
        "input_tokens": 1063,
        "output_tokens": 22,
        "input_token_details": {"cached_tokens": 64},
    }
    message = {"type": "message", "role": "assistant", "content": [{"text": "Wait."}]}
    response = {"status": "completed", "output": [message, CALL], "usage": usage}
    assert line("response.done", response=response) == (
        'completed: assistant "Wait."; get_weather({"city":"London"})'
        " · 1,063 tokens in (64 cached), 22 out"
    )


@pytest.mark.parametrize(
    ("details", "shown"),
    [
        ({"type": "cancelled", "reason": "turn_detected"}, "cancelled (turn_detected)"),
        (
            {"type": "failed", "error": {"code": "insufficient_quota", "message": "Pay."}},
            "cancelled (insufficient_quota: Pay.)",
        ),
        ("unimplemented", "cancelled (unimplemented)"),
        (None, "cancelled"),
        (5, "cancelled"),
    ],
)
def test_response_done_says_why_it_ended(details: object, shown: str) -> None:
    response = {"status": "cancelled", "status_details": details, "output": []}
    assert line("response.done", response=response) == shown


def test_usage_beside_the_response_counts() -> None:
    response = {"status": "completed", "usage": {}}
    shown = line("response.done", response=response, usage={"output_tokens": 5})
    assert shown == "completed · ? tokens in, 5 out"


def test_error_shows_code_message_place_and_cause() -> None:
    error = {"code": "invalid_value", "message": "No.", "param": "type", "event_id": "event_1"}
    assert line("error", error=error) == "invalid_value: No. (type), for event_1"
    assert line("error", error={"type": "server_error", "code": None}) == "server_error: "
    assert line("error", error="x") == "error: "


def test_rate_limits_show_what_is_left() -> None:
    limits = [{"name": "tokens", "limit": 250000, "remaining": 249000}, {"name": "requests"}]
    assert line("rate_limits.updated", rate_limits=limits) == (
        "tokens 249,000 of 250,000 left, requests ? of ? left"
    )


def test_unknown_event_shows_item_response_error_and_small_fields() -> None:
    assert (
        line("vendor.new", item=CALL, n=1, deep={"x": 1}, none=None, yes=True)
        == ('get_weather, get_weather({"city":"London"}), n 1, yes true'.partition(", ")[2])
    )
    assert line("vendor.new", response={"status": "queued"}) == "queued"
    assert line("vendor.new", error={"code": "a", "message": "b"}) == "a: b"


def test_base64_in_an_unknown_event_is_told_by_its_size() -> None:
    assert line("response.video.delta", delta=AUDIO) == "delta (base64 9.6 kB)"
    assert line("response.video.delta", delta=AUDIO[:44]) == "delta (base64 33 B)"
    assert line("response.video.delta", delta="some words") == "delta some words"


# Frames that are no events, and the end.


@pytest.mark.parametrize(
    ("frame", "shown"),
    [
        (Event(1, 0.0, Side.CLIENT, None, b"twelve bytes", form=Form.TEXT), "text 12 B"),
        (
            Event(1, 0.0, Side.CLIENT, None, b"12345", form=Form.BINARY, is_text_frame=False),
            "binary 5 B",
        ),
        (
            Event(1, 0.0, Side.CLIENT, None, b"", form=Form.DIGEST, size=10**8, sha256="abcd" * 16),
            "100 MB streamed through, sha256 abcdabcd…",
        ),
        (
            Event(1, 0.0, Side.CLIENT, None, b"", form=Form.DIGEST),
            "0 B streamed through, sha256 ?…",
        ),
        (Event(1, 0.0, Side.CLIENT, None, b"[1, 2]"), "[1,2]"),
        (Event(1, 0.0, Side.CLIENT, None, b"{}"), "{}"),
        (Event(1, 0.0, Side.CLIENT, None, b"not json at all"), "not json at all"),
    ],
)
def test_frame_that_is_no_event_is_told_by_kind_and_size(frame: Event, shown: str) -> None:
    assert Summariser().summarise(frame) == shown


def test_close_tells_who_and_why() -> None:
    summariser = Summariser()
    closed = Closed(at=1.0, side=Side.SERVER, code=1001, reason="Your session\x1b[2J expired")
    assert summariser.summarise(closed) == (
        'closed by the server with 1001 "Your session\\x1b[2J expired"'
    )
    assert summariser.summarise(Closed(at=1.0, side=Side.CLIENT, code=1006)) == (
        "closed by the client with 1006"
    )


def test_event_that_somebody_touched_says_so() -> None:
    summariser = Summariser()
    dropped = event({"type": "response.create"}, fate=Fate.DROPPED, why="mock get_weather")
    assert summariser.summarise(dropped) == "[dropped, mock get_weather]"
    injected = event({"type": "x", "n": 1}, origin=Origin.INJECTED)
    assert summariser.summarise(injected) == "[injected] n 1"
    mock = event({"type": "x", "n": 1}, origin=Origin.MOCK, why="mock get_weather")
    assert summariser.summarise(mock) == "[mock get_weather] n 1"
    held = Event(1, 0.0, Side.CLIENT, None, b"x", form=Form.TEXT, fate=Fate.HELD)
    assert summariser.summarise(held) == "[held] text 1 B"


def test_event_that_is_not_shown_teaches_those_after_it() -> None:
    summariser = Summariser()
    summariser.learn(
        event({"type": "x", "item": {"type": "function_call", "name": "add", "call_id": "call_1"}})
    )
    delta = {"type": "response.function_call_arguments.delta", "call_id": "call_1", "delta": "{"}
    assert summariser.summarise(event(delta)) == 'add "{"'


# Whatever comes.

KNOWN = sorted(Summariser._TELLERS)
NAMES = st.sampled_from(
    [
        "item",
        "response",
        "session",
        "error",
        "usage",
        "rate_limits",
        "part",
        "delta",
        "audio",
        "text",
        "transcript",
        "arguments",
        "name",
        "call_id",
        "item_id",
        "response_id",
        "id",
        "output",
        "content",
        "tools",
        "input",
        "metadata",
        "status",
        "status_details",
        "type",
        "turn_detection",
        "voice",
        "model",
        "output_modalities",
        "speaker",
        "approve",
        "server_label",
        "image_url",
    ]
)
BASE64_RUN = re.compile(r"[A-Za-z0-9+/]{64,}")
junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from([*KNOWN[:3], "function_call", "function_call_output", "mcp_call", AUDIO]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)


@settings(max_examples=300)
@given(
    st.lists(
        st.builds(
            lambda type_, fields: {**fields, "type": type_},
            st.sampled_from(KNOWN) | st.text(max_size=10),
            st.dictionaries(NAMES, junk, max_size=6),
        ),
        max_size=5,
    )
)
def test_any_junk_gives_one_harmless_line(events: list[dict[str, Any]]) -> None:
    summariser = Summariser()
    for fields in events:
        each = event(fields)
        shown = summariser.summarise(each)
        assert shown.isprintable()
        assert not BASE64_RUN.search(shown)


@given(st.binary(max_size=80), st.sampled_from(Form))
def test_any_payload_gives_one_harmless_line(payload: bytes, form: Form) -> None:
    each = Event(1, 0.0, Side.CLIENT, "x\x1b", payload, form=form)
    assert Summariser().summarise(each).isprintable()


def test_memory_does_not_grow_with_deltas() -> None:
    summariser = Summariser()
    for number in range(1000):
        fields = {"type": "response.output_text.delta", "item_id": f"item_{number}", "delta": "a"}
        summariser.summarise(event(fields))
    assert summariser._names == {}


@pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded sessions are not beside this checkout")
@pytest.mark.parametrize("path", sorted(WIRE.rglob("*.jsonl")), ids=lambda path: path.stem)
def test_each_event_of_a_call_in_a_real_session_names_the_function(path: Path) -> None:
    texts = path.read_text().splitlines()
    names = set(re.findall(r'"type":"function_call"[^{}]*?"name":"(\w+)"', "".join(texts)))
    summariser = Summariser()
    for text in texts:
        fields = json.loads(text).get("event")
        if isinstance(fields, dict):
            shown = summariser.summarise(event(fields, Side(json.loads(text)["from"])))
            assert shown.isprintable()
            assert '"call_id"' not in text or any(name in shown for name in names), text
