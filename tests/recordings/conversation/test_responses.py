"""Responses: who caused them, how they end, and which requests are still open."""

import pytest
from reduced import SimulatedSession, reduced
from scenes import (
    audio_answer,
    error,
    function_call,
    response_created,
    response_done,
    session,
    spoken_turn,
    text_answer,
    user_message,
)
from transcript import XAI, Said, Step, client, server, wait

from realtap.proxy.simulator.dialect import Dialect
from realtap.proxy.simulator.pace import Pace
from realtap.recordings.conversation import Conversation, Response

ASK = client("response.create", event_id="ask")
STORY = f'[[when]]\nsay = "{"A long story. " * 30}"'


def response_of(conversation: Conversation, response_id: str = "resp_1") -> Response:
    response = conversation.responses.get(response_id)
    assert response is not None
    return response


def created(response_id: str = "resp_1", **fields: object) -> Said:
    return response_created(response_id, **fields)


def committed(item_id: str = "u") -> Said:
    return server("input_audio_buffer.committed", item_id=item_id, previous_item_id=None)


# Who caused it.


def test_request_of_the_client_is_the_cause() -> None:
    conversation = reduced(session(), ASK, created())
    cause = response_of(conversation).cause
    assert (cause.kind, cause.seq, cause.event_id) == ("client", 2, "ask")
    assert conversation.creates == []


def test_end_of_a_turn_is_the_cause() -> None:
    conversation = reduced(session(), spoken_turn(), created())
    cause = response_of(conversation).cause
    commit = conversation.input_audio.commits[-1]
    assert (cause.kind, cause.seq, commit.by) == ("vad", commit.seq, "vad")


def test_turn_is_the_cause_also_when_the_client_asks_as_well() -> None:
    """The server answers the turn at once; the client's request meets an active response."""
    steps: list[Step] = [session(), spoken_turn(), ASK, created()]
    conversation = reduced(*steps)
    assert response_of(conversation).cause.kind == "vad"
    assert [create.event_id for create in conversation.creates] == ["ask"]
    refused = reduced(*steps, error("conversation_already_has_active_response"))
    assert response_of(refused).cause.kind == "vad"
    assert refused.creates == []
    assert refused.errors[-1].answers_type == "response.create"


def test_request_is_believed_when_no_error_refuses_it() -> None:
    """A server that does not answer turns by itself, whatever its session says."""
    conversation = reduced(
        session(), spoken_turn(), ASK, created(), wait(3), response_done("resp_1")
    )
    assert response_of(conversation).cause.kind == "client"
    assert conversation.creates == []


def test_request_is_believed_when_time_has_passed() -> None:
    conversation = reduced(session(), spoken_turn(), ASK, created())
    conversation.tick(conversation.last_at + 3)
    assert response_of(conversation).cause.kind == "client"


def test_turn_makes_no_response_where_the_session_says_so() -> None:
    quiet = {"input": {"turn_detection": {"type": "server_vad", "create_response": False}}}
    conversation = reduced(session(audio=quiet), spoken_turn(), ASK, created())
    assert response_of(conversation).cause.kind == "client"


def test_commit_of_the_client_is_no_turn() -> None:
    conversation = reduced(
        session(audio={"input": {"turn_detection": None}}),
        client("input_audio_buffer.commit"),
        committed(),
        ASK,
        created(),
    )
    assert response_of(conversation).cause.kind == "client"
    assert conversation.input_audio.commits[-1].by == "client"


def test_idle_timeout_is_the_cause() -> None:
    conversation = reduced(
        session(),
        server("input_audio_buffer.timeout_triggered", item_id="u", audio_start_ms=0),
        committed(),
        created(),
    )
    assert response_of(conversation).cause.kind == "idle_timeout"
    assert conversation.input_audio.commits[-1].by == "idle_timeout"


def test_old_turn_causes_nothing() -> None:
    conversation = reduced(session(), spoken_turn(), wait(30), created())
    assert response_of(conversation).cause.kind == "unknown"


def test_response_that_nobody_asked_for_has_no_known_cause() -> None:
    """Another connection of the session asked for it."""
    assert response_of(reduced(session(), created())).cause.kind == "unknown"


def test_echoed_metadata_tells_the_request() -> None:
    conversation = reduced(
        session(),
        client("response.create", event_id="one", response={"metadata": {"n": "1"}}),
        client("response.create", event_id="two", response={"metadata": {"n": "2"}}),
        created(metadata={"n": "2"}),
    )
    assert response_of(conversation).cause.event_id == "two"
    assert [create.event_id for create in conversation.creates] == ["one"]


def test_requests_are_answered_in_their_order() -> None:
    conversation = reduced(
        client("response.create", event_id="one"),
        client("response.create", event_id="two"),
        created("resp_1"),
        response_done("resp_1"),
        created("resp_2"),
    )
    causes = [response.cause.event_id for response in conversation.responses.all()]
    assert causes == ["one", "two"]


@pytest.mark.parametrize("event_id", [None, "ask"])
def test_refused_request_is_no_longer_open(event_id: str | None) -> None:
    conversation = reduced(
        created("resp_0"),
        ASK,
        error("conversation_already_has_active_response", event_id=event_id),
    )
    assert conversation.creates == []
    assert conversation.responses.last_creates[-1].error_seq == 3
    assert conversation.errors[-1].is_guess is (event_id is None)


# Out of band.


def test_response_beside_the_conversation_is_told_by_null() -> None:
    beside = client("response.create", response={"conversation": "none"})
    conversation = reduced(
        session(), beside, ASK, created("resp_1"), created("resp_2", conversation_id=None)
    )
    assert response_of(conversation, "resp_2").is_out_of_band
    assert response_of(conversation, "resp_2").create is not None
    assert [response.id for response in conversation.responses.active] == ["resp_1"]
    assert [response.id for response in conversation.responses.active_out_of_band] == ["resp_2"]


def test_server_that_names_no_conversation_is_not_beside_it() -> None:
    """xAI never sends the field."""
    bare = server("response.created", response={"id": "resp_1", "status_details": "unimplemented"})
    conversation = reduced(session(), ASK, bare, upstream=XAI)
    assert not response_of(conversation).is_out_of_band
    beside = client("response.create", response={"conversation": "none"})
    assert response_of(reduced(session(), beside, bare, upstream=XAI)).is_out_of_band


def test_items_beside_the_conversation_are_not_listed() -> None:
    ids = {"response_id": "resp_1"}
    item = {"id": "a", "type": "message", "role": "assistant", "content": []}
    conversation = reduced(
        client("response.create", response={"conversation": "none"}),
        created(conversation_id=None),
        server("response.output_item.added", **ids, item=item),
        server("response.output_text.delta", **ids, item_id="a", delta="aside"),
    )
    assert conversation.items.in_order() == []
    beside = conversation.items.get("a")
    assert beside is not None
    assert beside.text == "aside"


@pytest.mark.parametrize("dialect", list(Dialect))
def test_simulated_response_beside_another(dialect: Dialect) -> None:
    simulated = SimulatedSession(dialect=dialect)
    simulated.say("response.create", response={"conversation": "none", "metadata": {"a": "b"}})
    simulated.say("response.create")
    simulated.settle()
    beside, default = simulated.conversation.responses.all()
    assert (beside.is_out_of_band, default.is_out_of_band) == (True, False)
    assert {beside.cause.kind, default.cause.kind} == {"client"}


# How they end.


def test_finished_response_tells_its_usage_and_output() -> None:
    response = response_of(
        reduced(ASK, text_answer(response_id="resp_1", item_id="a", asked=False))
    )
    assert (response.status, response.is_active) == ("completed", False)
    assert response.output_item_ids == ["a"]
    assert response.usage["total_tokens"] == 120
    assert response.text_size == len("Hi there")


def test_usage_beside_the_response_counts() -> None:
    """xAI's place for it."""
    done = server(
        "response.done", response={"id": "resp_1", "usage": {}}, usage={"total_tokens": 9}
    )
    assert response_of(reduced(created(), done)).usage == {"total_tokens": 9}


def test_response_that_was_never_created_is_taken_when_it_is_done() -> None:
    response = response_of(reduced(response_done("resp_1", status="cancelled")))
    assert (response.was_created, response.status, response.is_active) == (
        False,
        "cancelled",
        False,
    )


def test_next_response_ends_one_that_was_never_done() -> None:
    conversation = reduced(created("resp_1"), created("resp_2"))
    assert [response.id for response in conversation.responses.active] == ["resp_2"]
    assert response_of(conversation, "resp_1").is_lost
    late = reduced(created("resp_1"), created("resp_2"), response_done("resp_1"))
    assert response_of(late, "resp_1").status == "completed"


def test_cancel_and_speech_are_noted_while_it_is_active() -> None:
    conversation = reduced(
        session(),
        audio_answer(response_id="resp_1", is_done=False),
        server("input_audio_buffer.speech_started", item_id="u", audio_start_ms=0),
        client("response.cancel"),
        response_done("resp_1", status="cancelled"),
        client("response.cancel", response_id="resp_1"),
    )
    response = response_of(conversation)
    assert response.interrupted_seq is not None
    assert response.cancel_seq == response.interrupted_seq + 1


def test_times_and_lengths_of_an_answer_are_known() -> None:
    response = response_of(reduced(session(), audio_answer(seconds=2.0, response_id="resp_1")))
    assert response.audio_ms == pytest.approx(2000)
    assert response.first_delta_at is not None
    assert response.first_audio_at is not None
    assert response.at < response.first_delta_at < response.first_audio_at
    assert response.done_at is not None
    assert response.first_audio_at < response.last_event_at <= response.done_at


def test_audio_counts_in_the_responses_own_format() -> None:
    g711 = {"output": {"format": {"type": "audio/pcmu"}}}
    delta = server(
        "response.output_audio.delta", response_id="resp_1", item_id="a", delta="A" * 3200
    )
    assert response_of(reduced(created(audio=g711), delta)).audio_ms == pytest.approx(300)


def test_interruption_of_the_simulated_server_is_seen() -> None:
    simulated = SimulatedSession(script=STORY, pace=Pace())
    simulated.write("Tell me")
    simulated.say("response.create")
    simulated.wait(1.0)
    simulated.speak()
    simulated.wait(1.0)
    first, second = simulated.conversation.responses.all()
    assert (first.status, first.status_details["reason"]) == ("cancelled", "turn_detected")
    assert first.interrupted_seq is not None
    assert second.cause.kind == "vad"
    assert [response.id for response in simulated.conversation.responses.active] == [second.id]


def test_calls_of_a_response_are_listed() -> None:
    response = response_of(reduced(user_message(), function_call("f", response_id="resp_1")))
    assert [call.name for call in response.calls] == ["f"]


def test_request_is_believed_as_soon_as_its_response_is_done() -> None:
    conversation = reduced(session(), spoken_turn(), ASK, created(), response_done("resp_1"))
    assert response_of(conversation).cause.kind == "client"


def test_only_so_many_requests_and_responses_stay_open() -> None:
    beside = client("response.create", response={"conversation": "none"})
    begun = [created(f"r{n}", conversation_id=None) for n in range(100)]
    conversation = reduced(session(), *[beside] * 150)
    assert len(conversation.creates) == 100
    conversation = reduced(session(), *begun)
    assert len(conversation.responses.active_out_of_band) == 64
    first = conversation.responses.get("r0")
    assert first is not None
    assert first.is_lost


def test_response_without_an_id_is_no_response() -> None:
    conversation = reduced(
        server("response.created", response={}), server("response.done", response={"id": 3})
    )
    assert conversation.responses.all() == []


def test_response_that_is_created_twice_is_one() -> None:
    conversation = reduced(ASK, created(), ASK, created())
    assert conversation.responses.count == 1
    assert len(conversation.creates) == 1


def test_beside_or_not_is_told_at_the_end_when_the_beginning_was_missed() -> None:
    conversation = reduced(created("resp_0"), response_done("resp_1", conversation_id=None))
    assert response_of(conversation).is_out_of_band


@pytest.mark.parametrize("event_id", [None, "ask"])
def test_refused_request_was_not_the_cause(event_id: str | None) -> None:
    """On a side-band connection the app's own response may come just before."""
    refusal = error("conversation_already_has_active_response", event_id=event_id)
    conversation = reduced(session(), ASK, created(), refusal)
    assert response_of(conversation).cause.kind == "unknown"
    assert response_of(conversation).create is None
    assert conversation.errors[-1].answers_seq == 2
