"""The beginning of an event's line says what the decoded line says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings import lines
from realtap.recordings.event import Closed, Event, Fate, Form, Origin, Side
from realtap.recordings.heads import head_of, head_of_event


@given(
    st.builds(
        Event,
        seq=st.integers(0, 10**12),
        at=st.floats(0, 10**9).map(lambda at: round(at, 6)),
        side=st.sampled_from(Side),
        type=st.none() | st.text(st.characters(codec="utf-8")),
        payload=st.sampled_from([b'{"type":"x"}', b"[1]", b"null"]),
        form=st.sampled_from([Form.JSON, Form.TEXT, Form.BINARY]),
        origin=st.sampled_from(Origin),
        fate=st.sampled_from([Fate.FORWARDED, Fate.DROPPED]),
    )
)
def test_head_agrees_with_the_decoded_line(event: Event) -> None:
    line = lines.encode(event)
    decoded = lines.decode(line)
    head = head_of(line)
    assert isinstance(decoded, Event)
    if head is not None:
        assert head[:4] == head_of_event(decoded)[:4]
        if head.payload_start is not None:
            assert line[head.payload_start : -2] == decoded.payload
            assert (decoded.origin, decoded.fate) == (Origin.WIRE, Fate.FORWARDED)


def test_event_as_the_relay_writes_it_has_a_head() -> None:
    event = Event(5, 1.25, Side.SERVER, "error", b'{"type":"error"}')
    line = lines.encode(event)
    assert head_of(line) == (5, 1.25, Side.SERVER, "error", line.index(b'{"type":"error"}'))


@pytest.mark.parametrize(
    "line",
    [
        lines.encode(Closed(1.0, Side.CLIENT, 1000)),
        b'{"seq":1,"at":1.0,"type":"x","from":"client","event":{}}\n',
        b'{"seq":1,"at":1.0,"from":"client","origin":"mock","type":"x","event":{}}\n',
        b'{"seq": 1, "at": 1.0, "from": "client", "event": {}}\n',
        b'{"seq":1,"at":1e3,"from":"client","type":"x","event":{}}\n',
        b'{"seq":1,"at":1.0,"from":"client","type":"\xff","event":{}}\n',
        b"",
    ],
)
def test_line_of_another_hand_has_no_head(line: bytes) -> None:
    assert head_of(line) is None


def test_line_that_somebody_marked_must_be_decoded() -> None:
    event = Event(1, 1.0, Side.CLIENT, "x", b"{}", origin=Origin.MOCK)
    head = head_of(lines.encode(event))
    assert head is not None
    assert head.payload_start is None
