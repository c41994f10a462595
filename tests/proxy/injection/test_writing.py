"""Events of ours become one line of JSON, whatever is in them."""

import json
from typing import Any

import msgspec
import pytest

from realtap.proxy.injection.splicing import as_written
from realtap.proxy.injection.writing import payload_of


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Zürich \U0001f600", '"Zürich \U0001f600"'),
        ("\ud83d", '"\\ud83d"'),
        (2**70, str(2**70)),
        (["\udc00", {"\ud83d": (1, None)}], '["\\udc00",{"\\ud83d":[1,null]}]'),
        (["\udc00", float("inf"), float("nan")], '["\\udc00",null,null]'),
    ],
)
def test_whatever_is_in_an_event_can_be_written(value: Any, written: str) -> None:
    payload = payload_of({"type": "a", "value": value})
    assert payload.decode() == f'{{"type":"a","value":{written}}}'
    assert json.loads(payload)["type"] == "a"


@pytest.mark.parametrize("more", [{}, {"half": "\ud83d"}])
def test_what_came_from_the_wire_keeps_its_text(more: dict[str, str]) -> None:
    event = as_written(b'{"type":"a","number":1.50,"text":"\\ud83d\\u0041"}')
    payload = payload_of({**event, **more})
    assert payload.startswith(b'{"type":"a","number":1.50,"text":"\\ud83d\\u0041"')
    assert isinstance(event["number"], msgspec.Raw)
