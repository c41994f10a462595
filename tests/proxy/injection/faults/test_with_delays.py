"""Faults under a director, with a network that takes time: an app that tries again is always heard."""

import random

import pytest
from interposed import Interposed

from realtap.proxy.injection.faults import parse_fault
from realtap.proxy.simulator.pace import FAST, Pace
from realtap.recordings.event import Fate, Json

TOOL: Json = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
SCRIPT = '[[when]]\nsay = "One moment."\ncalls = [{ call = "get_weather" }]\n'


def _session(fault: str, seed: int) -> Interposed:
    """An app that asks again as soon as a response has failed."""
    chance = random.Random(seed)
    wire = Interposed(
        script=SCRIPT if seed % 2 else "",
        makers=[parse_fault(fault)],
        delay=lambda: chance.uniform(0, 0.2),
        pace=chance.choice([FAST, Pace()]),
        session={"output_modalities": ["text"], "tools": [TOOL]},
    )

    def ask_again(event: Json) -> None:
        if event["type"] == "response.done" and event["response"]["status"] == "failed":
            wire.app_says("response.create")

    wire.on_heard = ask_again
    wire.write("What is the weather?")
    wire.app_says("response.create")
    return wire.run(10)


def _known_items(events: list[Json]) -> set[str]:
    """The items of the conversation, as one who heard these events knows it."""
    items: set[str] = set()
    for event in events:
        if event["type"] == "conversation.item.added":
            items.add(event["item"]["id"])
        elif event["type"] == "conversation.item.deleted":
            items.discard(event["item_id"])
    return items


@pytest.mark.parametrize("fault", ["response-failed", "response-failed:at=middle", "rate-limit"])
@pytest.mark.parametrize("seed", range(10))
def test_app_that_tries_again_at_once_is_heard(fault: str, seed: int) -> None:
    wire = _session(fault, seed)
    statuses = [event["response"]["status"] for event in wire.app_heard("response.done")]
    assert statuses == ["failed", "completed"]
    assert wire.app_heard("error") == []
    assert wire.faults == []


@pytest.mark.parametrize("seed", range(10))
def test_app_and_server_know_the_same_conversation(seed: int) -> None:
    wire = _session("response-failed", seed)
    said = [event for _, event in wire.from_server]
    assert _known_items(wire.heard) == _known_items(said)


@pytest.mark.parametrize("seed", range(10))
def test_nothing_but_the_failed_response_is_touched(seed: int) -> None:
    wire = _session("response-failed", seed)
    failed = wire.app_heard("response.done")[0]["response"]["id"]
    for passage in wire.dropped():
        response_id = passage.event.get("response_id", failed)
        assert passage.why in {"fault response-failed", "answers an injected event"}
        assert response_id == failed
    edited = [passage for passage in wire.passages if passage.fate is Fate.EDITED]
    assert [passage.event["response"]["id"] for passage in edited] == [failed]
