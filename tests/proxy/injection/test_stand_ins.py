"""What the app says that ours has done already: the server does not get it, and the app is answered."""

from typing import Any

import pytest
from desk import seen_of
from interposed import TWO_CALLS, Interposed
from made_up_session import MadeUpSession
from mocked import reading
from transcript import OPENAI, XAI, transcript

from realtap.proxy.injection.event_rule import Drop, EventRuleMaker
from realtap.proxy.injection.made_call import Kept
from realtap.proxy.injection.matching import Match
from realtap.recordings.event import Entry, Event, Fate, Json, Origin, Side
from realtap.recordings.findings.engine import Judge, settled
from realtap.recordings.findings.finding import Finding

MOCKS = '[[mock]]\ncall = "*"\noutput = "mocked"\n'
LATER = MOCKS + "delay_s = 0.3\n"
TOOLS = [{"type": "function", "name": name} for name in ("get_time", "get_weather")]
SESSION: Json = {"output_modalities": ["text"], "tools": TOOLS}
NAMED: Json = {"metadata": {"client_event_id": "create_7"}}


def asked(seconds: float = 1.0, **options: Any) -> Interposed:
    """A session in which the model has called two functions."""
    wire = Interposed(script=TWO_CALLS, session=SESSION, **options)
    wire.write("both")
    wire.app_says("response.create")
    return wire.run(seconds)


def mocked(mocks: str = MOCKS, **options: Any) -> Interposed:
    """One in which mocks answer them."""
    return asked(makers=reading(mocks).makers, **options)


def app_answers(wire: Interposed, index: int = 0, **fields: Any) -> None:
    """The app gives its own output, in an item with an id of its own."""
    call_id = wire.call_id(index)
    item = {"id": "item_of_app", "type": "function_call_output", "call_id": call_id, "output": "a"}
    wire.app_says("conversation.item.create", item=item | fields)


def heard_of(wire: Interposed, item_id: str = "item_of_app") -> list[str]:
    """What the app has heard of an item."""
    return [
        each["type"]
        for each in wire.heard
        if item_id in (each.get("item_id"), each.get("item", {}).get("id"))
    ]


def findings(wire: Interposed) -> list[Finding]:
    """What all rules say of the recording."""
    entries: list[Entry] = [next(iter(transcript(upstream=OPENAI)))]
    for each in wire.passages:
        marks: Any = {"origin": each.origin, "fate": each.fate, "why": each.why, "sent": each.sent}
        entries.append(
            Event(each.seq, each.at, each.side, each.event["type"], each.payload, **marks)
        )
    judge = Judge()
    found = [each for entry in entries for each in judge.receive(entry)]
    return settled([*found, *judge.tick(wire.now + 5.0), *judge.finish()])


def test_item_of_the_app_is_acknowledged_though_a_mock_answers_instead() -> None:
    wire = mocked()
    app_answers(wire)
    wire.run()
    assert heard_of(wire) == ["conversation.item.added", "conversation.item.done"]
    made_up = [each for each in wire.passages if each.side is Side.SERVER and each.origin != "wire"]
    assert {each.origin for each in made_up} == {Origin.MOCK}
    assert all("mock *" in (each.why or "") for each in made_up)
    assert "item_of_app" not in str(wire.at_server)
    assert findings(wire) == []


def test_item_is_acknowledged_before_the_mock_has_answered() -> None:
    wire = mocked(LATER, seconds=0.1)
    app_answers(wire)
    wire.run(0.1)
    assert heard_of(wire) == ["conversation.item.added", "conversation.item.done"]
    wire.run()
    assert len(wire.server_got("response.create")) == 2
    assert findings(wire) == []


def test_item_is_acknowledged_when_a_person_was_quicker() -> None:
    wire = asked()
    wire.director.answer_call(call_id=wire.call_id(0), output="by hand")
    wire.run(0.1)
    app_answers(wire)
    wire.run()
    assert heard_of(wire) == ["conversation.item.added", "conversation.item.done"]
    assert {each.origin for each in wire.injected()} == {Origin.INJECTED}
    assert findings(wire) == []


def test_item_that_the_server_would_refuse_gets_its_error() -> None:
    wire = mocked()
    app_answers(wire, output={"not": "a string"})
    wire.run()
    assert [each["error"]["param"] for each in wire.app_heard("error")] == ["item.output"]


def test_what_a_rule_of_the_users_drops_gets_no_answer() -> None:
    lost = EventRuleMaker("rule lose", Match("type:conversation.item.create item.output=*"), Drop())
    wire = asked(makers=[lost])
    app_answers(wire)
    wire.run()
    assert heard_of(wire) == []


@pytest.mark.parametrize(
    ("type_", "answer"),
    [
        ("conversation.item.retrieve", "conversation.item.retrieved"),
        ("conversation.item.delete", "conversation.item.deleted"),
    ],
)
def test_later_requests_about_the_item_are_answered_too(type_: str, answer: str) -> None:
    wire = mocked()
    app_answers(wire)
    wire.run()
    wire.app_says(type_, item_id="item_of_app")
    wire.run()
    assert heard_of(wire)[-1] == answer
    assert "item_of_app" not in str(wire.at_server)
    assert findings(wire) == []


def test_what_is_put_behind_the_item_stands_behind_a_real_one() -> None:
    wire = mocked()
    app_answers(wire)
    wire.run()
    content = [{"type": "input_text", "text": "Hello"}]
    item = {"id": "item_next", "type": "message", "role": "user", "content": content}
    wire.app_says("conversation.item.create", previous_item_id="item_of_app", item=item)
    wire.run()
    [added] = [each for each in wire.app_heard("conversation.item.added") if _is(each, "item_next")]
    assert added["previous_item_id"] in {
        each["item"]["id"] for each in wire.server_said("conversation.item.added")
    }
    assert findings(wire) == []


# Requests that were merged.


def test_response_carries_the_metadata_of_the_request_that_was_merged_with_ours() -> None:
    wire = mocked(delay=lambda: 0.1, seconds=0.2)
    while "response.create" not in [each.event["type"] for each in wire.injected()]:
        wire.run(0.01)
    app_answers(wire)
    wire.app_says("response.create", response=NAMED)
    wire.run(3.0)
    assert len(wire.server_got("response.create")) == 2
    created, done = (wire.app_heard(f"response.{each}")[-1] for each in ("created", "done"))
    assert created["response"]["metadata"] == done["response"]["metadata"] == NAMED["metadata"]
    edited = [each.event["type"] for each in wire.passages if each.fate is Fate.EDITED]
    assert edited == ["response.created", "response.done"]
    assert findings(wire) == []


def test_request_that_comes_when_the_response_has_begun_gets_an_empty_one_of_its_own() -> None:
    wire = mocked(seconds=0.0)
    wire.run(3.0)
    app_answers(wire)
    wire.app_says("response.create", response=NAMED)
    wire.run()
    created = wire.app_heard("response.created")[-1]["response"]
    done = wire.app_heard("response.done")[-1]["response"]
    assert created["metadata"] == NAMED["metadata"]
    assert (done["id"], done["status"], done["output"]) == (created["id"], "completed", [])
    assert len(wire.server_got("response.create")) == 2
    assert findings(wire) == []


def test_merged_request_that_nobody_can_tell_from_others_gets_no_answer() -> None:
    wire = mocked(seconds=3.0)
    app_answers(wire)
    wire.app_says("response.create")
    wire.run()
    assert len(wire.app_heard("response.created")) == 2


def _is(event: Json, item_id: str) -> bool:
    return bool(event["item"]["id"] == item_id)


@pytest.mark.parametrize(
    ("upstream", "types"),
    [
        (OPENAI, ["conversation.item.added", "conversation.item.done"]),
        (XAI, ["conversation.item.added"]),
    ],
)
def test_item_is_acknowledged_as_the_sessions_server_does_it(
    upstream: str, types: list[str]
) -> None:
    session = MadeUpSession(upstream=upstream)
    if upstream == XAI:
        # Both spellings in one session object are xAI's.
        both = {"voice": "ara", "audio": {"output": {"format": {"type": "audio/pcm"}}}}
        session.hear({"type": "session.updated", "session": both})
    call = {"id": "item_c", "type": "function_call", "call_id": "call_1", "name": "f"}
    session.hear({"type": "response.output_item.done", "response_id": "resp_1", "item": call})
    item = {"id": "item_1", "type": "function_call_output", "call_id": "call_1", "output": "a"}
    seen = seen_of(Side.CLIENT, {"type": "conversation.item.create", "item": item})
    session.made_up.stand_in(seen, session.desk, Kept("mock f", Origin.MOCK))
    heard = session.wait(0.1)
    assert [event["type"] for event in heard] == types
    assert {event["item"]["id"] for event in heard} == {"item_1"}


def test_fault_of_ours_while_the_server_is_played_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = mocked()
    monkeypatch.setattr("realtap.proxy.injection.shadow.Shadow.receive", None)
    app_answers(wire)
    wire.run()
    assert heard_of(wire) == []
    assert "made-up calls failed and are given up in this session: TypeError" in wire.faults[0]
