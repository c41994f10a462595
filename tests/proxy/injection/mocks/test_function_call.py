"""The events that complete a call."""

import pytest
from desk import seen_of
from mocked import a_call
from scenes import Called, open_function_calls
from transcript import Said

from realtap.proxy.injection.ledger import Ledger
from realtap.proxy.injection.mocks.function_call import (
    COMPLETING_KINDS,
    completed_call,
)
from realtap.recordings.conversation import Seen
from realtap.recordings.event import Json, Side


def seen(said: Said) -> Seen:
    return seen_of(said.side, said.payload)


def events(call: Called) -> dict[str, Seen]:
    return {each.kind: each for each in map(seen, open_function_calls(call))}


@pytest.mark.parametrize("kind", sorted(COMPLETING_KINDS))
def test_both_events_tell_the_whole_call(kind: str) -> None:
    found = completed_call(events(Called("f", '{"a": 1}', "call_1"))[kind], Ledger())
    assert found is not None
    assert (found.call_id, found.name, found.arguments) == ("call_1", "f", '{"a": 1}')


def arguments_done_of_beta(call_id: str = "call_1") -> Seen:
    event = {
        "type": "response.function_call_arguments.done",
        "item_id": "item_of_call_1",
        "call_id": call_id,
        "arguments": "{}",
    }
    return seen_of(Side.SERVER, event)


def test_name_that_a_beta_server_leaves_out_is_known_from_the_item() -> None:
    ledger = Ledger()
    ledger.receive(events(Called("f", {}, "call_1"))["response.output_item.added"])
    found = completed_call(arguments_done_of_beta(), ledger)
    assert found is not None
    assert found.name == "f"


@pytest.mark.parametrize("call_id", ["call_1", ""])
def test_call_without_a_name_or_an_id_is_not_complete(call_id: str) -> None:
    assert completed_call(arguments_done_of_beta(call_id), Ledger()) is None


@pytest.mark.parametrize(
    "item",
    [
        {"type": "message", "status": "completed"},
        {"type": "mcp_call", "name": "f", "call_id": "call_1"},
        {"type": "function_call", "name": "f", "call_id": "call_1", "status": "incomplete"},
    ],
)
def test_other_items_and_calls_that_were_cut_off_complete_nothing(item: Json) -> None:
    event = {"type": "response.output_item.done", "item": item}
    assert completed_call(seen_of(Side.SERVER, event), Ledger()) is None


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ('{"a": [1]}', {"a": [1]}),
        ("", {}),
        (" \n", {}),
        ('{"a": ', None),
        ("[1]", None),
        ("NaN", None),
        ('{"a": "\ud83d"}', None),
    ],
)
def test_arguments_are_an_object_or_nothing_that_can_be_asked(
    arguments: str, fields: Json | None
) -> None:
    assert a_call(arguments).fields == fields
