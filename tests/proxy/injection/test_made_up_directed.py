"""Made-up calls through the director, beside real calls, users and a network that takes time."""

import json
import random

import pytest
from dialogue import WEATHER_TOOL
from interposed import Interposed

from realtap.proxy.injection.ids import MARK
from realtap.proxy.injection.rule import Desk
from realtap.proxy.injection.verdict import Verdict, hold
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Fate, Json, Side

SESSION: Json = {"tools": [WEATHER_TOOL], "output_modalities": ["text"]}
CALLING = '[[when]]\ntext = "*weather*"\ncall = "get_weather"\narguments = { city = "Oslo" }'
PARIS = '{"city":"Paris"}'


def a_wire() -> Interposed:
    wire = Interposed(script=CALLING, session=SESSION)
    wire.run()
    return wire


def test_person_makes_a_call_and_is_told_what_was_sent() -> None:
    wire = a_wire()
    planned = wire.director.make_call("get_weather", PARIS)
    wire.run(0.0)
    assert planned.text == "call of get_weather sent"
    assert planned.events == wire.heard[-len(planned.events) :]
    assert wire.director.status().made_up_calls[0].call_id == wire.call_id()


def test_dry_run_sends_nothing() -> None:
    wire = a_wire()
    planned = wire.director.make_call("get_weather", PARIS, dry_run=True)
    wire.run()
    assert planned.events[0]["type"] == "response.created"
    assert wire.injected() == []


def test_undeclared_function_is_told_and_called_all_the_same() -> None:
    wire = a_wire()
    planned = wire.director.make_call("get_whether", PARIS)
    assert planned.text.endswith("; the session declares no get_whether, but get_weather")
    wire.run()
    assert wire.app_heard("response.function_call_arguments.done")


def test_call_waits_for_the_answer_to_a_create_on_its_way() -> None:
    wire = Interposed(session=SESSION, delay=lambda: 0.05)
    wire.run()
    wire.write("Hello.")
    wire.app_says("response.create")
    wire.run(0.06)
    planned = wire.director.make_call("get_weather", PARIS)
    assert planned.text == "call of get_weather follows as soon as no response is being made"
    wire.run()
    kinds = [each.event["type"] for each in wire.passages if each.side is Side.SERVER]
    done = kinds.index("response.done")
    assert kinds.index("response.function_call_arguments.done") > done
    assert wire.server_said("error") == []


def test_app_completes_the_call_and_the_server_hears_nothing() -> None:
    wire = a_wire()
    before = len(wire.at_server)
    wire.director.make_call("get_weather", PARIS, answer="18 degrees.")
    wire.run()
    wire.answer_call(wire.call_id(), "18")
    wire.app_says("response.create")
    wire.run()
    assert wire.at_server[before:] == []
    assert wire.app_heard("response.output_text.done")[-1]["text"] == "18 degrees."
    assert {each.why for each in wire.dropped()} == {"made-up call get_weather"}


def test_real_call_is_answered_by_hand_while_a_made_up_one_is_open() -> None:
    wire = a_wire()
    wire.write("The weather?")
    wire.app_says("response.create")
    wire.run()
    wire.director.make_call("get_weather", PARIS, answer="18 degrees.")
    wire.run()
    wire.answer_call(wire.call_id(), "18")
    wire.app_says("response.create")
    wire.director.answer_call(name="get_weather", output="rain")
    wire.run()
    assert len(wire.server_got("response.create")) == 2
    assert wire.server_said("error") == []
    assert wire.app_heard("response.output_text.done")[0]["text"] == "18 degrees."


def test_fault_of_ours_is_told_and_the_session_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = a_wire()
    wire.director.make_call("get_weather", PARIS)
    wire.run()

    def fail(event: Json) -> list[Json]:
        raise RuntimeError("a bug")

    monkeypatch.setattr(wire.director.made_up._shadow, "receive", fail)
    wire.answer_call(wire.call_id(), "18")
    wire.write("Hello.")
    wire.run()
    assert wire.faults == [
        "made-up calls failed and are given up in this session: RuntimeError: a bug"
    ]
    assert len(wire.server_got("conversation.item.create")) == 2


def test_session_without_made_up_calls_is_left_alone() -> None:
    wire = a_wire()
    wire.write("Hello.")
    wire.app_says("response.create")
    wire.run()
    assert not wire.director.made_up.is_active
    assert {each.fate for each in wire.passages} == {Fate.FORWARDED}


# An app, its user and a person with made-up calls, all at once.


class App:
    """Answers every call after a while, and asks for a response when none is being made."""

    def __init__(self, wire: Interposed, chance: random.Random) -> None:
        self._wire = wire
        self._chance = chance
        self._is_responding = False
        self._wants_response = False
        self._open: set[str] = set()
        self.answered: list[str] = []
        wire.on_heard = self.hear

    def hear(self, event: Json) -> None:
        match event["type"]:
            case "response.created":
                self._is_responding = True
            case "response.done":
                self._is_responding = False
                for item in event["response"]["output"]:
                    if item["type"] == "function_call":
                        self._plan_output(item["call_id"])
                self._ask()
            case _:
                return

    def write(self) -> None:
        """Its user writes."""
        self._wire.write(self._chance.choice(["Hello.", "The weather?"]))
        self._wants_response = True
        self._ask()

    def _plan_output(self, call_id: str) -> None:
        self._open.add(call_id)
        self._wire.after(self._chance.uniform(0, 0.6), lambda: self._answer(call_id))

    def _answer(self, call_id: str) -> None:
        self._wire.answer_call(call_id, "18")
        self.answered.append(call_id)
        self._open.discard(call_id)
        self._wants_response = True
        self._ask()

    def _ask(self) -> None:
        if self._wants_response and not self._is_responding and not self._open:
            self._wants_response = False
            self._is_responding = True
            self._wire.app_says("response.create")


def play(seed: int) -> tuple[Interposed, App, int]:
    """A session of a few seconds; how many calls were made up in it."""
    chance = random.Random(seed)
    wire = Interposed(script=CALLING, session=SESSION, delay=lambda: chance.uniform(0.0, 0.08))
    app = App(wire, chance)

    def make_call() -> None:
        wire.director.make_call("get_weather", PARIS, answer="18 degrees.")

    for _ in range(chance.randint(1, 4)):
        wire.at(chance.uniform(0.1, 3.0), app.write)
    made = chance.randint(1, 4)
    for _ in range(made):
        wire.at(chance.uniform(0.1, 3.0), make_call)
    wire.run(12.0)
    return wire, app, made


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_server_never_hears_of_made_up_calls_whatever_happens_at_once(first: int) -> None:
    for seed in range(first, first + 25):
        wire, app, made = play(seed)
        assert all(MARK.encode() not in payload for _, payload in wire.at_server), seed
        calls = wire.director.status().made_up_calls
        assert len([call for call in calls if call.output == "18"]) == made, seed
        assert {call.stage for call in calls} <= {"answered", "overtaken"}, seed
        assert_all_well(wire, app, seed)


def assert_all_well(wire: Interposed, app: App, seed: int) -> None:
    """No error, each response is ended, each call is answered once."""
    kinds = [each["type"] for each in wire.heard]
    assert "error" not in kinds, seed
    edges = [kind for kind in kinds if kind in {"response.created", "response.done"}]
    assert edges == ["response.created", "response.done"] * (len(edges) // 2), seed
    asked = [each for each in wire.passages if each.event["type"] == "response.create"]
    followed = [each for each in wire.heard if each["type"] == "response.created"]
    calls = sum(1 for call in wire.director.status().made_up_calls)
    assert len(followed) == len(asked) + calls, seed
    assert len(set(app.answered)) == len(app.answered), seed
    assert json.dumps(wire.faults) == "[]", seed


# Held messages.


def test_rules_do_not_see_what_the_app_says_about_a_made_up_call() -> None:
    wire = a_wire()
    wire.director.make_call("get_weather", PARIS)
    wire.run()
    seen: list[str] = []

    class Holding:
        name = "hold"
        kinds = frozenset({"conversation.item.create"})

        def make(self) -> "Holding":
            return self

        def start(self, desk: Desk) -> None: ...

        def stop(self, desk: Desk) -> None: ...

        def receive(self, message: Seen, desk: Desk) -> Verdict:
            seen.append(message.call_id)
            return hold("a breakpoint")

    wire.rulebook.put("breakpoints", [Holding()])
    wire.answer_call(wire.call_id(), "18")
    wire.write("Hello.")
    wire.run()
    assert seen == [""]
    assert len(wire.director.held) == 1
