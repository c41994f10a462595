"""A conversation as a dialogue: turns in their order, tools in between, errors and ends.

How a turn looks on a page is the reader's own business; `said` has them as plain lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .audio import describe_duration
from .conversation import (
    CALL_TYPES,
    Call,
    Conversation,
    ErrorSeen,
    Intervention,
    Item,
    Response,
)
from .event import Closed, Fate, Origin, Side
from .plain import compact, object_of, one_line, safe, text_of

_CALL_LIMIT = 300
_NAME_LIMIT = 64
_WHO_LIMIT = 10
_TOOLS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Turn:
    """One paragraph of the dialogue."""

    seq: int
    """Of the event that it begins with; 0 stands in front of all."""
    at: float | None
    who: str
    """`user`, `assistant`, `system`, `tool`, `error`, `realtap`, or empty for a remark."""
    text: str
    remarks: tuple[str, ...] = ()
    """Said below it: that it was interrupted, that its transcription failed."""


def said(conversation: Conversation) -> list[str]:
    """What was said, a line each: `user: Hello`, `tool: get_weather({…}) → …`, `error: …`."""
    return [f"{turn.who}: {turn.text}" for turn in turns_of(conversation) if turn.who]


def turns_of(conversation: Conversation) -> Iterator[Turn]:
    """The dialogue in the conversation's order, with what is not part of it at its time."""
    asides = sorted(_asides(conversation), key=lambda turn: turn.seq)
    next_aside = 0
    yield _beginning(conversation)
    for item in conversation.items.in_order():
        turn = _turn_of(item, conversation)
        if turn is None:
            continue
        while next_aside < len(asides) and asides[next_aside].seq < turn.seq:
            yield asides[next_aside]
            next_aside += 1
        yield turn
    yield from asides[next_aside:]
    yield from _transcripts(conversation)
    yield from _end(conversation)


def _beginning(conversation: Conversation) -> Turn:
    session, header = conversation.session, conversation.header
    functions = list(session.tools())
    shown = [safe(name)[:_NAME_LIMIT] for name in functions[:_TOOLS_SHOWN]]
    if len(functions) > len(shown):
        shown.append(f"and {len(functions) - len(shown)} more")
    facts = (
        header.started if header else "",
        session.model or "",
        f"voice {session.voice}" if session.voice else "",
        "+".join(session.output_modalities or ()),
        f"functions: {', '.join(shown)}" if shown else "",
    )
    return Turn(0, None, "", ", ".join(one_line(fact) for fact in facts if fact))


def _turn_of(item: Item, conversation: Conversation) -> Turn | None:
    if item.kind == "function_call_output" and item.call is not None:
        # Told with its call.
        return None
    if item.kind in CALL_TYPES and item.call is not None:
        return _turn_of_call(item, item.call)
    if item.kind == "function_call_output":
        return Turn(item.seq, item.at, "tool", f"? → {compact(item.output, _CALL_LIMIT)}")
    if item.kind == "mcp_list_tools":
        tools = ", ".join(safe(name)[:_NAME_LIMIT] for name in item.tools[:_TOOLS_SHOWN])
        return Turn(item.seq, item.at, "tool", f"MCP tools: {tools or 'none'}")
    if item.kind != "message":
        return Turn(item.seq, item.at, "", safe(item.kind)[:_NAME_LIMIT])
    who = item.role or "user"
    return Turn(
        item.seq, item.at, safe(who)[:_WHO_LIMIT], _words(item), _remarks(item, conversation)
    )


def _words(item: Item) -> str:
    text = " ".join(item.text.split()) or " ".join(item.dropped_text.split())
    if text:
        return safe(text)
    if item.has_audio and item.role == "user":
        return "(speaks; no transcript)" if not item.transcript_done else "(says nothing)"
    if item.audio_ms:
        return f"({describe_duration(item.audio_ms / 1000)}, no transcript)"
    kinds = ", ".join(dict.fromkeys(kind for kind in item.content_types if kind))
    return f"({safe(kinds)[:_NAME_LIMIT]})" if kinds else "(nothing)"


def _remarks(item: Item, conversation: Conversation) -> tuple[str, ...]:
    remarks = []
    if item.injected:
        remarks.append(f"injected{_by(item.why)}, the app did not send it")
    if item.is_made_up:
        remarks.append(f"made up{_by(item.why)}, the server knows nothing of it")
    if item.transcript_error is not None:
        remarks.append(f"transcription failed: {_error_text(item.transcript_error)}")
    response = conversation.responses.get(item.response_id)
    if response is not None and response.output_item_ids[-1:] == [item.id]:
        remarks += _ending(response)
    if item.truncated_ms is not None:
        heard = item.truncated_ms / 1000
        whole = f" of {item.audio_ms / 1000:.1f} s" if item.audio_ms else ""
        remarks.append(f"cut after {heard:.1f} s{whole}: the model forgets what it said there")
    if item.is_deleted:
        remarks.append("deleted from the conversation")
    return tuple(remarks)


def _ending(response: Response) -> Iterator[str]:
    """How a response ended, if it did not end well."""
    details = object_of(response.status_details)
    reason = text_of(details.get("reason"))
    if response.status == "cancelled":
        by = {"turn_detected": "by the user's voice", "client_cancelled": "by the app"}
        yield f"interrupted {by.get(reason, safe(reason)[:_NAME_LIMIT])}".rstrip()
    elif response.status == "failed":
        yield f"failed: {_error_text(object_of(details.get('error')))}"
    elif response.status == "incomplete":
        yield f"incomplete: {safe(reason)[:_NAME_LIMIT] or 'no reason given'}"
    elif response.done_seq is None:
        yield "never finished"


def _turn_of_call(item: Item, call: Call) -> Turn:
    output = call.output
    text = output.text if output else call.mcp_output
    shown = "no output" if text is None else compact(text, _CALL_LIMIT) or '""'
    return Turn(
        item.seq, item.at, "tool", f"{_call_text(call)} → {shown}", tuple(_about_call(call))
    )


def _about_call(call: Call) -> Iterator[str]:
    """What realtap did about a call, and whether its output was of use."""
    output = call.output
    if call.is_made_up:
        yield f"a made-up call{_by(call.made_up_by)}, the server knows nothing of it"
    if output is not None and output.by is not Origin.WIRE:
        yield f"the output was made by an intervention ({output.why or output.by})"
    for own in call.dropped_outputs:
        text = compact(own.text, _CALL_LIMIT) or '""'
        yield f"the app's own output was kept from the server{_by(own.why)}: {text}"
    is_of_use = call.answered_by or call.is_from_client or call.is_made_up
    if output is not None and not is_of_use:
        yield "no response has used this output"


def _by(why: str) -> str:
    return f" ({one_line(why)})" if why else ""


def _call_text(call: Call) -> str:
    label = f"{call.server_label}." if call.server_label else ""
    name = safe(f"{label}{call.name or '?'}")[:_NAME_LIMIT]
    return f"{name}({compact(call.arguments, _CALL_LIMIT) if call.arguments else ''})"


def _asides(conversation: Conversation) -> Iterator[Turn]:
    """What is not in the conversation: errors, responses beside it, responses without output."""
    for error in conversation.errors:
        made_up = f"made up{_by(error.why)}, the server never said it"
        about_it = (made_up,) if error.is_made_up else ()
        yield Turn(error.seq, error.at, "error", _told(error), about_it)
    yield from _interventions(conversation)
    for response in conversation.responses.all():
        if response.is_out_of_band:
            yield from _turns_beside(response, conversation)
        elif not response.output_item_ids:
            remarks = tuple(_ending(response))
            if remarks or response.status == "completed":
                said = "(a response without output)"
                yield Turn(response.seq, response.at, "assistant", said, remarks)


def _interventions(conversation: Conversation) -> Iterator[Turn]:
    """What was kept back, changed or held; what was made up, and outputs, are told at their place."""
    for each in conversation.interventions.all():
        if not _is_told_elsewhere(each, conversation):
            name = safe(each.type)[:_NAME_LIMIT] or "a message"
            yield Turn(each.seq, each.at, "realtap", f"{name} {one_line(each.in_words())}")


def _is_told_elsewhere(each: Intervention, conversation: Conversation) -> bool:
    if not each.is_made_up:
        is_output = each.kind == "conversation.item.create" and bool(each.call_id)
        return is_output and each.fate is Fate.DROPPED
    if each.side is Side.CLIENT or each.kind == "error":
        return True
    response = conversation.responses.get(each.response_id)
    item = conversation.items.get(each.item_id)
    # What is made up about something real is told by nothing else.
    return bool(response and response.is_made_up) or bool(item and item.is_made_up)


def _turns_beside(response: Response, conversation: Conversation) -> Iterator[Turn]:
    for item_id in response.output_item_ids:
        item = conversation.items.get(item_id)
        turn = _turn_of(item, conversation) if item is not None else None
        if turn is not None:
            remark = "beside the conversation (an out-of-band response)"
            yield Turn(turn.seq, turn.at, turn.who, turn.text, (*turn.remarks, remark))


def _told(error: ErrorSeen) -> str:
    facts = {"code": error.code, "type": error.type, "message": error.message}
    text = _error_text(facts)
    if error.answers_seq is None:
        return text
    guess = "probably " if error.is_guess else ""
    return (
        f"{text} ({guess}for {safe(error.answers_type)[:_NAME_LIMIT]}, event {error.answers_seq})"
    )


def _error_text(error: dict[str, str]) -> str:
    name = text_of(error.get("code")) or text_of(error.get("type")) or "unknown error"
    message = " ".join(text_of(error.get("message")).split())
    return f"{safe(name)[:_NAME_LIMIT]}: {safe(message)[:_CALL_LIMIT]}".removesuffix(": ")


def _transcripts(conversation: Conversation) -> Iterator[Turn]:
    """A translation session has no items, only two running texts."""
    texts = (
        ("heard", conversation.input_transcript),
        ("translated", conversation.output_transcript),
    )
    for who, text in texts:
        if text:
            yield Turn(0, None, who, safe(" ".join(text.split())))


def _end(conversation: Conversation) -> Iterator[Turn]:
    for call in conversation.calls.pending():
        text = f"{_call_text(call)} still waits for its output"
        yield Turn(call.announced_seq, conversation.last_at, "", text)
    closed = conversation.closed
    if closed is None:
        yield Turn(0, conversation.last_at, "", "the recording ends here, without a close")
        return
    yield Turn(0, closed.at, "", ending_in_words(closed))


def ending_in_words(closed: Closed) -> str:
    """`closed by the server with 1001 expired`, and that realtap did it, if it did."""
    reason = f" {one_line(closed.reason)}" if closed.reason else ""
    line = f"closed by the {closed.side} with {closed.code}{reason}"
    if "origin" not in closed.extra:
        return line
    why = closed.extra.get("why")
    return f"{line} (made by realtap{f': {one_line(why)}' if isinstance(why, str) else ''})"
