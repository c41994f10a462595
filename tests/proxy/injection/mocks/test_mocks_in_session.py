"""Mocks in a whole session: with the director, the simulated server, and a network that takes time."""

import functools
import random
from collections.abc import Callable

import pytest
from interposed import Interposed
from mocked import reading

from realtap.recordings.event import Fate, Json, Origin

WEATHER_AND_TIME = """
    [[when]]
    text = "*both*"
    calls = [
      { call = "get_weather", arguments = { city = "Paris" } },
      { call = "get_time", arguments = { city = "Paris" } },
    ]
    [[when]]
    text = "*"
    call = "get_weather"
    arguments = { city = "Paris" }
    [[when]]
    after = "*"
    say = "{output}"
    """
SUNNY = """
    [[mock]]
    call = "get_weather"
    output = "sunny"
    """
TOOLS = [
    {
        "type": "function",
        "name": name,
        "description": name,
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    for name in ("get_weather", "get_time")
]


def a_session(mocks: str, *, latency: Callable[[], float] = lambda: 0.01) -> Interposed:
    return Interposed(
        script=WEATHER_AND_TIME,
        makers=reading(mocks).makers,
        delay=latency,
        session={"output_modalities": ["text"], "tools": TOOLS},
    )


def ask(wire: Interposed, text: str = "the weather") -> None:
    wire.write(text)
    wire.app_says("response.create")


def output_items(wire: Interposed) -> list[Json]:
    items = [event["item"] for event in wire.server_got("conversation.item.create")]
    return [item for item in items if item["type"] == "function_call_output"]


def outputs_at_server(wire: Interposed) -> list[str]:
    return [item["output"] for item in output_items(wire)]


def assert_answered_once(wire: Interposed, *outputs: str) -> None:
    """The server got these outputs, one request after them, and made one answer of them."""
    assert sorted(outputs_at_server(wire)) == sorted(outputs)
    assert len(wire.server_got("response.create")) == 2
    responses = [event["response"] for event in wire.server_said("response.done")]
    assert [response["status"] for response in responses] == ["completed", "completed"]
    assert responses[-1]["output"][0]["type"] == "message"
    assert wire.server_said("error") == []
    assert wire.faults == []


class ToolApp:
    """An app that answers what it knows, `delay_s` after the arguments, and then asks for a response.

    Args:
        wire: Its session.
        knows: The functions that it has.
        delay_s: How long they take.
        create_after: What it sends its `response.create` after: `output`, or `response.done`.
    """

    def __init__(
        self, wire: Interposed, *knows: str, delay_s: float = 0.0, create_after: str = "output"
    ) -> None:
        self._wire = wire
        self._knows = knows
        self._delay_s = delay_s
        self._create_after = create_after
        wire.on_heard = self._hear

    def _hear(self, event: Json) -> None:
        if (
            event["type"] == "response.function_call_arguments.done"
            and event["name"] in self._knows
        ):
            self._wire.after(self._delay_s, lambda: self._answer(event["call_id"]))
        elif event["type"] == self._create_after and _has_called(event):
            self._wire.after(self._delay_s, lambda: self._wire.app_says("response.create"))

    def _answer(self, call_id: str) -> None:
        self._wire.answer_call(call_id)
        if self._create_after == "output":
            self._wire.app_says("response.create")


def _has_called(event: Json) -> bool:
    return any(item["type"] == "function_call" for item in event["response"]["output"])


def test_app_without_any_tool_code_completes_its_conversation() -> None:
    wire = a_session(SUNNY)
    ask(wire)
    wire.run(2)
    assert_answered_once(wire, "sunny")
    assert [(each.origin, each.why) for each in wire.injected()] == [
        (Origin.MOCK, "mock get_weather"),
        (Origin.MOCK, "mock get_weather"),
    ]


@pytest.mark.parametrize("create_after", ["output", "response.done"])
@pytest.mark.parametrize("delay_s", [0.0, 0.005, 0.02, 0.5])
def test_parallel_calls_half_by_the_app_half_by_mocks_make_one_response(
    delay_s: float, create_after: str
) -> None:
    wire = a_session(SUNNY)
    ToolApp(wire, "get_time", delay_s=delay_s, create_after=create_after)
    ask(wire, "both")
    wire.run(3)
    assert_answered_once(wire, "sunny", "app")


@pytest.mark.parametrize("create_after", ["output", "response.done"])
@pytest.mark.parametrize("mock_delay_s", [0.0, 0.01, 0.3])
@pytest.mark.parametrize("app_delay_s", [0.0, 0.01, 0.3])
def test_apps_own_output_and_request_are_merged_with_the_mocks(
    app_delay_s: float, mock_delay_s: float, create_after: str
) -> None:
    wire = a_session(f"{SUNNY}delay_s = {mock_delay_s}")
    ToolApp(wire, "get_weather", delay_s=app_delay_s, create_after=create_after)
    ask(wire)
    wire.run(3)
    assert_answered_once(wire, "sunny")
    output = next(each for each in wire.dropped() if "item" in each.event)
    assert output.event["item"]["output"] == "app"
    assert output.why is not None
    assert "mock get_weather" in output.why


@pytest.mark.parametrize(
    ("app_delay_s", "output"), [(0.48, "app"), (0.4999, "sunny"), (0.52, "sunny"), (0.0, "app")]
)
def test_mock_and_app_that_answer_at_the_same_moment_give_one_output(
    app_delay_s: float, output: str
) -> None:
    # The app's output is on its way for 10 ms, and so was the call.
    wire = a_session(SUNNY + 'mode = "if-unanswered"\nafter_s = 0.51')
    ToolApp(wire, "get_weather", delay_s=app_delay_s, create_after="response.done")
    ask(wire)
    wire.run(3)
    assert_answered_once(wire, output)


def test_request_of_the_app_waits_for_a_slow_mock() -> None:
    wire = a_session(SUNNY + "delay_s = 1")
    ToolApp(wire, "get_time")
    ask(wire, "both")
    wire.run(0.9)
    assert outputs_at_server(wire) == ["app"]
    assert len(wire.server_got("response.create")) == 1
    wire.run(2)
    assert_answered_once(wire, "app", "sunny")


def test_no_request_follows_a_mock_that_asks_for_none() -> None:
    wire = a_session(SUNNY + "respond = false")
    ask(wire)
    wire.run(3)
    assert outputs_at_server(wire) == ["sunny"]
    assert len(wire.server_got("response.create")) == 1


def test_app_that_answers_by_itself_is_not_disturbed() -> None:
    wire = a_session(SUNNY + 'mode = "if-unanswered"')
    ToolApp(wire, "get_weather", delay_s=0.5, create_after="response.done")
    ask(wire)
    wire.run(5)
    assert_answered_once(wire, "app")
    assert {each.fate for each in wire.passages} == {Fate.FORWARDED}
    assert wire.injected() == []


def test_app_without_one_of_two_functions_is_helped_out_in_one_response() -> None:
    wire = a_session(SUNNY + 'mode = "if-unanswered"')
    ToolApp(wire, "get_time")
    ask(wire, "both")
    wire.run(5)
    assert_answered_once(wire, "app", "sunny")


def test_mock_that_is_added_answers_the_call_that_hangs() -> None:
    wire = a_session("")
    ask(wire)
    wire.run(5)
    assert outputs_at_server(wire) == []
    wire.rulebook.put("mocks", reading(SUNNY).makers)
    wire.run(0).run(2)
    assert_answered_once(wire, "sunny")


def test_mock_that_is_taken_away_leaves_its_calls_to_the_app() -> None:
    wire = a_session(SUNNY + "delay_s = 1")
    ask(wire)
    wire.run(0.5)
    wire.rulebook.put("test", [])
    ToolApp(wire)
    wire.answer_call(wire.call_id())
    wire.app_says("response.create")
    wire.run(3)
    assert_answered_once(wire, "app")


@pytest.mark.parametrize("chunk", range(4))
def test_whatever_the_timing_each_call_has_one_output_and_all_have_one_response(chunk: int) -> None:
    for seed in range(chunk * 50, chunk * 50 + 50):
        chance = random.Random(seed)
        mode = chance.choice(["instead", "if-unanswered"])
        time_s = chance.choice([0, 0.01, 0.1, chance.random()])
        key = "delay_s" if mode == "instead" else "after_s"
        most_s = chance.choice([0.001, 0.1, 1.0])
        wire = a_session(
            f'{SUNNY}mode = "{mode}"\n{key} = {time_s}',
            latency=functools.partial(chance.uniform, 0, most_s),
        )
        # An app that knows both functions does it right; nobody would help it otherwise.
        knows, moments = chance.choice(
            [
                (["get_time"], ["output", "response.done"]),
                (["get_time", "get_weather"], ["response.done"]),
            ]
        )
        delay_s = chance.choice([0, time_s, chance.random()])
        ToolApp(wire, *knows, delay_s=delay_s, create_after=chance.choice(moments))
        ask(wire, "both")
        wire.run(30)
        answered = {item["call_id"] for item in output_items(wire)}
        assert len(answered) == len(output_items(wire)) == 2, seed
        assert len(wire.server_said("response.created")) == 2, seed
        assert wire.server_said("error") == [], seed
