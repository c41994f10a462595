"""How functions are declared and chosen."""

from typing import Any

import pytest
from scenes import WEATHER, error, ga_session, session, session_update, user_message
from transcript import XAI, Said, Step, client, findings_in, only, server, slugs, wait

from realtap.recordings.findings.finding import Severity

BEGIN: list[Step] = [session()]


def _update(**fields: Any) -> Said:
    return client("session.update", session={"type": "realtime", **fields})


def _refused(param: str) -> Said:
    return error("missing_required_parameter", f"Missing required parameter: '{param}'.")


NESTED = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


# malformed-tool


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        (NESTED, "session.tools[0] (f) has its name and parameters inside `function`"),
        ({"name": "f"}, "session.tools[0] (f) has no type"),
        ({"type": "function"}, "session.tools[0] has no name"),
        ({**WEATHER, "strict": True}, "has strict, which the API does not know"),
        ({**WEATHER, "parameters": "city"}, "has parameters that are no JSON schema"),
        ({**WEATHER, "parameters": {"type": "array"}}, "parameters of type array, not object"),
        ("get_weather", "session.tools[0] is no object"),
    ],
)
def test_a_tool_in_another_shape_is_told(tool: object, told: str) -> None:
    findings = findings_in(BEGIN, _update(tools=[tool]), _refused("session.tools[0]"))
    found = only(findings, "malformed-tool")
    assert told in found.what
    assert found.severity is Severity.ERROR


def test_tools_that_are_no_list_are_told() -> None:
    findings = findings_in(BEGIN, _update(tools={"f": WEATHER}), _refused("session.tools"))
    assert "session.tools is no array" in only(findings, "malformed-tool").what


def test_a_known_server_that_does_not_answer_has_refused() -> None:
    assert "malformed-tool" in slugs(findings_in(BEGIN, _update(tools=[NESTED]), wait(4)))


def test_tools_of_a_request_are_judged_too() -> None:
    create = client("response.create", response={"tools": [NESTED]})
    findings = findings_in(BEGIN, user_message(), create, _refused("response.tools[0].name"))
    assert "response.tools[0] (f)" in only(findings, "malformed-tool").what


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(session_update(tools=[NESTED]), id="the server took it"),
        pytest.param(session_update(tools=[WEATHER]), id="correct"),
        pytest.param(
            session_update(tools=[{"type": "mcp", "server_label": "x", "headers": {}}]), id="mcp"
        ),
        pytest.param(session_update(tools=[]), id="none"),
        pytest.param(
            session_update(tools=[{"type": "function", "name": "now", "parameters": {}}]),
            id="no parameters",
        ),
    ],
)
def test_a_tool_that_the_server_takes_is_right(steps: Step) -> None:
    assert "malformed-tool" not in slugs(findings_in(BEGIN, steps))


def test_an_unknown_server_may_take_any_shape() -> None:
    assert "malformed-tool" not in slugs(
        findings_in(BEGIN, _update(tools=[NESTED]), wait(30), upstream=XAI)
    )


# duplicate-tool


def test_a_name_that_is_declared_twice_is_told() -> None:
    findings = findings_in(BEGIN, session_update(tools=[WEATHER, WEATHER]))
    assert "get_weather" in only(findings, "duplicate-tool").what


def test_names_of_one_list_that_differ_are_right() -> None:
    other = {**WEATHER, "name": "get_time"}
    findings = findings_in(BEGIN, session_update(tools=[WEATHER, other]))
    assert "duplicate-tool" not in slugs(findings)


# malformed-tool-choice


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({"type": "function", "function": {"name": "get_weather"}}, "it is inside `function`"),
        ({"type": "function"}, "has no name"),
        ({"type": "function", "name": "get_time"}, "forces get_time, which is not declared"),
        ("any", "is any, which is no choice"),
    ],
)
def test_a_choice_that_cannot_be_made_is_told(choice: object, told: str) -> None:
    begin = [session(tools=[WEATHER])]
    findings = findings_in(begin, _update(tool_choice=choice), _refused("session.tool_choice"))
    assert told in only(findings, "malformed-tool-choice").what


@pytest.mark.parametrize(
    "choice",
    [
        "auto",
        "none",
        "required",
        {"type": "function", "name": "get_weather"},
        {"type": "mcp", "server_label": "x"},
        None,
    ],
)
def test_a_choice_that_can_be_made_is_right(choice: object) -> None:
    begin = [session(tools=[WEATHER])]
    findings = findings_in(begin, _update(tool_choice=choice), wait(4))
    assert "malformed-tool-choice" not in slugs(findings)


def test_a_function_of_the_same_update_can_be_chosen() -> None:
    choice = {"type": "function", "name": "get_weather"}
    findings = findings_in(BEGIN, _update(tools=[WEATHER], tool_choice=choice), wait(4))
    assert "malformed-tool-choice" not in slugs(findings)


def test_a_stored_prompt_may_bring_the_function() -> None:
    created = server("session.created", session=ga_session(prompt={"id": "pmpt_1"}))
    choice = {"type": "function", "name": "get_weather"}
    findings = findings_in(created, _update(tool_choice=choice), wait(4))
    assert "malformed-tool-choice" not in slugs(findings)
