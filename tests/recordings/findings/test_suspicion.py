"""Suspicions wait for the server's word."""

import pytest

from realtap.recordings.conversation import Seen
from realtap.recordings.event import Event, Json, Side
from realtap.recordings.findings.suspicion import PATIENCE_S, Suspicion, Suspicions
from realtap.recordings.jsontext import loads


def suspicion(seq: int = 1, *, at: float = 0.0, event_id: str = "", **fields: object) -> Suspicion:
    return Suspicion(seq, at, event_id, "what", "todo", **fields)  # type: ignore[arg-type] # a test passes any field on


def error(content: str) -> Seen:
    payload = f'{{"type":"error","error":{content}}}'.encode()
    assert loads(payload)
    return Seen.of(Event(9, 1.0, Side.SERVER, "error", payload))


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ('{"event_id":"mine"}', {"event_id": "mine"}),
        ('{"code":"too_small"}', {"codes": frozenset({"too_small"})}),
        ('{"param":"item.content[0].type"}', {"params": ("item.content",)}),
        ('{"message":"The Buffer is too small"}', {"words": ("buffer is",)}),
    ],
)
def test_error_convicts_by_id_code_field_or_words(content: str, fields: Json) -> None:
    waiting = Suspicions()
    waiting.add(suspicion(**fields))
    assert waiting.convict(error('{"code":"other"}')) is None
    convicted = waiting.convict(error(content))
    assert convicted is not None
    assert waiting.convict(error(content)) is None


def test_error_that_names_another_event_convicts_nobody() -> None:
    waiting = Suspicions()
    waiting.add(suspicion(event_id="mine", codes=frozenset({"bad"})))
    assert waiting.convict(error('{"event_id":"other","code":"bad"}')) is None


def test_error_of_any_shape_is_heard() -> None:
    waiting = Suspicions()
    waiting.add(suspicion(params=("a",), words=("b",)))
    for content in ("null", "7", '"b"', "[]", '{"code":[],"param":7,"message":{}}'):
        assert waiting.convict(error(content)) is None


def test_acknowledgement_acquits_the_oldest_with_its_key() -> None:
    waiting = Suspicions()
    for seq, key in enumerate("aba", start=1):
        waiting.add(suspicion(seq, key=key))
    waiting.acquit("a")
    waiting.acquit("nobody")
    assert [each.seq for each in waiting.remaining()] == [2, 3]


def test_silence_leaves_it_to_the_arithmetic() -> None:
    waiting = Suspicions()
    waiting.add(suspicion(1, at=0.0))
    waiting.add(suspicion(2, at=0.1, needs_error=True))
    waiting.add(suspicion(3, at=1.0))
    assert list(waiting.overdue(PATIENCE_S - 0.1)) == []
    assert [each.seq for each in waiting.overdue(PATIENCE_S + 0.5)] == [1]
    assert [each.seq for each in waiting.remaining()] == [3]


def test_waiting_is_bounded() -> None:
    waiting = Suspicions()
    for seq in range(1_000):
        waiting.add(suspicion(seq))
    assert [each.seq for each in waiting.remaining()] == list(range(800, 1_000))
