"""One line about each event, for people.

Whatever an event says about a function call, its line names the function, also where the event
itself does not: argument deltas and results carry ids only. Junk in any field is legal: the line
then says less.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar

import msgspec

from .audio import AudioFormats, decoded_size, describe_duration
from .event import Closed, Event, Fate, Form, Json, Origin, Side
from .plain import (
    compact,
    cut,
    number_of,
    object_of,
    objects_of,
    quoted,
    safe,
    scalars,
    size,
    text_of,
)

TEXT_LIMIT = 80
"""Characters of a text that a line shows, unless told otherwise."""

_NAME_LIMIT = 64
_ITEMS_LIMIT = 8
_DIGEST_LENGTH = 8
_SHOWN_ELSEWHERE = frozenset(
    {
        "type",
        "event_id",
        "obfuscation",
        "output_index",
        "content_index",
        "previous_item_id",
        "item_id",
        "call_id",
        "response_id",
    }
)
_TRANSCRIPTION = "conversation.item.input_audio_transcription"
_OPENED = frozenset({"audio", "audio.input", "audio.output"})
_CALL_TYPES = frozenset({"function_call", "mcp_call", "mcp_approval_request"})


class Summariser:
    """Fed the events of one session in order, it says a line about each.

    Args:
        text_limit: Texts are cut to so many characters.

    It remembers the names of calls and the audio formats: memory grows with items, not with deltas.
    """

    def __init__(self, *, text_limit: int = TEXT_LIMIT) -> None:
        self._limit = text_limit
        self._names: dict[str, str] = {}
        """Names of functions by `call_id` and by item id."""
        self._formats = AudioFormats()

    def learn(self, event: Event) -> None:
        """Take an event that no line is wanted of: those after it may need what it tells."""
        if fields := _fields(event):
            self._learn(fields)
            if event.side is Side.SERVER:
                self._formats.observe(fields)

    def summarise(self, event: Event | Closed) -> str:
        """The line about an event, without its number, time, side, type and ids."""
        if isinstance(event, Closed):
            return _close(event, self._limit)
        if event.form is not Form.JSON:
            return _frame(event)
        fields = _fields(event)
        if not fields:
            return compact(_text(event.payload), self._limit)
        self._learn(fields)
        if event.side is Side.SERVER:
            self._formats.observe(fields)
        kind = text_of(fields.get("type")) or event.type or ""
        line = self._TELLERS.get(kind, Summariser._other)(self, fields)
        mark = _why(event, self._limit)
        return f"{mark}{line}".rstrip() if mark else line

    # What is remembered.

    def _learn(self, fields: Json) -> None:
        response = object_of(fields.get("response"))
        for item in (
            object_of(fields.get("item")),
            *objects_of(response.get("output")),
            *objects_of(response.get("input")),
        ):
            self._remember(item, item.get("id"))
        self._remember(fields, fields.get("item_id"))

    def _remember(self, holder: Json, item_id: object) -> None:
        """Keep the name in an item, or in an `arguments.done`, under the ids beside it."""
        is_call = "arguments" in holder or text_of(holder.get("type")) in _CALL_TYPES
        if not is_call or not (name := text_of(holder.get("name"))):
            return
        label = text_of(holder.get("server_label"))
        shown = cut(f"{label}.{name}" if label else name, _NAME_LIMIT)
        for each in (item_id, holder.get("call_id")):
            if isinstance(each, str) and each:
                self._names[each] = shown

    def _name(self, *keys: object) -> str:
        """The function's name by the first id that has one."""
        return next(
            (self._names[key] for key in keys if isinstance(key, str) and key in self._names), ""
        )

    def _named(self, fields: Json) -> str:
        """The function that an event is about, or the id that stands for it."""
        call_id = text_of(fields.get("call_id"))
        name = self._name(fields.get("item_id"), call_id) or text_of(fields.get("name"))
        return cut(name or call_id or "?", _NAME_LIMIT)

    # Items and responses.

    def _item(self, item: Json) -> str:
        match item.get("type"):
            case "function_call":
                return self._call(text_of(item.get("name")) or "?", item)
            case "function_call_output":
                return self._output(item)
            case "message" | None:
                return self._message(item)
            case str(kind) if kind.startswith("mcp_"):
                return self._mcp_item(item)
            case _:
                return scalars(item, skip=frozenset({"object"}), limit=self._limit)

    def _call(self, name: str, holder: Json) -> str:
        arguments = holder.get("arguments")
        shown = "" if arguments is None else compact(arguments, self._limit)
        if not shown and holder.get("status") == "in_progress":
            shown = "…"
        return f"{cut(name, _NAME_LIMIT)}({shown})"

    def _output(self, item: Json) -> str:
        call_id = text_of(item.get("call_id"))
        name = self._name(call_id) or cut(call_id or "?", _NAME_LIMIT)
        return f"{name} → {compact(item.get('output'), self._limit)}"

    def _message(self, item: Json) -> str:
        contents = [self._part(part) for part in objects_of(item.get("content"))]
        words = [
            cut(text_of(item.get("role")), _NAME_LIMIT),
            *_few(each for each in contents if each),
        ]
        phase, status = text_of(item.get("phase")), text_of(item.get("status"))
        if phase:
            words.append(f"({cut(phase, _NAME_LIMIT)})")
        if status and status != "completed":
            words.append(cut(status, _NAME_LIMIT))
        return " ".join(word for word in words if word)

    def _mcp_item(self, item: Json) -> str:
        label = cut(text_of(item.get("server_label")), _NAME_LIMIT)
        if "name" in item:
            call = self._call(f"{label}.{text_of(item.get('name'))}", item)
            result = item.get("output") or item.get("error")
            return f"{call} → {compact(result, self._limit)}" if result else call
        if "approve" in item:
            name = self._name(item.get("approval_request_id"))
            verdict = "approved" if item.get("approve") is True else "refused"
            return f"{name} {verdict}".strip()
        return f"{label} {self._tools(item.get('tools'))}".strip()

    def _part(self, part: Json) -> str:
        audio = text_of(part.get("audio"))
        words = text_of(part.get("text")) or text_of(part.get("transcript"))
        shown = quoted(words, self._limit) if words else ""
        if audio:
            is_input = text_of(part.get("type")).startswith("input")
            format_ = self._formats.input if is_input else self._formats.output(None)
            duration = describe_duration(format_.duration_s(decoded_size(audio)))
            shown = f"{shown} {duration}".strip()
        if image := text_of(part.get("image_url")):
            shown = f"{shown} image {cut(image, self._limit)}".strip()
        return shown or cut(text_of(part.get("type")), _NAME_LIMIT)

    def _tools(self, tools: object) -> str:
        names = [cut(_tool_name(tool), _NAME_LIMIT) for tool in objects_of(tools)]
        return f"tools: {', '.join(_few(names))}" if names else "no tools"

    # One method for each group of event types.

    def _session(self, fields: Json) -> str:
        session = object_of(fields.get("session"))
        audio = object_of(session.get("audio"))
        detection = object_of(audio.get("input")).get(
            "turn_detection", session.get("turn_detection")
        )
        voice = object_of(audio.get("output")).get("voice", session.get("voice"))
        modalities = session.get("output_modalities", session.get("modalities"))
        facts = [
            text_of(session.get("model")),
            "+".join(each for each in modalities if isinstance(each, str))
            if isinstance(modalities, list)
            else "",
            f"voice {voice}" if isinstance(voice, str) else "",
            text_of(object_of(detection).get("type")),
        ]
        line = ", ".join(cut(fact, _NAME_LIMIT) for fact in facts if fact)
        return f"{line}, {self._tools(session.get('tools'))}".removeprefix(", ")

    def _session_update(self, fields: Json) -> str:
        session = object_of(fields.get("session"))
        keys = [cut(key, _NAME_LIMIT) for key in _changed(session)]
        if isinstance(session.get("tools"), list):
            names = self._tools(session["tools"]).removeprefix("tools: ")
            keys = [f"tools ({names})" if key == "tools" else key for key in keys]
        return ", ".join(_few(keys, limit=_ITEMS_LIMIT * 2)) or "nothing"

    def _with_item(self, fields: Json) -> str:
        return self._item(object_of(fields.get("item")))

    def _part_event(self, fields: Json) -> str:
        return self._part(object_of(fields.get("part")))

    def _response_create(self, fields: Json) -> str:
        response = object_of(fields.get("response"))
        facts = []
        if instructions := text_of(response.get("instructions")):
            facts.append(f"instructions {quoted(instructions, self._limit)}")
        if isinstance(response.get("tools"), list):
            facts.append(self._tools(response["tools"]))
        given = [self._item(item) for item in objects_of(response.get("input"))]
        if given:
            facts.append(f"input: {'; '.join(_few(given))}")
        choice = response.get("tool_choice")
        if isinstance(choice, Mapping) and text_of(choice.get("name")):
            facts.append(f"tool_choice {cut(text_of(choice.get('name')), _NAME_LIMIT)}")
        skip = frozenset({"instructions"})
        facts.append(scalars(response, skip=skip, limit=self._limit))
        if metadata := object_of(response.get("metadata")):
            facts.append(f"metadata {compact(metadata, self._limit)}")
        return ", ".join(fact for fact in facts if fact)

    def _response(self, fields: Json) -> str:
        response = object_of(fields.get("response"))
        line = cut(text_of(response.get("status")), _NAME_LIMIT)
        if reason := _reason(response.get("status_details"), self._limit):
            line += f" ({reason})"
        outputs = [self._item(item) for item in objects_of(response.get("output"))]
        if outputs:
            line += f": {'; '.join(_few(outputs))}"
        usage = _usage(response.get("usage")) or _usage(fields.get("usage"))
        return f"{line} · {usage}" if usage else line

    def _arguments(self, fields: Json) -> str:
        return self._call(self._named(fields), fields)

    def _arguments_delta(self, fields: Json) -> str:
        return f"{self._named(fields)} {quoted(text_of(fields.get('delta')), self._limit)}"

    def _input_audio(self, fields: Json) -> str:
        length = decoded_size(text_of(fields.get("audio")))
        return describe_duration(self._formats.input.duration_s(length))

    def _output_audio(self, fields: Json) -> str:
        length = decoded_size(text_of(fields.get("delta")))
        return describe_duration(self._formats.output(fields.get("response_id")).duration_s(length))

    def _words(self, fields: Json) -> str:
        words = next(
            (fields[key] for key in ("delta", "text", "transcript") if key in fields), None
        )
        speaker = text_of(fields.get("speaker"))
        shown = quoted(text_of(words), self._limit)
        return f"{cut(speaker, _NAME_LIMIT)}: {shown}" if speaker else shown

    def _transcribed(self, fields: Json) -> str:
        usage = _usage(fields.get("usage"))
        return f"{self._words(fields)} · {usage}" if usage else self._words(fields)

    def _failure(self, fields: Json) -> str:
        return _error(object_of(fields.get("error")), self._limit)

    def _place(self, fields: Json) -> str:
        """Where in the audio: what truncations and the detection of speech say."""
        start, end = number_of(fields.get("audio_start_ms")), number_of(fields.get("audio_end_ms"))
        if start is not None and end is not None:
            return f"{start} to {end} ms"
        at = end if start is None else start
        return f"at {at} ms" if at is not None else ""

    def _rate_limits(self, fields: Json) -> str:
        limits = [
            f"{cut(text_of(each.get('name')), _NAME_LIMIT)} {_amount(each.get('remaining'))} of "
            f"{_amount(each.get('limit'))} left"
            for each in objects_of(fields.get("rate_limits"))
        ]
        return ", ".join(_few(limits))

    def _about_item(self, fields: Json) -> str:
        """An event that has ids only: the function's name, if it is about a call."""
        return self._name(fields.get("item_id"), fields.get("call_id"))

    def _other(self, fields: Json) -> str:
        """An event that this version does not know: what it has in common with others."""
        item = object_of(fields.get("item"))
        error = object_of(fields.get("error")) or object_of(fields.get("warning"))
        facts = [
            self._about_item(fields),
            self._item(item) if item else "",
            _error(error, self._limit) if error else "",
            self._response(fields) if object_of(fields.get("response")) else "",
            scalars(fields, skip=_SHOWN_ELSEWHERE, limit=self._limit),
        ]
        return ", ".join(fact for fact in facts if fact)

    _TELLERS: ClassVar[Mapping[str, "Callable[[Summariser, Json], str]"]] = {
        name: tell
        for tell, names in (
            (_session, ("session.created", "session.updated")),
            (_session, ("transcription_session.created", "transcription_session.updated")),
            (_session_update, ("session.update", "transcription_session.update")),
            (_with_item, ("conversation.item.create", "conversation.item.created")),
            (_with_item, ("conversation.item.added", "conversation.item.done")),
            (_with_item, ("conversation.item.retrieved",)),
            (_with_item, ("response.output_item.added", "response.output_item.done")),
            (_part_event, ("response.content_part.added", "response.content_part.done")),
            (_response_create, ("response.create",)),
            (_response, ("response.created", "response.done")),
            (_arguments, ("response.function_call_arguments.done",)),
            (_arguments, ("response.mcp_call_arguments.done",)),
            (_arguments_delta, ("response.function_call_arguments.delta",)),
            (_arguments_delta, ("response.mcp_call_arguments.delta",)),
            (_input_audio, ("input_audio_buffer.append", "session.input_audio_buffer.append")),
            (_output_audio, ("response.output_audio.delta", "response.audio.delta")),
            (_output_audio, ("session.output_audio.delta",)),
            (_words, ("response.output_text.delta", "response.output_text.done")),
            (_words, ("response.text.delta", "response.text.done")),
            (_words, ("response.output_audio_transcript.delta", "response.audio_transcript.delta")),
            (_words, ("response.output_audio_transcript.done", "response.audio_transcript.done")),
            (_words, ("session.input_transcript.delta", "session.output_transcript.delta")),
            (_words, (f"{_TRANSCRIPTION}.delta", f"{_TRANSCRIPTION}.segment")),
            (_transcribed, (f"{_TRANSCRIPTION}.completed", f"{_TRANSCRIPTION}.updated")),
            (_transcribed, ("transcription.delta", "transcription.done")),
            (_failure, ("error", f"{_TRANSCRIPTION}.failed")),
            (_place, ("input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped")),
            (_place, ("input_audio_buffer.timeout_triggered",)),
            (_place, ("conversation.item.truncate", "conversation.item.truncated")),
            (_rate_limits, ("rate_limits.updated",)),
        )
        for name in names
    }
    """Who tells of an event of this type; the rest goes to `_other`."""


def _fields(event: Event) -> Json:
    try:
        return event.fields()
    except (msgspec.MsgspecError, ValueError, RecursionError):
        # A line that an older or another program wrote: shown as text.
        return {}


def _text(payload: bytes) -> str:
    return payload.decode(errors="replace")


def _frame(event: Event) -> str:
    match event.form:
        case Form.DIGEST:
            digest = safe((event.sha256 or "?")[:_DIGEST_LENGTH])
            line = f"{size(event.size or 0)} streamed through, sha256 {digest}…"
        case Form.BINARY:
            line = f"binary {size(len(event.payload))}"
        case _:
            line = f"text {size(len(event.payload))}"
    return f"{_why(event, TEXT_LIMIT)}{line}"


def _close(closed: Closed, limit: int) -> str:
    reason = f" {quoted(closed.reason, limit)}" if closed.reason else ""
    return f"closed by the {closed.side} with {closed.code}{reason}"


def _why(event: Event, limit: int) -> str:
    """That somebody had a hand in it, in words and in front, where no narrow line cuts it off."""
    if event.origin is Origin.WIRE and event.fate is Fate.FORWARDED:
        return ""
    why = cut(event.why or "", limit)
    marks = [
        # `mock get_weather` says by itself that it is a mock.
        *([] if event.origin is Origin.WIRE or why.startswith(event.origin) else [event.origin]),
        *([] if event.fate is Fate.FORWARDED else [event.fate]),
        *([why] if why else []),
    ]
    return f"[{', '.join(marks)}] "


def _changed(value: Json, prefix: str = "") -> Iterator[str]:
    """The paths of what a session's update sets: GA's `audio` is opened, other objects are not."""
    for key, each in value.items():
        path = f"{prefix}{key}"
        if path in _OPENED and isinstance(each, dict):
            yield from _changed(each, f"{path}.")
        elif path != "type":
            yield path


def _reason(details: object, limit: int) -> str:
    """Why a response ended. xAI sends a bare string."""
    if isinstance(details, str):
        return cut(details, _NAME_LIMIT)
    facts = object_of(details)
    if error := object_of(facts.get("error")):
        return _error(error, limit)
    return cut(text_of(facts.get("reason")), _NAME_LIMIT)


def _error(error: Json, limit: int) -> str:
    code = text_of(error.get("code")) or text_of(error.get("type")) or "error"
    line = f"{cut(code, _NAME_LIMIT)}: {cut(text_of(error.get('message')), limit * 2)}"
    if param := text_of(error.get("param")):
        line += f" ({cut(param, _NAME_LIMIT)})"
    if event_id := text_of(error.get("event_id")):
        line += f", for {cut(event_id, _NAME_LIMIT)}"
    return line


def _usage(usage: object) -> str:
    facts = object_of(usage)
    if (seconds := number_of(facts.get("seconds"))) is not None:
        return f"{seconds} s billed"
    given, made = number_of(facts.get("input_tokens")), number_of(facts.get("output_tokens"))
    if given is None and made is None:
        return ""
    cached = number_of(object_of(facts.get("input_token_details")).get("cached_tokens"))
    of_cache = f" ({_amount(cached)} cached)" if cached else ""
    return f"{_amount(given)} tokens in{of_cache}, {_amount(made)} out"


def _amount(value: object) -> str:
    number = number_of(value)
    return "?" if number is None else f"{number:,}"


def _tool_name(tool: Json) -> str:
    """A function's name, an MCP server's label; else what kind of tool it is."""
    named = (
        tool.get("name"),
        # The shape of chat completions, which some servers echo.
        object_of(tool.get("function")).get("name"),
        tool.get("server_label"),
        tool.get("type"),
    )
    return next((each for each in named if isinstance(each, str) and each), "?")


def _few(texts: Iterable[str], *, limit: int = _ITEMS_LIMIT) -> list[str]:
    """As many as a line can bear."""
    texts = list(texts)
    return texts if len(texts) <= limit else [*texts[:limit], f"and {len(texts) - limit} more"]
