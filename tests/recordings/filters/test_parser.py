"""What filters can be read, and what they find."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings import lines
from realtap.recordings.event import Event, Fate, Form, Origin, Side
from realtap.recordings.filters import Candidate, FilterError, parse_filter

CALL = {
    "type": "response.output_item.done",
    "event_id": "event_9",
    "response_id": "resp_1",
    "output_index": 0,
    "item": {
        "id": "item_1",
        "type": "function_call",
        "status": "completed",
        "name": "get_weather",
        "call_id": "call_1",
        "arguments": '{"city": "Paris", "days": 3, "where": {"country": "FR"}}',
    },
}
MESSAGE = {
    "type": "conversation.item.added",
    "previous_item_id": None,
    "item": {
        "id": "item_2",
        "type": "message",
        "role": "user",
        "content": [
            {"type": "input_text", "text": "Bonjour, Zoé"},
            {"type": "input_audio", "transcript": None},
        ],
    },
}
DONE = {
    "type": "response.done",
    "response": {
        "id": "resp_1",
        "status": "completed",
        "output": [{"id": "item_1", "name": "get_weather", "call_id": "call_1"}],
        "usage": {"total_tokens": 222},
    },
}
BETA_AUDIO = {"type": "response.audio.delta", "item_id": "item_3", "delta": "UGFyaXM" * 30}


def event(fields: dict[str, Any], **more: Any) -> Event:
    settings = {"seq": 7, "at": 1.25, "side": Side.SERVER, "type": fields["type"]}
    return Event(payload=json.dumps(fields).encode(), **{**settings, **more})


def finds(text: str, fields: dict[str, Any], **more: Any) -> bool:
    """Whether a filter wants an event: the same for the event and for its line."""
    wanted = parse_filter(text)
    each = event(fields, **more)
    by_line = Candidate.of_line(lines.encode(each))
    assert by_line is not None
    answer = wanted.matches(by_line)
    assert wanted.matches(Candidate.of(each)) is answer
    return answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "type:response.output_item.done",
        "type:response.*",
        "type=*item*",
        "type~ITEM",
        "type!=error",
        "kind:response.output_item.done",
        "from:server",
        "-from:client",
        "from!=client",
        "name:get_weather",
        "name:get_*",
        "name~weather",
        "call:call_1",
        "item:item_1",
        "response:resp_1",
        "event:event_9",
        "seq:7",
        "seq=7",
        "seq:1..7",
        "seq>=7",
        "seq!=8",
        "at>1.2",
        "at<1.3",
        "at:1..1.5",
        "size>100",
        "origin:wire",
        "fate:forwarded",
        "text:Paris",
        "paris",
        '"get_weather"',
        "item.name=get_weather",
        'item.name="get_weather"',
        "item.name:get_*",
        "item.name=get_weathe?",
        "item.name~^get",
        "item.name~(weather|time)$",
        "item.name!=get_time",
        "item.name:*",
        "item.type=function_call",
        "output_index=0",
        "output_index:0",
        "response_id:resp_1",
        "output_index<1",
        "item.arguments.city=Paris",
        "item.arguments.days>2",
        "item.arguments.days=3",
        "item.arguments.where.country=FR",
        "item.arguments~Paris",
        '"item"."name"=get_weather',
        "type:response.* item.name=get_weather",
        "type:response.* AND item.name=get_weather",
        "type:error OR item.name=get_weather",
        "(type:error OR from:server) -name:get_time",
        "-(type:error OR from:client)",
        "--from:server",
    ],
)
def test_filter_finds_the_call(text: str) -> None:
    assert finds(text, CALL)


@pytest.mark.parametrize(
    "text",
    [
        "type:response",
        "type:RESPONSE.*",
        "-type:response.*",
        "from:client",
        "name:get_time",
        "name:weather",
        "call:call_2",
        "item:call_1",
        "seq:6",
        "at>1.25",
        "size<10",
        "origin:injected",
        "fate:dropped",
        '"Rome"',
        "item.name=get",
        'item.name="get_*"',
        "item.name!=get_weather",
        "item.nothing!=get_weather",
        "item.nothing:*",
        "item.name>3",
        "item.arguments.city=Rome",
        "item.arguments[0]=Paris",
        "item.name.deeper=x",
        "type:response.* item.name=get_time",
        "type:error OR item.name=get_time",
        "-(from:server type:response.*)",
    ],
)
def test_filter_leaves_the_call_out(text: str) -> None:
    assert not finds(text, CALL)


@pytest.mark.parametrize(
    "text",
    [
        "item.content[0].text~bonjour",
        "item.content[].text~bonjour",
        "item.content[*].text~bonjour",
        "item.content.text~bonjour",
        "item.content[1].type=input_audio",
        "item.content[].transcript=null",
        "item.content[1].transcript:*",
        "previous_item_id=null",
        "zoé",
        "ZOÉ",
        '"Bonjour, Zo"',
        "item.role=user",
    ],
)
def test_elements_of_arrays_and_texts_are_found(text: str) -> None:
    assert finds(text, MESSAGE)


def test_path_maps_over_the_outputs_of_a_response() -> None:
    assert finds("response.output[].name=get_weather", DONE)
    assert finds("response.output.name=get_weather", DONE)
    assert finds("response.usage.total_tokens>=222", DONE)
    assert finds("name:get_weather call:call_1 item:item_1 response:resp_1", DONE)
    assert not finds("response.output[1].name=get_weather", DONE)


def test_type_is_the_wires_own_name_and_kind_is_that_of_ga() -> None:
    assert finds("type:response.audio.delta", BETA_AUDIO)
    assert not finds("type:response.output_audio.delta", BETA_AUDIO)
    assert finds("kind:response.output_audio.delta", BETA_AUDIO)
    assert finds("kind:response.audio.delta", BETA_AUDIO)
    assert finds("kind:response.output_audio.*", BETA_AUDIO)


def test_audio_is_not_searched_for_words() -> None:
    assert not finds("UGFyaXM", BETA_AUDIO)
    assert finds("item_3", BETA_AUDIO)


def test_words_are_found_however_they_are_escaped() -> None:
    nested = {"type": "x", "arguments": json.dumps({"street": 'Rue de l"École\n5'})}
    assert finds('"rue de l\\"école"', nested)
    assert finds("école", nested)
    assert not finds("ecole", nested)


def test_letter_that_is_written_as_an_escape_is_found() -> None:
    payload = rb'{"type":"x","\u006eame":"\u0067et_weather"}'
    odd = Event(1, 0.0, Side.SERVER, "x", payload)
    for text in ("name=get_weather", "name:get_*", "get_weather"):
        assert parse_filter(text).matches(Candidate.of(odd))


def test_words_that_somebody_added_to_a_line_are_found() -> None:
    injected = {"origin": Origin.INJECTED, "fate": Fate.DROPPED}
    assert finds("origin:injected fate:dropped", CALL, **injected)
    assert not finds("origin:wire", CALL, **injected)
    assert not finds("fate:forwarded", CALL, **injected)


@pytest.mark.parametrize(
    "text", ["item.name=add", "item.name=subtract", "item.name!=add", "subtract", "+4"]
)
def test_either_text_of_an_edited_event_is_found(text: str) -> None:
    said = {"type": "x", "item": {"name": "add"}}
    sent = {"type": "x", "item": {"name": "subtract", "note": 'a "quoted" +4'}}
    edited = {"fate": Fate.EDITED, "sent": json.dumps(sent).encode()}
    assert finds(text, said, **edited)
    assert not finds("multiply", said, **edited)
    assert not finds("item.name!=*", said, **edited)


def test_messages_that_are_no_events_have_no_fields() -> None:
    binary = Event(1, 0.5, Side.CLIENT, None, b"\x00\x01", form=Form.BINARY, is_text_frame=False)
    candidate = Candidate.of(binary)
    assert parse_filter("from:client size=2").matches(candidate)
    assert not parse_filter("type:*").matches(candidate)
    assert not parse_filter("item.name:*").matches(candidate)
    assert parse_filter("-item.name:*").matches(candidate)


@pytest.mark.parametrize(
    ("text", "position", "message", "hint"),
    [
        ("typ:response.*", 0, "no key typ", "did you mean type:?"),
        ("xyzzy:1", 0, "no key xyzzy", "the keys are type"),
        ("from:serv", 5, "from is never serv", "did you mean server?"),
        ("fate:lost", 5, "fate is never lost", "forwarded, dropped"),
        ("at>soon", 3, "'soon' is not a number", "12.5"),
        ("seq:1..x", 7, "'x' is not a number", ""),
        ("seq:8..", 7, "'' is not a number", "12"),
        ("at~3", 2, "at does not go with ~", "at>12.5"),
        ("type>3", 4, "type does not go with >", "type:response.*"),
        ("item.name~(", 10, "not a regular expression", "wildcards"),
        ("type:", 5, "a value is missing", "type:response.*"),
        ("item.name=", 10, "a value is missing", "*"),
        ("(a", 0, "never closed", ""),
        ("a)", 1, "closes nothing", ""),
        ("()", 1, "expected a term", ""),
        ("a OR", 4, "expected a term", ""),
        ("OR a", 0, "expected a term", ""),
        ("a OR OR b", 5, "expected a term", ""),
        ("- a", 1, "expected a term", "a minus stands right before"),
        ("-", 1, "expected a term", "a minus"),
        ('type:x "abc', 7, "no end", ""),
        ('"x"y', 3, "expected a space", ""),
        ("item..x=1", 7, "= does not stand", '"item..x=1"'),
        ("finding:eror", 8, "no severity eror", "did you mean error?"),
    ],
)
def test_error_points_at_the_character(text: str, position: int, message: str, hint: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    error = caught.value
    assert (error.position, error.text) == (position, text)
    assert message in error.message
    assert hint in error.hint
    *_, shown, caret = [line for line in str(error).splitlines() if line.strip()][:3]
    assert shown == f"  {text}"
    assert caret.index("^") - 2 == position


def test_nesting_has_an_end() -> None:
    assert parse_filter("(" * 30 + "paris" + ")" * 30).matches(Candidate.of(event(CALL)))
    for deep in ("(" * 5000 + "a" + ")" * 5000, "-" * 5000 + "a"):
        with pytest.raises(FilterError, match="too many parentheses"):
            parse_filter(deep)


def test_filter_knows_what_it_needs() -> None:
    assert parse_filter("type:x from:server -at>3").needs_only_columns
    assert not parse_filter("type:x size>3").needs_only_columns
    assert parse_filter("name:get_weather").needs_joined
    assert parse_filter("call.name=get_weather").needs_joined
    assert parse_filter("response.input[].call.name=get_weather").needs_joined
    assert not parse_filter("item.type=function_call").needs_joined
    assert not parse_filter("callback=x").needs_joined
    assert parse_filter("-finding:error").needs_findings
    assert not parse_filter("type:x").needs_findings


def test_filter_shows_what_was_written() -> None:
    assert repr(parse_filter("type:x")) == "Filter('type:x')"


PIECES = [
    "type",
    "at",
    "item.name",
    ":",
    "=",
    "!=",
    "~",
    ">",
    "(",
    ")",
    "-",
    '"',
    "OR",
    "AND",
    "[]",
    "[0]",
    "*",
    "12",
    "..",
    "\\",
    "é",
    "\x1b",
    "from:server",
    "x",
]
SYNTAX = st.lists(st.sampled_from([*PIECES, " "]), max_size=12).map("".join)


@given(SYNTAX | st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    refused = None
    try:
        assert parse_filter(text).matches(Candidate.of(event(CALL))) in (True, False)
    except FilterError as error:
        refused = error
    if refused:
        assert 0 <= refused.position <= len(text)
        assert all(line.isprintable() for line in str(refused).splitlines())
