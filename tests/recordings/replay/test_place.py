"""What is expected at a place of a recording, and what came near."""

from replayed import script_of

from realtap.recordings.event import Json, Side
from realtap.recordings.replay.identities import Identities
from realtap.recordings.replay.matching import Rules
from realtap.recordings.replay.mismatch import Cause, Mismatch
from realtap.recordings.replay.place import Place
from realtap.recordings.replay.script import Script


def user(text: str) -> Json:
    content = [{"type": "input_text", "text": text}]
    item = {"id": f"item_{text}", "type": "message", "role": "user", "content": content}
    return {"type": "conversation.item.create", "item": item}


def answer(call_id: str) -> Json:
    item = {"type": "function_call_output", "call_id": call_id, "output": "{}"}
    return {"type": "conversation.item.create", "item": item}


SAID = (
    (Side.SERVER, {"type": "session.created"}),
    (Side.CLIENT, user("hello")),
    (Side.SERVER, {"type": "conversation.item.added", "item": user("hello")["item"]}),
    (Side.CLIENT, {"type": "conversation.item.retrieve", "item_id": "item_hello"}),
    (Side.CLIENT, user("bye")),
    (Side.CLIENT, answer("call_1")),
)


def place(*missing: int, position: int) -> Place:
    script: Script = script_of(SAID)
    return Place(script, missing, position, Identities(script.client_made), (0, 0))


def different(at: Place, fields: Json) -> Mismatch:
    return at.different(str(fields["type"]), fields, Rules())


def test_the_next_event_is_expected() -> None:
    found = different(place(1, 3, 4, 5, position=1), user("good day"))
    assert (found.cause, found.number, found.count) == (Cause.DIFFERENT, 1, 4)
    assert [each.path for each in found.differences] == ["item.content[0].text"]


def test_an_aside_is_not_expected_where_something_else_came() -> None:
    found = different(place(3, 4, 5, position=3), user("good day"))
    assert found.expected is not None
    assert (found.expected.type, found.number) == ("conversation.item.create", 3)


def test_an_aside_is_compared_with_the_recorded_one() -> None:
    aside = {"type": "conversation.item.retrieve", "item_id": "item_other"}
    found = different(place(1, 3, 4, 5, position=1), aside)
    assert found.expected is not None
    assert found.expected.type == "conversation.item.retrieve"


def test_after_all_that_was_said_anything_is_too_much() -> None:
    found = different(place(position=6), user("more"))
    assert (found.cause, found.expected) == (Cause.EXTRA, None)


def test_what_had_been_said_until_then_is_told() -> None:
    found = place(4, 5, position=4).missing_event(Cause.CLOSED)
    assert found.dialogue == ("user: hello",)


def test_what_the_app_said_ahead_of_the_server_is_told() -> None:
    call = {"type": "function_call", "id": "item_c", "call_id": "call_1", "name": "get_weather"}
    script = script_of(
        (
            (Side.SERVER, {"type": "conversation.item.added", "item": call}),
            (Side.SERVER, {"type": "response.done"}),
            (Side.CLIENT, answer("call_1")),
            (Side.CLIENT, {"type": "response.create"}),
        )
    )
    at = Place(script, (3,), 1, Identities(script.client_made), (0, 0))
    assert different(at, user("more")).dialogue == ("tool: get_weather() → {}",)


def test_events_of_its_kind_come_near_those_that_differ_least_first() -> None:
    found = different(place(5, position=5), user("bye"))
    near = [(each.step.fields["item"]["id"], each.has_come) for each in found.nearest]
    assert near == [("item_bye", True), ("item_hello", True)]
    assert found.nearest[0].differences == ()


def test_of_another_type_only_the_type_is_told() -> None:
    found = different(place(4, 5, position=4), {"type": "response.create", "response": {}})
    assert [each.path for each in found.differences] == ["type"]


def test_missing_audio_is_what_is_waited_for() -> None:
    script = script_of([(Side.SERVER, {"type": "input_audio_buffer.speech_started"})])
    at = Place(script, (), 0, Identities(frozenset()), (96_000, 24_000))
    assert at.missing_event(Cause.SILENT).audio_s == (2.0, 0.5)
