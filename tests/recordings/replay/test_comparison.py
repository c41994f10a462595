"""Two sessions with the same structure, and with another one."""

import json

from transcript import Said, client, server, transcript

from realtap.recordings.event import Header
from realtap.recordings.replay.comparison import Parting, partings
from realtap.recordings.replay.outcome import Outcome

CREATED = server("session.created", session={"id": "sess_1"})


def outcome(*said: object) -> Outcome:
    entries = transcript(CREATED, *said)  # type: ignore[arg-type] # steps, or lists of them
    header = entries[0]
    assert isinstance(header, Header)
    return Outcome(header, entries[1:])


def turn(text: str, *, status: str = "completed") -> list[Said]:
    """An answer of the assistant."""
    item = {"id": "item_a", "type": "message", "role": "assistant"}
    content = [{"type": "output_text", "text": text}]
    return [
        client("response.create"),
        server("response.created", response={"id": "resp_1", "status": "in_progress"}),
        server("response.output_item.added", response_id="resp_1", item=item),
        server("conversation.item.added", item=item),
        server("response.output_item.done", response_id="resp_1", item=item | {"content": content}),
        server("response.done", response={"id": "resp_1", "status": status, "output": [item]}),
    ]


def call(arguments: object) -> list[Said]:
    """A function call."""
    item = {"id": "item_c", "type": "function_call", "call_id": "call_1", "name": "get_weather"}
    done = item | {"arguments": json.dumps(arguments), "status": "completed"}
    return [
        client("response.create"),
        server("response.created", response={"id": "resp_1", "status": "in_progress"}),
        server("response.output_item.added", response_id="resp_1", item=item),
        server("conversation.item.added", item=item),
        server("response.output_item.done", response_id="resp_1", item=done),
        server("response.done", response={"id": "resp_1", "status": "completed"}),
    ]


def grave(recorded: Outcome, live: Outcome) -> list[Parting]:
    return [each for each in partings(recorded, live) if each.is_grave]


def test_other_words_are_the_same_structure() -> None:
    assert partings(outcome(turn("Hello.")), outcome(turn("Good day to you."))) == []


def test_a_call_instead_of_an_answer_is_told() -> None:
    parting, unanswered = grave(outcome(turn("Hello.")), outcome(call({})))
    assert unanswered.what == "findings"
    assert (parting.what, parting.recorded, parting.live) == (
        "conversation",
        "assistant message",
        "call of get_weather",
    )


def test_other_values_of_arguments_are_the_same_shape() -> None:
    assert partings(outcome(call({"city": "Paris"})), outcome(call({"city": "Oslo"}))) == []


def test_arguments_of_another_shape_are_told() -> None:
    recorded, live = outcome(call({"city": "Paris"})), outcome(call({"city": 1, "days": [2]}))
    [parting] = grave(recorded, live)
    assert parting.where == "call 1 of get_weather"
    assert (parting.recorded, parting.live) == ("city: string", "city: number, days[]: number")


def test_a_response_that_ended_in_another_way_is_told() -> None:
    found = grave(outcome(turn("Hello.")), outcome(turn("Hel", status="incomplete")))
    assert [(each.what, each.recorded, each.live) for each in found][:1] == [
        ("response", "completed", "incomplete")
    ]


def test_events_that_only_one_server_has_are_told_and_are_not_grave() -> None:
    live = outcome(turn("Hello."), server("rate_limits.updated"))
    assert partings(outcome(turn("Hello.")), live) == [
        Parting("events", "rate_limits.updated", "not seen", "seen", is_grave=False)
    ]
