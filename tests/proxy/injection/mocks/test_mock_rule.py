"""Mocks at work: which calls they answer, when, and what becomes of the app's own outputs."""

import json
from pathlib import Path

import pytest
from desk import seen_of
from mocked import MockedSession, called
from scenes import Called, open_function_calls, output
from transcript import client, server

from realtap.recordings.event import Fate, Origin

SUNNY = """
    [[mock]]
    call = "get_weather"
    output = "sunny"
    """
IF_UNANSWERED = """
    [[mock]]
    call = "get_weather"
    output = "sunny"
    mode = "if-unanswered"
    after_s = 2
    """
SEQUENCE = """
    [[mock]]
    call = "get_weather"
    outputs = ["first", { second = true }]
    """


# Which calls.


def test_call_is_answered_once_though_two_events_complete_it() -> None:
    session = MockedSession(SUNNY)
    session.server_calls(called())
    assert session.outputs == [("call_1", "sunny")]
    (answer,) = session.answers
    assert (answer.origin, answer.why, answer.respond) == (Origin.MOCK, "mock get_weather", True)


def test_other_functions_are_the_apps() -> None:
    session = MockedSession(SUNNY)
    session.server_calls(called("get_time"))
    assert session.outputs == []
    assert session.app_is_heard()


def test_parallel_calls_are_answered_half_by_the_app_half_by_mocks() -> None:
    session = MockedSession(SUNNY)
    session.server_calls(called(), called("get_time", "call_2"), called(call_id="call_3"))
    assert session.outputs == [("call_1", "sunny"), ("call_3", "sunny")]
    assert [session.app_is_heard(f"call_{n}") for n in (1, 2, 3)] == [False, True, False]


def test_first_mock_that_fits_answers_alone() -> None:
    session = MockedSession(
        """
        [[mock]]
        call = "get_weather"
        when = { city = "Rome" }
        output = "rain"
        [[mock]]
        call = "get_*"
        output = "slow"
        delay_s = 1
        [[mock]]
        call = "*"
        output = "quick"
        """
    )
    session.server_calls(called(city="Paris"), called(call_id="call_2", city="Rome"))
    session.wait(1)
    assert session.outputs == [("call_2", "rain"), ("call_1", "slow")]


def test_call_that_waits_already_is_answered_by_a_mock_that_is_switched_on() -> None:
    session = MockedSession("")
    session.server_calls(called())
    later = MockedSession(SUNNY)
    for rule in later.crossing.rules:
        rule.start(session.crossing.desk)
    session.wait(0)
    assert session.outputs == [("call_1", "sunny")]


def test_mcp_calls_and_messages_are_no_business_of_mocks() -> None:
    session = MockedSession('[[mock]]\ncall = "*"\noutput = "x"')
    item = {"id": "item_1", "type": "mcp_call", "name": "f", "arguments": "{}"}
    session.say(server("response.output_item.done", item=item))
    session.wait(0)
    assert session.outputs == []


def test_call_of_an_out_of_band_response_is_no_business_of_mocks() -> None:
    session = MockedSession(SUNNY)
    session.say(client("response.create", response={"conversation": "none"}))
    for said in open_function_calls(called(), asked=False):
        event = json.loads(said.payload)
        if event["type"] == "response.created":
            event["response"]["conversation_id"] = None
        session.crossing.server_says(event)
    session.wait(0)
    assert session.outputs == []
    assert session.app_is_heard()


def test_other_items_of_the_app_go_their_way() -> None:
    session = MockedSession(SUNNY)
    session.server_calls(called())
    session.say(client("conversation.item.create", item={"type": "message", "role": "user"}))
    assert session.crossing.to_server.types == ["response.create", "conversation.item.create"]


# In place of the app.


def test_apps_own_output_is_dropped_with_the_reason() -> None:
    session = MockedSession(SUNNY)
    session.server_calls(called())
    verdict = session.app_answers()
    assert (verdict.fate, verdict.why) == (Fate.DROPPED, "mock get_weather answers instead")


def test_apps_own_output_is_dropped_also_before_the_mock_answers() -> None:
    session = MockedSession(SUNNY + "delay_s = 1")
    session.server_calls(called())
    assert not session.app_is_heard()
    session.wait(0.9)
    assert session.outputs == []
    session.wait(0.1)
    assert session.outputs == [("call_1", "sunny")]


def test_no_response_is_asked_for_when_the_mock_says_so() -> None:
    session = MockedSession(SUNNY + "respond = false")
    session.server_calls(called())
    assert [answer.respond for answer in session.answers] == [False]


def test_call_that_was_cut_off_is_not_answered() -> None:
    session = MockedSession(SUNNY + "delay_s = 1")
    session.server_calls(called())
    cut_off = {
        "id": "item_of_call_1",
        "type": "function_call",
        "call_id": "call_1",
        "name": "get_weather",
        "status": "incomplete",
    }
    session.say(server("response.output_item.done", item=cut_off))
    session.wait(2)
    assert session.outputs == []
    assert session.app_is_heard()


def test_call_that_somebody_else_answered_meanwhile_is_not_answered_again() -> None:
    session = MockedSession(SUNNY + "delay_s = 1")
    session.server_calls(called())
    for said in output("call_1", "by hand"):
        session.crossing.desk.ledger.receive(seen_of(said.side, said.payload))
    session.wait(2)
    assert session.outputs == []


def test_mock_that_is_switched_off_answers_nothing_more() -> None:
    session = MockedSession(SUNNY + "delay_s = 1")
    session.server_calls(called())
    session.crossing.stop()
    session.wait(2)
    assert session.outputs == []
    assert session.app_is_heard()


def test_mock_takes_over_what_another_had_taken_when_it_was_switched_off() -> None:
    session = MockedSession(SUNNY + "delay_s = 1")
    session.server_calls(called())
    (new,) = MockedSession(SUNNY.replace("sunny", "rain")).crossing.rules
    new.start(session.crossing.desk)
    session.crossing.stop()
    session.wait(2)
    assert session.outputs == [("call_1", "rain")]


# If the app does not.


def test_app_that_answers_just_in_time_is_heard_alone() -> None:
    session = MockedSession(IF_UNANSWERED)
    session.server_calls(called())
    session.wait(1.99)
    assert session.app_is_heard()
    session.wait(1)
    assert session.outputs == []


def test_app_that_answers_just_too_late_is_not_heard() -> None:
    session = MockedSession(IF_UNANSWERED)
    session.server_calls(called())
    session.wait(2)
    assert session.outputs == [("call_1", "sunny")]
    assert not session.app_is_heard()


def test_apps_answer_while_the_function_still_works_is_heard_alone(tools: MockedSession) -> None:
    tools.server_calls(called("unanswered"))
    tools.crossing.wait(2)
    assert tools.app_is_heard()
    tools.wait(0)
    assert tools.outputs == []


def test_answer_of_the_app_takes_no_place_in_the_sequence() -> None:
    session = MockedSession(IF_UNANSWERED.replace('output = "sunny"', 'outputs = ["a", "b"]'))
    session.server_calls(called())
    session.app_answers()
    session.server_calls(called(call_id="call_2"), called(call_id="call_3"))
    session.wait(2)
    assert session.outputs == [("call_2", "a"), ("call_3", "b")]


# Sequences.


def test_sequence_gives_one_output_a_call_and_stays_at_the_last() -> None:
    session = MockedSession(SEQUENCE)
    for number in range(3):
        session.server_calls(called(call_id=f"call_{number}"))
    assert [text for _, text in session.outputs] == ["first", '{"second":true}', '{"second":true}']


def test_sequence_can_leave_later_calls_to_the_app() -> None:
    session = MockedSession(SEQUENCE + 'then = "app"\n' + '[[mock]]\ncall = "*"\noutput = "no"')
    session.server_calls(*(called(call_id=f"call_{number}") for number in (1, 2, 3)))
    assert [text for _, text in session.outputs] == ["first", '{"second":true}']
    assert [session.app_is_heard(f"call_{number}") for number in (1, 2, 3)] == [False, False, True]


def test_each_session_has_its_own_place_in_the_sequence() -> None:
    session = MockedSession(SEQUENCE)
    session.server_calls(called())
    other = MockedSession(SEQUENCE, makers=session.makers)
    other.server_calls(called())
    assert session.outputs == other.outputs == [("call_1", "first")]


# Python functions.

TOOLS = """
import asyncio
import sys

def plain(arguments):
    return {"city": arguments["city"]}

async def awaited(arguments):
    await asyncio.sleep(0)
    return "awaited"

def broken(arguments):
    raise KeyError("city")

async def broken_later(arguments):
    raise KeyError("later")

def odd(arguments):
    return object()

def leaving(arguments):
    sys.exit(3)

unanswered = plain
"""
NOT_JSON = "Object of type object is not JSON serializable"
TOOL_MOCKS = """
    [[mock]]
    call = "unanswered"
    python = "tools:plain"
    mode = "if-unanswered"
    [[mock]]
    call = "slow"
    python = "tools:plain"
    timeout_s = 5
    """ + "".join(
    f"""
    [[mock]]
    call = "{name}"
    python = "tools:{name}"
    """
    for name in ("plain", "awaited", "broken", "broken_later", "odd", "leaving")
)


@pytest.fixture
def tools(tmp_path: Path) -> MockedSession:
    (tmp_path / "tools.py").write_text(TOOLS)
    return MockedSession(TOOL_MOCKS, tmp_path)


@pytest.mark.parametrize(("name", "text"), [("plain", '{"city":"Paris"}'), ("awaited", "awaited")])
def test_function_answers(tools: MockedSession, name: str, text: str) -> None:
    tools.server_calls(called(name, city="Paris"))
    assert tools.outputs == [("call_1", text)]


@pytest.mark.parametrize(
    ("name", "place", "told"),
    [
        ("broken", " in tools.py line 13", "KeyError: 'city'"),
        ("broken_later", " in tools.py line 16", "KeyError: 'later'"),
        (
            "odd",
            "",
            f"ValueError: object is no text and no JSON: {NOT_JSON}",
        ),
        ("leaving", "", "RuntimeError: the function called sys.exit"),
    ],
)
def test_function_that_fails_answers_with_its_error_and_is_told(
    tools: MockedSession, name: str, place: str, told: str
) -> None:
    tools.server_calls(called(name))
    (answer,) = tools.answers
    assert json.loads(answer.output) == {"error": told}
    assert answer.why == f"mock {name} failed: {told}"
    assert tools.reports == [
        f"mock {name} failed{place} at call_1: {told}; the model was told of the error"
    ]


def test_function_that_takes_too_long_is_given_up(tools: MockedSession) -> None:
    tools.say(*open_function_calls(called("slow", city="Paris")))
    tools.crossing.wait(5)
    late = ("call_1", '{"error":"TimeoutError: tools:plain gave nothing back within 5 s"}')
    assert tools.outputs == [late]
    tools.wait(0)
    assert tools.outputs == [late]


def test_function_needs_arguments_that_are_json(tools: MockedSession) -> None:
    tools.server_calls(Called("plain", "{broken", "call_1"))
    assert tools.outputs == []
    assert tools.app_is_heard()


def test_function_that_is_switched_off_meanwhile_is_not_heard(tools: MockedSession) -> None:
    tools.say(*open_function_calls(called("plain", city="Paris")))
    tools.crossing.wait(0)
    tools.crossing.stop()
    tools.wait(0)
    assert tools.outputs == []


def test_argument_that_no_json_can_tell_fails_loudly() -> None:
    session = MockedSession('[[mock]]\ncall = "f"\ntemplate = { n = "{arguments.n}" }')
    session.server_calls(Called("f", '{"n": 1e999}', "call_1"))
    ((_, text),) = session.outputs
    assert text.startswith('{"error":"ValueError: ')
    assert len(session.reports) == 1
