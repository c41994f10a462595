"""Messages that are JSON, and messages that only Python takes for it."""

import pytest

from realtap.proxy.simulator.faults import Fault
from realtap.proxy.simulator.parsing import parse


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ("{}", {}),
        ("1.5e3", 1_500.0),
        ("[1]", [1]),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ("[" * 100 + "]" * 100, ...),
    ],
)
def test_json_is_parsed(message: str, value: object) -> None:
    parsed = parse(message)
    assert value is ... or parsed == value
    assert not isinstance(parsed, Fault)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "hello",
        '{"a": 1',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e400}',
        '"\\ud83d"',
        '"\\uDE00 alone"',
        "[" * 200 + "]" * 200,
        '{"a":' * 50_000,
        "[" * 50_000 + "]" * 50_000,
    ],
)
def test_anything_else_is_invalid_json(message: str) -> None:
    fault = parse(message)
    assert isinstance(fault, Fault)
    assert fault.code == "invalid_json"


def test_binary_message_is_an_invalid_event() -> None:
    fault = parse(b"{}")
    assert isinstance(fault, Fault)
    assert fault.code == "invalid_event"
