"""Tables of mocks: what they become, and why they are refused."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from mocked import a_call, mock

from realtap.proxy.injection.mocks.mock_table import TableError, mock_from
from realtap.proxy.injection.mocks.sources import Sources
from realtap.recordings.event import Json

KEYS = (
    "call, name, when, output, output_file, template, values, outputs, error, python, then, "
    "delay_s, mode, after_s, timeout_s, respond"
)
ANSWERS = "output, output_file, template, outputs, error, python"


def first_output(folder: Path = Path("/nowhere"), **table: Any) -> str:
    return mock(folder, **table).answers[0].output(a_call(), 1)


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ({"output": "sunny"}, "sunny"),
        ({"output": ""}, ""),
        ({"output": {"sky": "blue"}}, '{"sky":"blue"}'),
        ({"output": [1, 2]}, "[1,2]"),
        ({"output": False}, "false"),
        ({"outputs": [{"sky": "blue"}, "gray"]}, '{"sky":"blue"}'),
        ({"error": "no such city"}, '{"error":"no such city"}'),
        ({"template": "in {arguments.city}"}, "in Paris"),
        ({"template": {"in": "{arguments.city}"}}, '{"in":"Paris"}'),
        ({"template": "{sky}", "values": {"sky": "blue"}}, "blue"),
    ],
)
def test_each_kind_of_output_is_written_in_its_own_way(table: Json, text: str) -> None:
    assert first_output(**table) == text


def test_files_output_is_its_text_without_the_last_lines_end(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{\n  "sky": "blue"\n}\n')
    assert first_output(tmp_path, output_file="x.json") == '{\n  "sky": "blue"\n}'


def test_functions_output_is_what_it_gives_back(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("def f(arguments): return arguments['city']")
    assert first_output(tmp_path, python="tools:f") == "Paris"


def test_mock_answers_at_once_in_place_of_the_app_unless_told_otherwise() -> None:
    plain = mock(output="x")
    assert (plain.name, plain.delay_s, plain.is_instead) == ("mock get_weather", 0.0, True)
    assert plain.is_responding
    assert not plain.gives_up_after_last


def test_mock_takes_all_its_settings() -> None:
    full = mock(name="Paris", output="x", delay_s=0.5, respond=False, then="app")
    assert (full.name, full.delay_s, full.is_responding) == ("mock Paris", 0.5, False)
    assert full.gives_up_after_last


@pytest.mark.parametrize(("table", "delay_s"), [({}, 2.0), ({"after_s": 0}, 0.0)])
def test_mock_can_wait_for_the_app(table: Json, delay_s: float) -> None:
    waiting = mock(output="x", mode="if-unanswered", **table)
    assert (waiting.is_instead, waiting.delay_s) == (False, delay_s)


@pytest.mark.parametrize(
    ("table", "key", "told"),
    [
        (
            {"call": None},
            "call",
            "call is null; expected the name of a function, or a pattern as get_*",
        ),
        (
            {"call": ""},
            "call",
            'call is ""; expected the name of a function, or a pattern as get_*',
        ),
        ({}, "", f"nothing is answered; write one of {ANSWERS}"),
        ({"outptu": "x"}, "outptu", f"outptu is unknown; did you mean output? there are {KEYS}"),
        ({"zzz": "x"}, "zzz", f"zzz is unknown; there are {KEYS}"),
        ({"output": "x", "error": "y"}, "error", "error stands beside output; leave one out"),
        ({"output": "x", "name": 3}, "name", "name is 3; expected a text"),
        (
            {"output": "x", "when": 3},
            "when",
            "when is 3; expected a table of arguments, or their exact text",
        ),
        (
            {"output": "x", "when": {"a": "re:("}},
            "when",
            "in when, a is 're:(', which is no regular expression: missing ), unterminated subpattern at position 0",
        ),
        (
            {"output": "x", "when": {"a": date(2026, 11, 20)}},
            "when",
            "when has a value that JSON does not know: Object of type date is not JSON serializable; write it in quotes",
        ),
        (
            {"output": float("nan")},
            "output",
            "output has a value that JSON does not know: Out of range float values are not JSON compliant: nan; write it in quotes",
        ),
        ({"outputs": []}, "outputs", "outputs is []; expected a list with at least one output"),
        ({"outputs": "x"}, "outputs", 'outputs is "x"; expected a list with at least one output'),
        (
            {"output_file": "no.json"},
            "output_file",
            "/nowhere/no.json cannot be read: No such file or directory",
        ),
        ({"python": "tools"}, "python", "'tools' names no function; write module:function"),
        (
            {"template": "{city}"},
            "template",
            "in template, {city} is nothing that can be filled in; there are arguments, name, call_id, count",
        ),
        (
            {"template": "x", "values": {"count": 1}},
            "values",
            "count comes from the call; choose another name",
        ),
        (
            {"output": "x", "values": {}},
            "values",
            "values does nothing without template; leave it out",
        ),
        (
            {"output": "x", "timeout_s": 1},
            "timeout_s",
            "timeout_s does nothing without python; leave it out",
        ),
        ({"output": "x", "then": "stop"}, "then", 'then is "stop"; expected "last" or "app"'),
        (
            {"output": "x", "mode": "insted"},
            "mode",
            'mode is "insted"; expected "instead" or "if-unanswered"',
        ),
        (
            {"output": "x", "delay_s": -1},
            "delay_s",
            "delay_s is -1; expected seconds from 0 to 3600",
        ),
        (
            {"output": "x", "delay_s": float("inf")},
            "delay_s",
            "delay_s is Infinity; expected seconds from 0 to 3600",
        ),
        (
            {"output": "x", "delay_s": "1"},
            "delay_s",
            'delay_s is "1"; expected seconds from 0 to 3600',
        ),
        (
            {"output": "x", "after_s": 1},
            "after_s",
            'after_s needs mode = "if-unanswered"; or write delay_s',
        ),
        (
            {"output": "x", "mode": "if-unanswered", "delay_s": 1},
            "delay_s",
            'delay_s does nothing with mode = "if-unanswered"; write after_s',
        ),
        ({"output": "x", "respond": 1}, "respond", "respond is 1; expected true or false"),
    ],
)
def test_table_that_cannot_be_taken_is_refused_with_the_reason(
    table: Json, key: str, told: str
) -> None:
    with pytest.raises(TableError) as raised:
        mock(**table)
    assert str(raised.value) == told
    assert raised.value.key == key


def test_mock_without_a_function_is_refused() -> None:
    with pytest.raises(TableError, match=r"^call is missing; expected the name of a function"):
        mock_from({"output": "x"}, Sources(Path("/nowhere")), print)
