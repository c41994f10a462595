"""Outputs: their shape, and which call is meant."""

import pytest
from interposed import asked

from realtap.proxy.injection.ids import MadeIds
from realtap.proxy.injection.outputs import call_to_answer, named_call, output_event
from realtap.recordings.errors import InjectionError


def test_output_is_put_behind_its_call() -> None:
    wire = asked()
    ledger = wire.director.ledger
    call = ledger.pending_calls()[0]
    assert output_event(call, "noon", event_id="e", ledger=ledger) == {
        "event_id": "e",
        "type": "conversation.item.create",
        "previous_item_id": call.item_id,
        "item": {"type": "function_call_output", "call_id": call.call_id, "output": "noon"},
    }


def test_output_of_a_call_that_is_no_item_yet_has_no_place() -> None:
    ledger = asked().director.ledger
    call = ledger.pending_calls()[0]
    call.item_id = "item_unheard_of"
    assert "previous_item_id" not in output_event(call, "x", event_id="e", ledger=ledger)


def test_call_is_found_by_its_function() -> None:
    ledger = asked().director.ledger
    assert call_to_answer(ledger, call_id="", name="get_weather").name == "get_weather"


def test_call_that_is_unknown_is_refused_with_the_nearest() -> None:
    wire = asked()
    pending = wire.director.ledger.pending_calls()
    wanted = pending[1].call_id[:-1]
    with pytest.raises(InjectionError) as caught:
        call_to_answer(wire.director.ledger, call_id=wanted, name="")
    told = ", ".join(f"{named_call(call)} since 1.0 s" for call in (pending[1], pending[0]))
    assert str(caught.value) == f"there is no call {wanted}; pending: {told}"


def test_answered_call_is_refused() -> None:
    wire = asked()
    wire.answer_call(wire.call_id(0))
    wire.run()
    with pytest.raises(
        InjectionError, match=r"\(get_time\) has its output already; pending: call_"
    ):
        call_to_answer(wire.director.ledger, call_id=wire.call_id(0), name="")


def test_only_one_pending_call_need_not_be_named() -> None:
    wire = asked()
    with pytest.raises(InjectionError, match="which call is meant is not said; pending: "):
        call_to_answer(wire.director.ledger, call_id="", name="")
    wire.answer_call(wire.call_id(0))
    wire.run()
    assert call_to_answer(wire.director.ledger, call_id="", name="").name == "get_weather"


def test_nothing_pending_is_said() -> None:
    wire = asked("nothing")
    with pytest.raises(InjectionError, match="there is no call of get_time; no call is pending"):
        call_to_answer(wire.director.ledger, call_id="", name="get_time")


def test_output_of_a_made_up_call_is_the_apps_to_give() -> None:
    wire = asked("nothing")
    made_up = MadeIds("seed").call()
    with pytest.raises(InjectionError, match="was made up for the app"):
        call_to_answer(wire.director.ledger, call_id=made_up, name="")
