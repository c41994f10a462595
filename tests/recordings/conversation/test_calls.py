"""The life of a function call, in every dialect."""

from typing import Any

import pytest
from reduced import SimulatedSession, reduced
from scenes import (
    WEATHER,
    Called,
    added,
    error,
    function_call,
    function_calls,
    open_function_calls,
    output,
    session,
    spoken_turn,
    text_answer,
    user_message,
)
from transcript import Step, client, server, transcript

from realtap.proxy.simulator.dialect import Dialect
from realtap.recordings.conversation import Call, Conversation
from realtap.recordings.event import Entry, Event, Origin, Side


def call_of(conversation: Conversation, call_id: str = "call_1") -> Call:
    call = conversation.calls.get(call_id)
    assert call is not None
    return call


ROUND: list[Step] = [
    session(tools=[WEATHER]),
    user_message("Weather in Oslo?"),
    function_call("get_weather", {"city": "Oslo"}, call_id="call_1", response_id="resp_1"),
    output("call_1", "rain"),
    text_answer("It rains.", response_id="resp_2"),
]


@pytest.mark.parametrize("spelling", ["ga", "beta"])
def test_whole_life_of_a_call_is_known(spelling: str) -> None:
    conversation = reduced(*ROUND, beta=spelling == "beta")
    call = call_of(conversation)
    assert (call.name, call.arguments, call.status) == (
        "get_weather",
        '{"city": "Oslo"}',
        "completed",
    )
    assert call.response_id == "resp_1"
    assert call.output is not None
    assert (call.output.text, call.output.by, call.output.is_accepted) == (
        "rain",
        Origin.WIRE,
        True,
    )
    assert call.answered_by == "resp_2"
    times = [call.announced_at, call.arguments_at, call.output.at, call.created_at, call.answer_at]
    assert times == sorted(times, key=lambda at: at or 0)
    assert None not in times
    assert conversation.calls.pending() == []


def test_call_is_pending_until_its_output_is_sent() -> None:
    assert reduced(*ROUND[:3]).calls.pending() == [call_of(reduced(*ROUND[:3]))]
    assert reduced(*ROUND[:4]).calls.pending() == []


def test_arguments_grow_with_their_deltas() -> None:
    steps = open_function_calls(Called("get_weather", {"city": "Oslo"}, "call_1"))
    call = call_of(reduced(steps[:5]))
    assert call.arguments == '{"city":'
    assert call.arguments_seq is None


def test_name_is_known_from_the_done_event_alone() -> None:
    ids = {"response_id": "r", "item_id": "i", "call_id": "call_1"}
    conversation = reduced(
        server("response.function_call_arguments.delta", **ids, delta="{}"),
        server("response.function_call_arguments.done", **ids, name="f", arguments="{}"),
    )
    assert (call_of(conversation).name, call_of(conversation).arguments) == ("f", "{}")
    assert conversation.calls.by_item("i") is call_of(conversation)


def test_parallel_calls_know_each_other() -> None:
    conversation = reduced(
        function_calls(Called("a", {}, "call_1"), Called("b", {}, "call_2"), response_id="resp_1")
    )
    assert call_of(conversation).siblings() == [call_of(conversation, "call_2")]
    response = conversation.responses.get("resp_1")
    assert response is not None
    assert [call.name for call in response.calls] == ["a", "b"]


def test_output_before_the_response_is_done_is_taken() -> None:
    steps = function_call("get_weather", call_id="call_1")
    conversation = reduced(
        steps[:-1], output("call_1", is_taken=False), steps[-1], client("response.create")
    )
    call = call_of(conversation)
    assert call.output is not None
    assert not call.output.is_accepted
    assert call.created_seq is not None


def test_response_of_the_users_next_turn_uses_the_output_too() -> None:
    conversation = reduced(
        *ROUND[:4], spoken_turn(), text_answer(response_id="resp_9", asked=False)
    )
    call = call_of(conversation)
    assert (call.answered_by, call.created_seq) == ("resp_9", None)


def test_response_before_the_output_was_taken_does_not_use_it() -> None:
    """The turn ended while the output was on its way: the server had not read it yet."""
    conversation = reduced(
        *ROUND[:3],
        spoken_turn(),
        output("call_1", "rain", is_taken=False),
        text_answer(response_id="resp_9", asked=False),
    )
    assert call_of(conversation).answered_by == ""


def test_refused_output_leaves_the_call_pending() -> None:
    item = {"type": "function_call_output", "call_id": "call_1", "output": "x"}
    conversation = reduced(
        *ROUND[:3],
        client("conversation.item.create", event_id="mine", item=item),
        error("invalid_value", event_id="mine"),
    )
    assert [call.call_id for call in conversation.calls.pending()] == ["call_1"]
    assert call_of(conversation).outputs[0].error_seq is not None


def test_second_output_is_kept_beside_the_first() -> None:
    conversation = reduced(*ROUND[:4], output("call_1", "sun", is_taken=False))
    texts = [(each.text, each.is_accepted) for each in call_of(conversation).outputs]
    assert texts == [("rain", True), ("sun", False)]


def test_output_without_a_call_is_kept_apart() -> None:
    conversation = reduced(*ROUND[:3], output("call_9", "rain", is_taken=False))
    assert [each.call_id for each in conversation.calls.stray_outputs] == ["call_9"]
    assert call_of(conversation).outputs == []


@pytest.mark.parametrize("value", [{"a": 1}, None, 3, ["x"]])
def test_output_that_is_no_string_is_shown_as_json(value: Any) -> None:
    item = {"type": "function_call_output", "call_id": "call_1", "output": value}
    conversation = reduced(*ROUND[:3], client("conversation.item.create", item=item))
    (sent,) = call_of(conversation).outputs
    assert sent.text in {'{"a":1}', "", "3", '["x"]'}


def test_output_of_another_connection_is_heard_of() -> None:
    """A side-band recording sees only that the item was added."""
    item = {"id": "o", "type": "function_call_output", "call_id": "call_1", "output": "rain"}
    conversation = reduced(*ROUND[:3], added(item), text_answer(response_id="resp_2", asked=False))
    call = call_of(conversation)
    assert call.output is not None
    assert (call.output.text, call.output.is_accepted) == ("rain", True)
    assert call.answered_by == "resp_2"


def test_output_knows_who_injected_it() -> None:
    conversation = reduced(*ROUND[:3])
    conversation.receive(
        Event(
            900,
            9.0,
            Side.CLIENT,
            "conversation.item.create",
            b'{"type":"conversation.item.create","item":{"type":"function_call_output",'
            b'"call_id":"call_1","output":"x"}}',
            origin=Origin.INJECTED,
        )
    )
    (sent,) = call_of(conversation).outputs
    assert sent.by is Origin.INJECTED


def test_cancelled_call_waits_for_nothing() -> None:
    conversation = reduced(function_call("f", call_id="call_1", status="incomplete"))
    assert call_of(conversation).is_void
    assert conversation.calls.pending() == []


def test_call_of_the_history_waits_for_nothing() -> None:
    item = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    conversation = reduced(
        client("conversation.item.create", item=item), added({"id": "i", **item})
    )
    call = call_of(conversation)
    assert (call.name, call.item_id, call.is_from_client) == ("f", "i", True)
    assert conversation.calls.pending() == []


def test_mcp_call_is_answered_by_the_server() -> None:
    item = {
        "id": "m",
        "type": "mcp_call",
        "server_label": "docs",
        "name": "search",
        "arguments": "",
    }
    ids = {"response_id": "r", "item_id": "m", "output_index": 0}
    conversation = reduced(
        server("response.output_item.added", response_id="r", item=item),
        server("response.mcp_call_arguments.delta", **ids, delta='{"q":'),
        server("response.mcp_call_arguments.done", **ids, arguments='{"q":1}'),
        server("response.mcp_call.completed", item_id="m", output_index=0),
        server("response.output_item.done", response_id="r", item={**item, "output": "found"}),
    )
    call = call_of(conversation, "m")
    assert (call.is_mcp, call.name, call.server_label) == (True, "search", "docs")
    assert (call.arguments, call.status, call.mcp_output) == ('{"q":1}', "completed", "found")
    assert conversation.calls.pending() == []


def test_names_outlive_the_calls() -> None:
    conversation = Conversation(keep=1)
    for n in range(5):
        for entry in _entries(n):
            conversation.receive(entry)
    assert conversation.calls.get("call_0") is None
    assert conversation.calls.knows("call_0")
    assert conversation.calls.name_of("call_0") == "f0"
    assert conversation.calls.name_of("item_of_call_0") == "f0"


def _entries(n: int) -> list[Entry]:
    call_id = f"call_{n}"
    return transcript(function_call(f"f{n}", call_id=call_id), output(call_id), text_answer())


@pytest.mark.parametrize("dialect", list(Dialect))
def test_two_parallel_calls_of_the_simulated_server(dialect: Dialect) -> None:
    script = """
    [[when]]
    text = "*two*"
    say = "One moment."
    calls = [
      { call = "get_weather", arguments = { city = "Paris" } },
      { call = "get_weather", arguments = { city = "Rome" } },
    ]
    """
    simulated = SimulatedSession(script=script, dialect=dialect)
    simulated.say("session.update", session=_session(dialect))
    simulated.write("two cities")
    simulated.say("response.create")
    simulated.settle()
    calls = simulated.conversation.calls.pending()
    assert [call.arguments.split('"')[3] for call in calls] == ["Paris", "Rome"]
    for call in calls:
        simulated.answer_call(call.call_id, "sunny")
    simulated.say("response.create")
    simulated.settle()
    conversation = simulated.conversation
    assert conversation.calls.pending() == []
    answers = {call.answered_by for call in conversation.calls.all()}
    assert answers == {conversation.responses.all()[1].id}


def _session(dialect: Dialect) -> dict[str, Any]:
    return {"tools": [WEATHER]} | ({"type": "realtime"} if dialect is Dialect.GA else {})


def test_arguments_of_several_deltas_are_one_text() -> None:
    ids = {"response_id": "r", "item_id": "i", "call_id": "call_1"}
    kind = "response.function_call_arguments.delta"
    call = call_of(reduced(*[server(kind, **ids, delta=piece) for piece in ('{"a"', ":", "1}")]))
    assert call.arguments == '{"a":1}'
    assert call.arguments == '{"a":1}'


def test_call_without_any_id_is_no_call() -> None:
    conversation = reduced(
        server("response.output_item.added", response_id="r", item={"id": "i", "type": "message"}),
        client("conversation.item.create", item={"type": "function_call", "name": "f"}),
        server("response.function_call_arguments.delta", delta="{"),
        server("response.mcp_call.completed", item_id="i"),
    )
    assert conversation.calls.all() == []


def test_call_whose_response_was_not_seen_has_no_siblings() -> None:
    item = {"id": "i", "type": "function_call", "name": "f", "call_id": "call_1"}
    call = call_of(reduced(server("conversation.item.added", item=item)))
    assert call.siblings() == []


def test_events_of_a_forgotten_call_do_not_bring_it_back() -> None:
    conversation = Conversation(keep=1)
    kind = "response.function_call_arguments.delta"
    late = transcript(server(kind, item_id="item_of_call_0", call_id="call_0", delta="{"))
    for entry in (*_entries(0), *_entries(1), *_entries(2), *late):
        conversation.receive(entry)
    assert conversation.calls.get("call_0") is None
    assert conversation.calls.name_of("call_0") == "f0"


def test_only_so_many_calls_wait_at_once() -> None:
    items = [
        {"id": f"i{n}", "type": "function_call", "name": "f", "call_id": f"call_{n}"}
        for n in range(300)
    ]
    added_items = [server("conversation.item.added", item=item) for item in items]
    outputs = [output(f"call_{n}", is_taken=False) for n in range(200, 300)]
    conversation = reduced(*added_items)
    assert len(conversation.calls.pending()) == 256
    assert len(reduced(*added_items, *outputs).calls.unanswered) == 64


def test_output_that_is_shown_again_is_not_sent_again() -> None:
    item = {"id": "o2", "type": "function_call_output", "call_id": "call_1", "output": "rain"}
    conversation = reduced(*ROUND, server("conversation.item.added", item=item))
    assert len(call_of(conversation).outputs) == 1


def test_refused_output_of_an_unknown_call_is_marked() -> None:
    item = {"type": "function_call_output", "call_id": "call_9", "output": "x"}
    conversation = reduced(
        client("conversation.item.create", event_id="mine", item=item),
        error("invalid_tool_call_id", event_id="mine"),
    )
    (stray,) = conversation.calls.stray_outputs
    assert stray.error_seq == 2


def test_refused_request_leaves_the_output_unread() -> None:
    refused = [
        client("response.create", event_id="mine"),
        error("conversation_already_has_active_response", event_id="mine"),
    ]
    conversation = reduced(*ROUND[:4], refused)
    first = call_of(conversation)
    assert first.is_create_refused
    again = call_of(reduced(*ROUND[:4], refused, text_answer(response_id="resp_2")))
    assert (again.answered_by, again.is_create_refused) == ("resp_2", False)
    assert first.created_seq is not None
    assert again.created_seq == first.created_seq + 2
