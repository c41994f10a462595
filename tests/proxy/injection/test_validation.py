"""What is told of an event before it is sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from judged import JUNK
from reduced import WIRE_SESSIONS, SimulatedSession, events_of_wire

from realtap.proxy.injection.validation import validate
from realtap.proxy.simulator.dialect import Dialect as Spelling
from realtap.recordings.catalogue import catalogue
from realtap.recordings.conversation import Conversation
from realtap.recordings.dialects import Dialect
from realtap.recordings.event import Json, Side
from realtap.recordings.profiles import GENERIC, XAI


def told(event: object, side: Side = Side.CLIENT, dialect: Dialect = Dialect.GA) -> list[str]:
    return [str(each) for each in validate(event, side, dialect)]


def create(**item: Any) -> Json:
    return {"type": "conversation.item.create", "item": item}


OUTPUT = create(type="function_call_output", call_id="call_1", output="18")


# Types.


@pytest.mark.parametrize("event", [[], "text", None, 7])
def test_event_must_be_an_object(event: object) -> None:
    (problem,) = told(event)
    assert problem.startswith("an event is a JSON object, not ")


def test_event_needs_a_type() -> None:
    assert told({}) == ["type is missing: it names the event, such as response.create"]
    assert told({"type": 7}) == ["type must be a string, not the number 7"]


def test_unknown_type_is_told_with_the_nearest() -> None:
    assert told({"type": "response.creat"}) == [
        (
            'type "response.creat" is no event of the client; '
            "did you mean response.create or response.cancel?"
        )
    ]


def test_event_of_the_other_side_is_told() -> None:
    assert told({"type": "response.done"}) == [
        'type "response.done" is an event of the server, not of the client'
    ]


def test_event_of_the_other_dialect_is_told_with_its_name_here() -> None:
    assert told({"type": "response.text.delta"}, Side.SERVER) == [
        (
            'type "response.text.delta" does not exist in the ga dialect; '
            "it is called response.output_text.delta there"
        )
    ]


def test_event_of_another_transport_is_told() -> None:
    assert told({"type": "output_audio_buffer.clear"}) == [
        "type output_audio_buffer.clear exists over WebRTC and SIP only"
    ]


# Fields.


def test_good_event_has_no_problem() -> None:
    assert told(OUTPUT) == []


def test_everything_that_is_wrong_is_told_at_once() -> None:
    event = create(type="function_call_output", callid="call_1", output={"degrees": 18})
    assert told(event) == [
        "item.call_id is missing: the call that this answers",
        "item.callid is no field here; did you mean call_id?",
        "item.output must be a string, not an object",
    ]


def test_word_that_is_not_allowed_is_told_with_the_nearest() -> None:
    (problem,) = told({"type": "response.create", "response": {"conversation": []}})
    assert problem == "response.conversation must be a string, not an array"
    (problem,) = told(create(type="mesage"))
    assert problem.endswith("or mcp_approval_request; did you mean message?")


def test_field_of_another_kind_is_told_with_its_kind() -> None:
    content = [{"type": "input_text", "text": "Hello."}]
    (problem,) = told(create(type="message", role="user", content=content, output="18"))
    assert problem.startswith("item.output is no field here; only with type function_call_output")


@pytest.mark.parametrize(
    ("dialect", "session", "place"),
    [
        (Dialect.GA, {"type": "realtime", "voice": "alloy"}, "session.audio.output.voice"),
        (Dialect.BETA, {"output_modalities": ["text"]}, "session.modalities"),
    ],
)
def test_field_of_the_other_dialect_is_told_with_its_place_here(
    dialect: Dialect, session: Json, place: str
) -> None:
    (problem,) = told({"type": "session.update", "session": session}, dialect=dialect)
    assert problem.endswith(f"is no field here; it is written {place}")


def test_places_in_arrays_are_numbered() -> None:
    event = create(type="message", role="user", content=[{"type": "input_text", "text": 7}])
    assert told(event) == ["item.content[0].text must be a string, not the number 7"]


def test_number_beside_a_word_is_good_and_another_word_is_not() -> None:
    event: Json = {"type": "response.create", "response": {"max_output_tokens": 50}}
    assert told(event) == []
    event["response"]["max_output_tokens"] = "infinite"
    assert told(event) == ["response.max_output_tokens is infinite, which is none of inf"]


def test_what_only_the_strict_server_knows_is_told_in_its_words() -> None:
    event = create(type="function_call_output", call_id="call 1", output="18")
    (problem,) = told(event)
    assert problem.startswith("item.call_id would be refused: Invalid 'item.call_id': string does")


def test_server_that_is_not_openais_may_know_more_fields() -> None:
    event = create(type="function_call_output", call_id="call 1", output="18", speed=3)
    assert validate(event, Side.CLIENT, Dialect.GA, GENERIC) == []
    session = {"type": "session.update", "session": {"voice": "ara", "modalities": ["audio"]}}
    assert validate(session, Side.CLIENT, Dialect.XAI, XAI) == []


def test_slip_is_told_for_any_server() -> None:
    event = create(type="function_call_output", call_id="call_1", output="18", statuss="x")
    (problem,) = validate(event, Side.CLIENT, Dialect.GA, GENERIC)
    assert str(problem) == "item.statuss is no field here; did you mean status?"


def test_servers_may_add_fields_but_not_slips() -> None:
    event = {"type": "response.done", "event_id": "e", "response": {"colour": "red", "ouput": []}}
    assert told(event, Side.SERVER) == ["response.ouput is no field here; did you mean output?"]


# What is really said.


def test_no_event_of_a_simulated_session_has_a_problem() -> None:
    for spelling, dialect in ((Spelling.GA, Dialect.GA), (Spelling.BETA, Dialect.BETA)):
        session = SimulatedSession(dialect=spelling)
        session.ask("What is the weather in Paris?")
        session.speak()
        session.settle()
        for event in session.events:
            assert told(event.fields(), event.side, dialect) == []


@pytest.mark.skipif(not WIRE_SESSIONS, reason="the recorded sessions are not beside this checkout")
@pytest.mark.parametrize(
    "path",
    [path for path in WIRE_SESSIONS if path.parent.name in {"openai-ga", "azure-ga", "xai"}],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_no_event_of_a_recorded_session_has_a_problem(path: Path) -> None:
    events = events_of_wire(path)
    conversation = Conversation()
    for event in events:
        conversation.receive(event)
    profile = XAI if path.parent.name == "xai" else None
    options = (profile,) if profile else ()
    for event in events:
        assert validate(event.fields(), event.side, conversation.dialect, *options) == []


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_no_value_makes_it_raise(junk: object) -> None:
    for dialect in Dialect:
        for reference in catalogue().events():
            event = {field.name: junk for field in reference.fields} | {"type": reference.type}
            validate(event, reference.side, dialect)
            for wrong in _each_with(catalogue().template(reference.type) or {}, junk):
                validate(wrong, reference.side, dialect)


def _each_with(event: Json, junk: object) -> list[Json]:
    """The event with junk in place of each of its members, and of each of theirs."""
    replaced: Callable[[Json], list[Json]] = lambda value: [value | {key: junk} for key in value]  # noqa: E731 -- a word for it, used twice below
    inner = [
        event | {key: each}
        for key, value in event.items()
        if isinstance(value, dict)
        for each in replaced(value)
    ]
    return [*(each for each in replaced(event) if each["type"] == event["type"]), *inner]
