"""What the client sent lately, bounded."""

from reduced import an_event

from realtap.recordings.conversation import Seen
from realtap.recordings.conversation.client_events import ClientEvents
from realtap.recordings.event import Side


def seen(type_: str, seq: int, event_id: str = "") -> Seen:
    return Seen.of(an_event({"type": type_, "event_id": event_id}, Side.CLIENT, seq, seq * 0.1))


def test_latest_events_are_kept() -> None:
    events = ClientEvents()
    for seq in range(2_000):
        events.receive(seen("response.create", seq, f"e{seq}"))
    assert events.last_client_event is not None
    assert events.last_client_event.seq == 1_999
    assert [each.seq for each in events.last_client_events] == list(range(1_950, 2_000))
    assert events.get("e999") is None
    assert events.get("e1000") is not None


def test_appended_audio_pushes_nothing_out() -> None:
    events = ClientEvents()
    events.receive(seen("session.update", 1, "mine"))
    for seq in range(2, 3_000):
        events.receive_append(seen("input_audio_buffer.append", seq, f"a{seq}"))
    assert events.get("mine") is not None
    assert events.last_append is not None
    assert events.last_append.seq == 2_999
    assert [each.seq for each in events.last_client_events] == [1]


def test_newest_of_a_kind_is_found_as_long_as_nothing_answered_it() -> None:
    events = ClientEvents()
    first = events.receive(seen("response.create", 1))
    second = events.receive(seen("response.create", 2))
    events.receive(seen("response.cancel", 3))
    assert events.newest("response.create", since=0) is second
    assert events.newest("response.create", since=5) is None
    events.acknowledge("response.create")
    assert (first.is_answered, second.is_answered) == (True, False)


def test_event_id_that_is_used_twice_means_the_newer_event() -> None:
    events = ClientEvents()
    events.receive(seen("session.update", 1, "same"))
    events.receive(seen("response.create", 2, "same"))
    found = events.get("same")
    assert found is not None
    assert found.type == "response.create"
