import json

import pytest
from transcript import Said, client, closed, server, transcript, wait

from realtap.proxy.testing import (
    assert_answered,
    assert_called,
    assert_dialogue,
    assert_no_findings,
    dialogue,
)
from realtap.recordings.event import Header, Json
from realtap.recordings.replay.outcome import Outcome

CITY: Json = {"city": "Paris", "days": 2}


def outcome(*said: object) -> Outcome:
    tools = [{"type": "function", "name": "get_weather", "parameters": {"type": "object"}}]
    created = server("session.created", session={"id": "sess_1", "tools": tools})
    entries = transcript(created, *said)  # type: ignore[arg-type] # steps, or lists of them
    header = entries[0]
    assert isinstance(header, Header)
    return Outcome(header, entries[1:])


def call(call_id: str = "call_1", **arguments: object) -> list[Said]:
    """A response that calls the function."""
    item = {"id": f"item_{call_id}", "type": "function_call", "call_id": call_id}
    item |= {"name": "get_weather"}
    done = item | {"arguments": json.dumps(arguments), "status": "completed"}
    response_id = f"resp_{call_id}"
    return [
        client("response.create"),
        server("response.created", response={"id": response_id, "status": "in_progress"}),
        server("response.output_item.added", response_id=response_id, item=item),
        server("conversation.item.added", item=item),
        server("response.output_item.done", response_id=response_id, item=done),
        server("response.done", response={"id": response_id, "status": "completed"}),
    ]


def output(call_id: str = "call_1") -> list[Said]:
    """The app gives the function's output, and the server takes it."""
    item = {"id": f"out_{call_id}", "type": "function_call_output", "call_id": call_id}
    item |= {"output": '{"sky": "clear"}'}
    return [
        client("conversation.item.create", item=item),
        server("conversation.item.added", item=item),
    ]


def answer(text: str = "It is clear.") -> list[Said]:
    """A response that says something."""
    content = [{"type": "output_text", "text": text}]
    item = {"id": "item_a", "type": "message", "role": "assistant", "content": content}
    return [
        client("response.create"),
        server("response.created", response={"id": "resp_a", "status": "in_progress"}),
        server("response.output_item.added", response_id="resp_a", item={**item, "content": []}),
        server("conversation.item.added", item={**item, "content": []}),
        server("response.output_item.done", response_id="resp_a", item=item),
        server("response.done", response={"id": "resp_a", "status": "completed", "output": [item]}),
    ]


def test_a_call_is_found_by_some_of_its_arguments() -> None:
    found = assert_called(outcome(call(**CITY)), "get_weather", city="Paris")
    assert found.call_id == "call_1"


def test_a_call_with_other_arguments_is_told_with_the_difference() -> None:
    with pytest.raises(AssertionError) as failure:
        assert_called(outcome(call(**CITY)), "get_weather", city="Oslo", days=2)
    assert str(failure.value).splitlines() == [
        "get_weather(city=Oslo, days=2) was not called",
        '  called: get_weather({"city":"Paris","days":2})',
        "    city: expected Oslo, got Paris",
    ]


def test_no_call_at_all_is_told() -> None:
    with pytest.raises(AssertionError, match="no function was called at all"):
        assert_called(outcome(), "get_weather")


def test_how_often_it_was_called_can_be_asked() -> None:
    twice = outcome(call("call_1", **CITY), call("call_2", **CITY))
    assert_called(twice, "get_weather", times=2)
    with pytest.raises(AssertionError, match="was called 2 times, expected 1"):
        assert_called(twice, "get_weather", times=1)


def test_a_call_whose_output_was_used_is_answered() -> None:
    assert_answered(outcome(call(), output(), answer()))


@pytest.mark.parametrize(
    ("said", "lack"),
    [
        ([], "there is no call to be answered"),
        ([call()], "no function_call_output was sent"),
        ([call(), output()], "no response used its output"),
    ],
)
def test_what_an_answer_lacks_is_told(said: list[object], lack: str) -> None:
    with pytest.raises(AssertionError, match=lack):
        assert_answered(outcome(*said))


def test_findings_are_told_with_what_to_do() -> None:
    forgotten = outcome(call(), output(), wait(60.0), closed())
    with pytest.raises(AssertionError, match=r"error \S+: .*\n  "):
        assert_no_findings(forgotten)
    slugs = [each.slug for each in forgotten.findings]
    assert_no_findings(forgotten, ignore=slugs)


def test_a_dialogue_is_compared_line_by_line() -> None:
    told = outcome(call(**CITY), output(), answer())
    assert_dialogue(
        told,
        """
        tool: get_weather({"city":"Paris","days":2}) → {"sky":"clear"}
        assistant: It is clear.
        """,
    )
    with pytest.raises(AssertionError, match=r"-assistant: It rains\.\n\+assistant: It is clear\."):
        assert_dialogue(told, [*dialogue(told)[:-1], "assistant: It rains."])
