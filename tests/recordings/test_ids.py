"""The ids of an event, wherever they are nested."""

import json

import pytest

from realtap.recordings.event import Event, Form, Side
from realtap.recordings.ids import Ids, ids_of


def event(fields: object) -> Event:
    return Event(1, 0.0, Side.SERVER, "any", json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ({"item_id": "item_1", "response_id": "resp_1"}, Ids(item="item_1", response="resp_1")),
        ({"item": {"id": "item_1", "call_id": "call_1"}}, Ids(item="item_1", call="call_1")),
        ({"response": {"id": "resp_1", "output": []}}, Ids(response="resp_1")),
        ({"session": {"id": "sess_1"}}, Ids(session="sess_1")),
        ({"item_id": None, "item": "no object", "response": 5}, Ids()),
        ([1, 2], Ids()),
    ],
)
def test_ids_are_found_at_every_level(fields: object, ids: Ids) -> None:
    assert ids_of(event(fields)) == ids


def test_call_is_nearer_than_its_item_and_its_response() -> None:
    assert Ids(item="item_1", call="call_1", response="resp_1").nearest == "call_1"


def test_frames_that_are_no_json_have_no_ids() -> None:
    assert ids_of(Event(1, 0.0, Side.CLIENT, None, b"\x00\x01", form=Form.BINARY)) == Ids()


def test_ids_are_told_under_the_names_of_the_protocol() -> None:
    assert Ids(call="call_1", response="resp_1").by_name == {
        "call_id": "call_1",
        "response_id": "resp_1",
    }


@pytest.mark.parametrize(
    "payload", [b"not json", b'{"item":{"id":"\\ud83d"}}', b'{"item_id":' + b"[" * 100_000 + b"}"]
)
def test_line_that_another_program_wrote_has_no_ids(payload: bytes) -> None:
    assert ids_of(Event(1, 0.0, Side.SERVER, "any", payload)) == Ids()
