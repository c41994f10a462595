"""The tree of fields below a row."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtap.recordings.event import Closed, Event, Fate, Form, Side
from realtap.recordings.joins import Joined
from realtap.tui.cli.expanding import ExpandedRows
from realtap.tui.cli.rows import Page

PIPE = Page(width=None, has_colour=False)
NARROW = Page(width=80, has_colour=False)


def event(fields: dict[str, Any], **more: Any) -> Event:
    settings = {"seq": 7, "at": 1.25, "side": Side.SERVER, "type": fields.get("type"), **more}
    return Event(payload=json.dumps(fields).encode(), **settings)


def tree(fields: dict[str, Any], page: Page = PIPE, joined: tuple[Joined, ...] = ()) -> list[str]:
    """The lines below the row, without their first indent."""
    _, *lines = ExpandedRows(page).lines_of(event(fields), joined)
    return [line.removeprefix("      ") for line in lines]


def test_every_level_is_indented_under_its_name() -> None:
    fields = {
        "type": "response.output_item.done",
        "item": {
            "name": "get_weather",
            "arguments": '{"city": "Paris"}',
            "content": [{"type": "output_text"}, {"type": "output_audio"}],
        },
    }
    assert tree(fields) == [
        "item",
        '  name       "get_weather"',
        '  arguments  "{"city": "Paris"}"',
        '    city  "Paris"',
        "  content[0]",
        '    type  "output_text"',
        "  content[1]",
        '    type  "output_audio"',
        'type  "response.output_item.done"',
    ]


def test_short_array_of_scalars_takes_one_line() -> None:
    assert tree({"modalities": ["audio", "text"], "tools": [], "n": list(range(40))})[:3] == [
        'modalities  ["audio", "text"]',
        "tools       []",
        "n[0]        0",
    ]


def test_joined_fields_are_marked_with_their_source() -> None:
    joined = (
        Joined("call.name", "get_weather", 12),
        Joined("answers", "response.create", 3, "guess: it was the last one"),
        Joined("item.role", "user"),
    )
    assert tree({"delta": "x"}, joined=joined) == [
        'delta      "x"',
        'call.name  "get_weather"  ⇠ joined from event 12',
        'answers    "response.create"  ⇠ joined from event 3, guess: it was the last one',
        'item.role  "user"  ⇠ joined',
    ]


def test_joined_arguments_say_once_that_they_are_joined() -> None:
    joined = (
        Joined("call.name", "get_weather", 12),
        Joined("call.arguments", '{"city": "Paris"}', 13),
    )
    assert tree({}, joined=joined) == [
        "call",
        '  name       "get_weather"  ⇠ joined from event 12',
        '  arguments  "{"city": "Paris"}"  ⇠ joined from event 13',
        '    city  "Paris"',
    ]


def test_narrow_terminal_is_never_exceeded() -> None:
    fields = {
        "type": "session.created",
        "session": {
            "instructions": "Speak slowly. " * 50,
            "a_name_that_is_much_longer_than_any_in_the_protocol": {"x": 1},
            "deep": {"er": {"and": {"er": {"text": "word " * 40}}}},
        },
    }
    joined = (Joined("item.text", "said " * 40, 12, "guess: " + "because " * 20),)
    rows = ExpandedRows(NARROW)
    lines = list(rows.lines_of(event(fields), joined))
    assert max(map(len, lines)) <= 80
    assert any(line.rstrip().endswith("…") for line in lines)
    assert any("joined" in line for line in lines)


def test_wide_terminal_says_what_a_field_means() -> None:
    rows = ExpandedRows(Page(width=140, has_colour=False), lambda *_: "what it means")
    assert all("what it means" in line for line in list(rows.lines_of(event({"a": 1})))[1:])
    rows = ExpandedRows(NARROW, lambda *_: "what it means")
    assert not any("what it means" in line for line in rows.lines_of(event({"a": 1})))


def test_colour_is_only_where_the_page_has_it() -> None:
    fields = {"item": {"name": "add", "n": 5, "none": None}}
    assert "\x1b[" in "".join(ExpandedRows(Page(80, has_colour=True)).lines_of(event(fields)))
    assert "\x1b[" not in "".join(tree(fields))


def test_audio_is_told_in_the_format_that_an_event_before_named() -> None:
    updated = {"type": "session.updated", "session": {"input_audio_format": "g711_ulaw"}}
    append = {"type": "input_audio_buffer.append", "audio": "AAAA" * 4000}
    for teach in (ExpandedRows.learn, lambda rows, each: list(rows.lines_of(each))):
        rows = ExpandedRows(PIPE)
        teach(rows, event(updated))
        assert "audio 1.50 s, g711 mu-law 8 kHz, 12 kB" in "".join(rows.lines_of(event(append)))


def test_message_that_is_no_event_is_one_line() -> None:
    text = Event(1, 0.0, Side.CLIENT, None, b"hi", form=Form.TEXT)
    assert list(ExpandedRows(PIPE).lines_of(text))[1:] == ['      "hi"']


def test_other_lines_have_no_fields() -> None:
    assert len(list(ExpandedRows(PIPE).lines_of(Closed(1.0, Side.CLIENT, 1000)))) == 1


JUNK = st.recursive(
    st.none() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=30), inner),
    max_leaves=15,
)


@pytest.mark.parametrize("width", [None, 20, 80, 200])
@settings(max_examples=50)
@given(fields=st.dictionaries(st.text(max_size=40), JUNK, max_size=5), value=JUNK)
def test_no_control_character_reaches_the_terminal(
    width: int | None, fields: dict[str, Any], value: object
) -> None:
    joined = (Joined("item.text", value, 1, "because\x1b"),)
    page = Page(width=width, has_colour=False)
    for line in ExpandedRows(page, lambda *_: "meaning").lines_of(event(fields), joined):
        assert line.isprintable()
        assert width is None or len(line) <= max(width, 40)


def test_edited_event_is_written_out_as_it_was_said_and_as_it_was_sent() -> None:
    edited = event({"type": "x", "n": 1}, fate=Fate.EDITED, sent=b'{"type":"x","n":2}')
    said, *fields, sent, type_, number = ExpandedRows(PIPE).lines_of(edited)
    assert "[edited] n 1" in said
    assert [line.split() for line in fields] == [["type", '"x"'], ["n", "1"]]
    assert sent.split()[:2] == ["~", "sent"]
    assert [type_.split(), number.split()] == [["type", '"x"'], ["n", "2"]]
