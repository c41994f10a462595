"""The page of an event on terminals of several widths."""

import re

import pytest

from realtap.recordings.catalogue import EventReference, catalogue
from realtap.tui.cli.event_page import EventPage
from realtap.tui.cli.rows import Page

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def page_of(event_type: str, *, width: int | None, has_colour: bool = False) -> list[str]:
    """The lines of an event's page."""
    event = catalogue().event(event_type)
    assert event is not None
    return list(EventPage(catalogue(), event, Page(width, has_colour)).lines())


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("event", catalogue().events(), ids=lambda event: event.type)
def test_page_fits_the_terminal_but_for_the_example(event: EventReference, width: int) -> None:
    lines = page_of(event.type, width=width)
    too_long = [line for line in lines if len(line) > width and line != event.example]
    assert too_long == []


def test_field_is_indented_below_what_it_is_in() -> None:
    lines = page_of("conversation.item.created", width=80)
    indents = {
        name: next(len(line) - len(line.lstrip()) for line in lines if line.split()[:1] == [name])
        for name in ("item", "content[]", "transcript")
    }
    assert indents == {"item": 0, "content[]": 2, "transcript": 4}


def test_fields_of_a_type_stand_under_its_heading() -> None:
    lines = page_of("conversation.item.created", width=None)
    heading = lines.index("  ─ when type is function_call")
    assert [line.split()[0] for line in lines[heading + 1 : heading + 4]] == [
        *("call_id", "name", "arguments"),
    ]


def test_heading_says_which_dialect_has_the_type() -> None:
    assert "  ─ when type is mcp_call" in page_of("conversation.item.done", width=80)
    assert "  ─ when type is mcp_call (GA only)" in page_of("conversation.item.created", width=80)


def test_names_of_both_dialects_are_told() -> None:
    lines = page_of("conversation.item.created", width=80)
    assert "GA name    conversation.item.added and conversation.item.done" in lines
    assert "beta name  conversation.item.created" in lines


def test_flat_session_of_the_beta_says_where_its_fields_are_in_ga() -> None:
    told = " ".join(page_of("session.update", width=None))
    assert "─ in the beta dialect" in told
    assert "in GA: session.audio.input.turn_detection" in told


def test_other_types_and_values_are_told_below_the_meaning() -> None:
    told = {line.split()[0]: line for line in page_of("response.create", width=None) if line}
    assert "integer" in told["max_output_tokens"]
    assert "  or inf  " in told["max_output_tokens"]
    assert "none | auto | required, or object" in told["tool_choice"]


def test_field_that_the_package_lacks_is_marked() -> None:
    told = {line.split()[0]: line for line in page_of("session.created", width=None) if line}
    assert "(not in the openai package)" in told["expires_at"]
    assert "(Azure Voice Live only)" in told["avatar"]


def test_event_without_a_model_in_a_dialect_says_so() -> None:
    lines = page_of("mcp_list_tools.failed", width=80)
    assert "dialects   GA, beta (not in the openai package)" in lines


def test_transport_is_told_where_it_is_not_a_websocket() -> None:
    assert "where      WebRTC and SIP only" in page_of("output_audio_buffer.clear", width=80)


def test_function_name_has_the_colour_of_calls() -> None:
    lines = page_of("conversation.item.created", width=80, has_colour=True)
    (name,) = (line for line in lines if "THE FUNCTION'S NAME" in line)
    assert "\x1b[33m" in name
    assert any("\x1b[33m" in line and '"get_weather"' in line for line in lines)


@pytest.mark.parametrize("width", [80, None])
def test_colour_changes_no_column(width: int | None) -> None:
    plain = page_of("response.done", width=width)
    coloured = page_of("response.done", width=width, has_colour=True)
    assert [ESCAPE.sub("", line) for line in coloured] == plain


def test_narrow_terminal_keeps_a_readable_column() -> None:
    assert max(map(len, page_of("response.cancel", width=20)[8:12])) >= 30


def test_name_that_is_too_long_for_its_column_has_a_line_of_its_own() -> None:
    lines = page_of("session.update", width=80)
    name = lines.index("    appended_text_after_truncation")
    assert lines[name + 1].split()[0] == "string"


def test_function_name_is_coloured_also_where_it_is_the_events_own() -> None:
    lines = page_of("response.function_call_arguments.done", width=80, has_colour=True)
    assert any("\x1b[33m" in line and "THE FUNCTION'S NAME" in line for line in lines)
