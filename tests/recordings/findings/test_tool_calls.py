"""The calls that the model makes."""

from typing import Any

import pytest
from scenes import (
    WEATHER,
    Called,
    audio_answer,
    function_call,
    function_calls,
    ga_session,
    output,
    response_created,
    response_done,
    session,
    session_update,
    spoken_turn,
    text_answer,
    user_message,
)
from transcript import Said, Step, client, findings_in, only, server, slugs

from realtap.recordings.event import Json
from realtap.recordings.findings.finding import Severity

BEGIN: list[Step] = [session(tools=[WEATHER]), user_message("The weather in Oslo?")]


def _round(name: str, arguments: object, call_id: str = "call_1", **options: Any) -> list[Said]:
    """A call, its output and the answer."""
    return [*function_call(name, arguments, call_id=call_id, **options), *output(call_id)]


def _found(arguments: object, slug: str) -> str:
    findings = findings_in(BEGIN, _round("get_weather", arguments), text_answer())
    return only(findings, slug).what


# unknown-tool


def test_a_function_that_nobody_declared_is_told_with_the_nearest() -> None:
    findings = findings_in(BEGIN, _round("get_wether", {}), text_answer())
    found = only(findings, "unknown-tool")
    assert found.severity is Severity.ERROR
    assert "did you mean get_weather?" in found.what


def test_a_function_of_a_session_without_any_is_told() -> None:
    findings = findings_in(session(), user_message(), _round("f", {}), text_answer())
    assert "no function is declared" in only(findings, "unknown-tool").what


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param([session(tools=[WEATHER])], id="in the session"),
        pytest.param(
            [session(), client("session.update", session={"tools": [WEATHER]})], id="asked"
        ),
        pytest.param(
            [session(tools=[{"type": "function", "function": {"name": "get_weather"}}])],
            id="nested",
        ),
        pytest.param([session(tools=[WEATHER]), session_update(tools=[])], id="until just now"),
        pytest.param(
            [server("session.created", session=ga_session(prompt={"id": "pmpt_1"}))], id="a prompt"
        ),
        pytest.param([], id="joined late"),
    ],
)
def test_a_function_that_is_declared_or_may_be_is_known(begin: Step) -> None:
    calls = [user_message(), _round("get_weather", {"city": "Oslo"}), text_answer()]
    assert "unknown-tool" not in slugs(findings_in(begin, calls))


def test_a_function_that_a_request_declares_is_known() -> None:
    create = client("response.create", response={"tools": [WEATHER]})
    called = function_call("get_weather", {"city": "Oslo"}, asked=False)
    findings = findings_in(session(), user_message(), create, called, output("call_1"))
    assert "unknown-tool" not in slugs(findings)


# arguments-not-json


@pytest.mark.parametrize("arguments", ['{"city": "Oslo', "Oslo", "{'city': 'Oslo'}"])
def test_arguments_that_are_no_json_are_told(arguments: str) -> None:
    assert "are not JSON" in _found(arguments, "arguments-not-json")


def test_arguments_that_are_no_object_are_told() -> None:
    assert "are JSON, but no object" in _found('["Oslo"]', "arguments-not-json")


def test_no_arguments_at_all_are_an_empty_object() -> None:
    tool = {"type": "function", "name": "now", "parameters": {"type": "object"}}
    begin = [session(tools=[tool]), user_message()]
    assert findings_in(begin, _round("now", ""), text_answer()) == []


def test_arguments_that_were_cut_off_are_not_judged() -> None:
    call = {"type": "function_call", "status": "incomplete", "call_id": "call_1", "name": "f"}
    cut = response_done("resp_1", [{**call, "arguments": '{"ci'}], "cancelled")
    steps = [client("response.create"), response_created("resp_1"), cut]
    assert "arguments-not-json" not in slugs(findings_in(BEGIN, steps))


def test_a_call_is_judged_once_though_it_is_told_twice() -> None:
    findings = findings_in(BEGIN, _round("get_weather", "{"), text_answer(), is_settled=False)
    assert slugs(findings).count("arguments-not-json") == 1


# arguments-do-not-match-schema


def test_arguments_that_are_not_as_declared_are_told() -> None:
    told = _found({"town": "Oslo", "unit": "kelvin"}, "arguments-do-not-match-schema")
    assert "city is missing" in told
    assert "unit is kelvin" in told


def test_no_arguments_lack_those_that_are_required() -> None:
    assert "city is missing" in _found("", "arguments-do-not-match-schema")


def test_the_declaration_of_the_request_counts_for_its_response() -> None:
    own = {**WEATHER, "parameters": {"type": "object", "required": ["place"]}}
    create = client("response.create", response={"tools": [own]})
    called = function_call("get_weather", {"city": "Oslo"}, asked=False)
    findings = findings_in(BEGIN, create, called, output("call_1"), text_answer())
    assert "place is missing" in only(findings, "arguments-do-not-match-schema").what


@pytest.mark.parametrize("arguments", [{"city": "Oslo"}, {"city": "Oslo", "unit": "celsius"}])
def test_arguments_as_declared_are_right(arguments: Json) -> None:
    assert findings_in(BEGIN, _round("get_weather", arguments), text_answer()) == []


# same-call-again-and-again


def _rounds(*arguments: object) -> list[Said]:
    return [
        step
        for number, each in enumerate(arguments)
        for step in _round("get_weather", each, f"call_{number}")
    ]


OSLO = {"city": "Oslo"}


def test_the_same_call_three_times_in_a_row_is_told() -> None:
    findings = findings_in(BEGIN, _rounds(OSLO, '{ "city":\n"Oslo" }', OSLO), text_answer())
    found = only(findings, "same-call-again-and-again")
    assert "3 times with the same arguments" in found.what


def test_a_forced_choice_in_the_session_is_a_loop() -> None:
    begin = [session(tools=[WEATHER], tool_choice="required"), user_message()]
    cities = [{"city": each} for each in ("Oslo", "Rome", "Bonn")]
    found = only(findings_in(begin, _rounds(*cities)), "same-call-again-and-again")
    assert "tool_choice is required" in found.what
    assert '"tool_choice": "auto"' in found.todo


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([_rounds(OSLO, OSLO), text_answer()], id="twice"),
        pytest.param([_rounds(OSLO, {"city": "Rome"}, {"city": "Bonn"})], id="other arguments"),
        pytest.param(
            [
                _rounds(OSLO, OSLO),
                user_message("Once more"),
                _round("get_weather", OSLO, "call_7"),
            ],
            id="the user asked again",
        ),
        pytest.param(
            [
                _rounds(OSLO, OSLO),
                text_answer(),
                spoken_turn(),
                function_call("get_weather", OSLO, call_id="call_7", asked=False),
            ],
            id="the user asked again aloud",
        ),
    ],
)
def test_calls_that_differ_or_are_asked_for_are_no_loop(steps: Step) -> None:
    assert "same-call-again-and-again" not in slugs(findings_in(BEGIN, steps))


def test_a_client_that_says_a_servers_event_has_called_nothing() -> None:
    call = {"type": "function_call", "status": "completed", "name": "f", "arguments": "{}"}
    said = [
        client("response.done", response={"output": [{**call, "call_id": f"call_{number}"}]})
        for number in range(4)
    ]
    assert "same-call-again-and-again" not in slugs(findings_in(BEGIN, said))


# argument-deltas-differ


def _without_a_delta(steps: list[Said]) -> list[Said]:
    deltas = [each for each in steps if b"arguments.delta" in each.payload]
    return [each for each in steps if each is not deltas[0]]


def test_a_lost_delta_is_told() -> None:
    lost = _without_a_delta(function_call("get_weather", OSLO))
    findings = findings_in(BEGIN, lost, output("call_1"), text_answer())
    assert "get_weather (call_1)" in only(findings, "argument-deltas-differ").what


def test_arguments_without_any_delta_are_right() -> None:
    whole = _without_a_delta(_without_a_delta(function_call("get_weather", OSLO)))
    findings = findings_in(BEGIN, whole, output("call_1"), text_answer())
    assert "argument-deltas-differ" not in slugs(findings)


def test_deltas_of_a_call_that_began_before_the_recording_are_not_judged() -> None:
    late = _without_a_delta(function_call("get_weather", OSLO))[4:]
    assert "argument-deltas-differ" not in slugs(findings_in(BEGIN, late))


def test_deltas_of_parallel_calls_may_be_mixed() -> None:
    calls = [Called("get_weather", {"city": each}, f"call_{each}") for each in ("Oslo", "Rome")]
    steps = sorted(
        enumerate(function_calls(*calls)),
        key=lambda each: 5 if b"arguments.delta" in each[1].payload else each[0],
    )
    findings = findings_in(BEGIN, [step for _, step in steps])
    assert "argument-deltas-differ" not in slugs(findings)


def test_arguments_in_very_many_deltas_are_not_compared() -> None:
    steps = function_call("get_weather", {"city": "O" * 12_000})
    begun = [each for each in steps if b"arguments.delta" not in each.payload]
    ids = {"item_id": "item_of_call_1", "call_id": "call_1"}
    delta = server("response.function_call_arguments.delta", **ids, delta="O")
    at = next(n for n, each in enumerate(begun) if b"arguments.done" in each.payload)
    findings = findings_in(BEGIN, begun[:at], [delta] * 12_000, begun[at:], output("call_1"))
    assert "argument-deltas-differ" not in slugs(findings)


# said-twice


def _said_before_and_after(before: str, after: str) -> list[Said]:
    begun = audio_answer(before, response_id="resp_1")[:-1]
    call = function_call("get_weather", OSLO, response_id="resp_1", asked=False)[1:]
    return [*begun, *call, *output("call_1"), *audio_answer(after)]


def test_a_response_that_repeats_what_was_said_beside_the_call_is_told() -> None:
    said = "It is raining in Oslo with ten degrees today"
    findings = findings_in(BEGIN, _said_before_and_after(said, f"{said}."))
    assert only(findings, "said-twice").severity is Severity.INFO


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("One moment please, I will look up the weather", "It is raining in Oslo with ten degrees"),
        ("One moment", "One moment"),
    ],
)
def test_a_preamble_is_normal(before: str, after: str) -> None:
    assert "said-twice" not in slugs(findings_in(BEGIN, _said_before_and_after(before, after)))


def test_a_repetition_in_another_turn_is_normal() -> None:
    text = "It is raining in Oslo with ten degrees today"
    steps = [_said_before_and_after(text, "Anything else?"), user_message(), text_answer(text)]
    assert "said-twice" not in slugs(findings_in(BEGIN, steps))
