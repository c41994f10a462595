"""Improvised replies: which tool, which arguments, which words."""

import pytest

from realtap.proxy.simulator.improvisation import Situation, fill_arguments, improvise
from realtap.proxy.simulator.script import Call
from realtap.recordings.event import Json


def _tool(name: str, description: str = "", **properties: Json) -> Json:
    return {
        "type": "function",
        "name": name,
        "description": description,
        "parameters": {
            "type": "object",
            "properties": properties,
            "required": list(properties),
        },
    }


WEATHER = _tool("get_weather", "Look up the weather for a city.", city={"type": "string"})
TIMER = _tool("setTimer", "Start a countdown.", minutes={"type": "integer"})
BOTH = (TIMER, WEATHER)


def _called(text: str, *tools: Json, **situation: object) -> list[Call]:
    moment = Situation(text=text, tools=tools or BOTH, **situation)  # type: ignore[arg-type]  # any field of it
    return list(improvise(moment).calls)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("How is the weather?", "get_weather"),
        ("a countdown please", "setTimer"),
        ("5 minutes", "setTimer"),
    ],
)
def test_tool_that_shares_words_is_called(text: str, name: str) -> None:
    assert [call.name for call in _called(text)] == [name]


@pytest.mark.parametrize("text", ["Hello!", "", "What is your name for the day?"])
def test_no_tool_is_called_without_shared_words(text: str) -> None:
    assert _called(text) == []


def test_tool_choice_is_obeyed() -> None:
    assert _called("the weather", tool_choice="none") == []
    assert len(_called("Hello", tool_choice="required")) == 1
    forced = {"type": "function", "name": "setTimer"}
    assert [call.name for call in _called("the weather", tool_choice=forced)] == ["setTimer"]


def test_output_is_told_instead_of_calling_again() -> None:
    reply = improvise(
        Situation(text="weather", tools=BOTH, outputs=(("get_weather", "12 degrees."),))
    )
    assert (reply.calls, reply.say) == ((), "Here is what I found: 12 degrees.")


def test_json_output_is_told_in_words() -> None:
    output = '{"temperature_c": 21, "sky": "clear", "days": ["Mon", "Tue"]}'
    reply = improvise(Situation(outputs=(("f", output),)))
    assert reply.say == "Here is what I found: temperature c 21, sky clear, days Mon, Tue."


def test_nobody_is_greeted_with_silence() -> None:
    assert improvise(Situation()).say == "Hello! How can I help you today?"


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("What is the weather in London?", "London"),
        ("weather for New York today", "New York"),
        ("What's the weather of the day in Paris, please?", "Paris"),
        ("Tell me Oslo weather", "Oslo"),
        ("weather at home", "home"),
        ("weather", "weather"),
    ],
)
def test_string_comes_from_the_words(text: str, city: str) -> None:
    assert fill_arguments(WEATHER, text) == {"city": city}


def test_listed_names_make_parallel_calls() -> None:
    calls = _called("What is the weather in Paris, New York and Rome?")
    cities = [(call.arguments or {})["city"] for call in calls]
    assert cities == ["Paris", "New York", "Rome"]


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "integer"}, "for 25 minutes", 25),
        ({"type": "integer", "minimum": 3}, "a while", 3),
        ({"type": "number"}, "2.5 of them", 2.5),
        ({"type": "boolean"}, "yes", True),
        ({"type": "null"}, "", None),
        ({"enum": ["celsius", "fahrenheit"]}, "in Fahrenheit", "fahrenheit"),
        ({"enum": ["celsius", "fahrenheit"]}, "now", "celsius"),
        ({"const": 7}, "now", 7),
        ({"type": "string", "default": "en"}, "now", "en"),
        ({"type": "string", "format": "date"}, "now", "2026-01-01"),
        ({"type": ["string", "null"]}, "to Anna", "Anna"),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, "4 times", 4),
        ({"type": "array", "items": {"type": "integer"}}, "8 of them", [8]),
        (
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
            "9",
            {"a": 9},
        ),
    ],
)
def test_value_fits_its_schema(schema: Json, text: str, value: object) -> None:
    assert fill_arguments(_tool("f", x=schema), text) == {"x": value}


def test_optional_arguments_are_left_out_unless_named() -> None:
    tool = _tool("f", unit={"enum": ["celsius", "kelvin"]}, note={"type": "string"})
    tool["parameters"]["required"] = []
    assert fill_arguments(tool, "some words") == {}
    assert fill_arguments(tool, "in kelvin") == {"unit": "kelvin"}


def test_two_strings_get_two_values() -> None:
    tool = _tool("book", origin={"type": "string"}, destination={"type": "string"})
    arguments = fill_arguments(tool, "Book a flight to Rome from Paris")
    assert sorted(arguments.values()) == ["Paris", "Rome"]


def test_tool_without_parameters_gets_none() -> None:
    assert fill_arguments({"name": "f"}, "x") == {}


def test_long_texts_are_shortened() -> None:
    assert len(improvise(Situation(text="word " * 5_000)).say or "") < 300
    assert len(improvise(Situation(outputs=(("f", "x" * 50_000),))).say or "") < 300


@pytest.mark.parametrize(
    "parameters", [7, {"properties": 3}, {"required": 1}, {"enum": 2, "anyOf": "x"}]
)
def test_schema_that_is_none_does_no_harm(parameters: object) -> None:
    tool = {"type": "function", "name": "f", "parameters": parameters}
    assert len(_called("Hello", tool, tool_choice="required")) == 1
