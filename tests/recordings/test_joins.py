"""What the conversation knows and an event does not say."""

import pytest
from reduced import joins_of, reduced
from scenes import (
    WEATHER,
    Called,
    audio_answer,
    error,
    function_call,
    function_calls,
    output,
    session,
    spoken_turn,
    text_answer,
    user_message,
)
from transcript import Step, client, server, transcript

from realtap.recordings.conversation import Conversation, Seen
from realtap.recordings.event import Event
from realtap.recordings.joins import TEXT_LIMIT, Joined, Joiner

ROUND: list[Step] = [
    session(tools=[WEATHER]),
    user_message("Weather in Oslo?"),
    function_call("get_weather", {"city": "Oslo"}, call_id="call_1", item_id="fc_1"),
    output("call_1", "rain"),
    text_answer("It rains."),
]


def last_join(*steps: Step) -> dict[str, Joined]:
    return joins_of(*steps)[-1][1]


@pytest.mark.parametrize("spelling", ["ga", "beta"])
def test_every_event_of_a_call_names_its_function(spelling: str) -> None:
    told = [
        joined.get("call.name")
        for seen, joined in joins_of(*ROUND, beta=spelling == "beta")
        if seen.call_id == "call_1" or seen.item_id == "fc_1"
    ]
    assert len(told) >= 8
    assert all(joined is not None and joined.value == "get_weather" for joined in told)


def test_parallel_calls_are_not_mixed_up() -> None:
    calls = function_calls(Called("a", {"x": 1}, "call_1"), Called("b", {"y": 2}, "call_2"))
    for seen, joined in joins_of(calls, output("call_2"), output("call_1")):
        if seen.call_id:
            assert joined["call.name"].value == {"call_1": "a", "call_2": "b"}[seen.call_id]


def test_output_shows_the_arguments_of_its_call() -> None:
    joined = [
        joined for seen, joined in joins_of(*ROUND) if seen.kind == "conversation.item.create"
    ]
    arguments = joined[1]["call.arguments"]
    assert arguments.value == '{"city": "Oslo"}'
    assert arguments.source_seq is not None


def test_name_is_known_also_when_the_call_is_long_gone() -> None:
    conversation = reduced(*ROUND)
    step = server("response.function_call_arguments.delta", call_id="call_1", delta="{")
    seen = Seen.of(next(each for each in transcript(step) if isinstance(each, Event)))
    (joined, *_) = Joiner(conversation).join(seen)
    assert (joined.path, joined.value) == ("call.name", "get_weather")


def test_outputs_inside_a_request_name_their_function() -> None:
    items = [{"type": "message"}, {"type": "function_call_output", "call_id": "call_1"}]
    joined = last_join(*ROUND, client("response.create", response={"input": items}))
    assert joined["response.input[1].call.name"].value == "get_weather"


def test_events_with_an_item_id_show_the_items_role_and_text() -> None:
    steps = text_answer("It rains.", item_id="a")
    by_type = {seen.type: joined for seen, joined in joins_of(steps)}
    done = by_type["response.content_part.done"]
    assert (done["item.role"].value, done["item.text"].value) == ("assistant", "It rains.")
    assert "item.text" not in by_type["response.output_item.done"]


def test_long_text_is_cut() -> None:
    truncate = client("conversation.item.truncate", item_id="a", content_index=0, audio_end_ms=1)
    text = last_join(text_answer("x" * 500, item_id="a"), truncate)["item.text"].value
    assert isinstance(text, str)
    assert len(text) == TEXT_LIMIT + 1
    assert text.endswith("…")


def test_speech_is_joined_with_its_transcript() -> None:
    completed = server(
        "conversation.item.input_audio_transcription.completed", item_id="u", transcript="Hello"
    )
    delete = client("conversation.item.delete", item_id="u")
    joined = last_join(session(), spoken_turn("u"), completed, delete)
    assert (joined["item.role"].value, joined["item.text"].value) == ("user", "Hello")


def test_events_of_a_response_tell_who_caused_it() -> None:
    steps: list[Step] = [session(), spoken_turn("u"), audio_answer("Hi", asked=False, item_id="a")]
    joined = joins_of(*steps)
    (commit,) = [seen for seen, _ in joined if seen.kind == "input_audio_buffer.committed"]
    told = [each for seen, each in joined if seen.item_id == "a" or seen.kind == "response.done"]
    assert {each["response.cause"].value for each in told} == {"vad"}
    assert {each["response.cause"].source_seq for each in told} == {commit.seq}


def test_items_of_a_response_name_it() -> None:
    steps = text_answer(response_id="resp_1", item_id="a")
    added = next(each for seen, each in joins_of(steps) if seen.kind == "conversation.item.added")
    assert added["response.id"].value == "resp_1"


def test_cause_that_nobody_knows_is_not_told() -> None:
    assert "response.cause" not in last_join(text_answer(asked=False))


def test_error_tells_the_event_that_it_answers() -> None:
    create = client("response.create", event_id="mine")
    exact = last_join(create, error("x", event_id="mine"))["answers"]
    assert exact == Joined("answers", "response.create", 1)
    guess = last_join(create, error("x", param="response.tools"))["answers"]
    assert guess.note == "guess: the last response.create, which has the field response.tools"
    assert last_join(error("x")) == {}


def test_name_outlives_the_detail_of_the_call() -> None:
    conversation = Conversation(keep=1)
    calls = [function_call(f"f{n}", call_id=f"call_{n}", item_id=f"fc_{n}") for n in range(3)]
    rounds = [[call, output(f"call_{n}"), text_answer()] for n, call in enumerate(calls)]
    late = server("conversation.item.deleted", item_id="fc_0")
    events = [entry for entry in transcript(rounds, late) if isinstance(entry, Event)]
    for event in events:
        conversation.receive(event)
    assert conversation.calls.get("call_0") is None
    (joined,) = Joiner(conversation).join(Seen.of(events[-1]))
    assert (joined.path, joined.value) == ("call.name", "f0")
