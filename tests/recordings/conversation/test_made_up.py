"""What realtap says in the server's name stays apart from the real conversation."""

from functools import partial

from reduced import joins_of, reduced
from scenes import (
    WEATHER,
    added,
    error,
    function_call,
    output,
    session,
    text_answer,
    text_turn,
    user_message,
)
from transcript import Step, client, marked, server

from realtap.recordings.conversation import Conversation
from realtap.recordings.event import Fate, Origin, Side

by_hand = partial(marked, origin=Origin.INJECTED, why="by hand")
MADE_UP_CALL: list[Step] = [
    session(tools=[WEATHER]),
    by_hand(
        function_call(
            "get_weather", {"city": "Paris"}, call_id="call_x", response_id="resp_x", asked=False
        )
    ),
]
ANSWERED: list[Step] = [
    *MADE_UP_CALL,
    marked(
        output("call_x", "sunny", is_taken=False),
        client("response.create"),
        fate=Fate.DROPPED,
        why="made-up call get_weather",
    ),
    by_hand(
        added({"id": "item_o", "type": "function_call_output", "call_id": "call_x"}),
        text_answer("It is sunny.", response_id="resp_y", item_id="item_y", asked=False),
    ),
]


def test_made_up_call_has_its_whole_life_beside_the_real_conversation() -> None:
    call = reduced(*ANSWERED).calls.get("call_x")
    assert call is not None
    assert (call.is_made_up, call.made_up_by, call.name) == (True, "by hand", "get_weather")
    assert call.output is not None
    assert (call.output.text, call.output.by, call.output.is_dropped) == ("sunny", "wire", True)
    assert call.output.is_accepted
    assert call.created_seq is not None
    assert call.answered_by == "resp_y"


def test_made_up_call_is_not_pending_at_the_server() -> None:
    conversation = reduced(*MADE_UP_CALL)
    assert conversation.calls.pending() == []
    assert [call.call_id for call in conversation.calls.all()] == ["call_x"]


def test_made_up_response_is_neither_active_nor_the_last() -> None:
    made = by_hand(server("response.created", response={"id": "resp_x"}))
    conversation = reduced(session(), client("response.create"), made)
    assert conversation.responses.active == []
    assert conversation.responses.last is None
    assert len(conversation.creates) == 1
    known = conversation.responses.get("resp_x")
    assert known is not None
    assert known.is_made_up
    assert conversation.responses.knows("resp_x")


def test_made_up_call_does_not_take_the_real_ones_answer() -> None:
    conversation = reduced(
        *MADE_UP_CALL,
        function_call("real", call_id="call_1"),
        output("call_1", "rain"),
        marked(output("call_x", "sunny", is_taken=False), fate=Fate.DROPPED),
        text_answer("It rains.", response_id="resp_2"),
    )
    real, made = conversation.calls.get("call_1"), conversation.calls.get("call_x")
    assert real is not None
    assert made is not None
    assert (real.answered_by, made.answered_by) == ("resp_2", "")


def test_made_up_items_stand_in_their_place() -> None:
    conversation = reduced(
        session(),
        user_message("Before"),
        by_hand(text_answer("Made up.", item_id="item_x", asked=False)),
        text_turn("After", "Real."),
    )
    texts = [(item.text, item.is_made_up) for item in conversation.items.in_order()]
    assert texts == [("Before", False), ("Made up.", True), ("After", False), ("Real.", False)]
    assert conversation.items.knows("item_x")
    assert conversation.items.kind_of("item_x") == "message"


def test_made_up_item_tells_who_made_it() -> None:
    conversation = reduced(session(), by_hand(text_answer("x", item_id="i", asked=False)))
    item = conversation.items.get("i")
    assert item is not None
    assert (item.is_made_up, item.why) == (True, "by hand")


def test_made_up_error_refuses_nothing_and_answers_what_was_kept_back() -> None:
    conversation = reduced(
        session(),
        client("response.create", event_id="a"),
        marked(client("response.create", event_id="b"), fate=Fate.DROPPED, why="fault busy"),
        marked(error("busy", event_id="b"), origin=Origin.FAULT, why="fault busy"),
    )
    assert [create.event_id for create in conversation.creates] == ["a"]
    (told,) = conversation.errors
    assert (told.is_made_up, told.why, told.answers_seq) == (True, "fault busy", 3)


def test_what_is_made_up_of_the_session_is_not_believed() -> None:
    made = by_hand(server("session.updated", session={"model": "other"}))
    assert reduced(session(), made).session.model == "gpt-realtime"


def test_made_up_end_of_a_real_response_does_not_end_it() -> None:
    conversation = reduced(
        session(),
        server("response.created", response={"id": "resp_1"}),
        marked(
            server("response.done", response={"id": "resp_1", "status": "failed"}),
            origin=Origin.FAULT,
        ),
    )
    (response,) = conversation.responses.all()
    assert (response.id, response.is_active, response.is_made_up) == ("resp_1", True, False)


def test_events_of_a_made_up_call_are_joined_with_its_name() -> None:
    outputs = [told for each, told in joins_of(*ANSWERED) if each.call_id == "call_x"]
    assert len(outputs) > 1
    assert all(told["call.name"].value == "get_weather" for told in outputs)


def test_made_up_audio_is_no_audio_of_the_session() -> None:
    delta = server("response.output_audio.delta", response_id="r", item_id="i", delta="AAAA")
    conversation = reduced(session(), by_hand(delta))
    assert conversation.responses.last is None
    made = conversation.items.get("i")
    assert made is not None
    assert made.audio_ms > 0


def test_user_message_that_was_kept_back_is_not_in_the_conversation() -> None:
    conversation: Conversation = reduced(
        session(), marked(user_message("Hi"), fate=Fate.DROPPED, side=Side.CLIENT)
    )
    (item,) = conversation.items.in_order()
    assert item.create_seq is None
