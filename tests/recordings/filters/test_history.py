"""What was said before an event, for its joined fields."""

import json
from typing import Any

from realtap.recordings.event import Closed, Event, Side
from realtap.recordings.filters.history import History


def event(seq: int, **fields: Any) -> Event:
    return Event(seq, seq / 10, Side.SERVER, fields["type"], json.dumps(fields).encode())


def test_event_is_told_the_name_that_one_before_it_had() -> None:
    history = History()
    item = {"id": "item_1", "type": "function_call", "name": "add", "call_id": "call_1"}
    history.receive(event(1, type="response.output_item.added", response_id="resp_1", item=item))
    delta = event(2, type="response.function_call_arguments.delta", call_id="call_1", delta="{")
    joined = history.receive(delta)
    assert [(each.path, each.value, each.source_seq) for each in joined()] == [
        ("call.name", "add", 1)
    ]
    assert joined() is joined()


def test_line_that_is_no_event_has_no_joined_fields() -> None:
    assert History().receive(Closed(1.0, Side.CLIENT, 1000))() == ()
