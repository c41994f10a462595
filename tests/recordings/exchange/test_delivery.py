"""What the other side got, and when."""

from transcript import client, marked, release, transcript

from realtap.recordings.event import Event, Fate, Form, Origin, Released
from realtap.recordings.exchange.delivery import Delivery


def delivered(*steps: object) -> list[Event]:
    delivery = Delivery()
    entries = transcript(*steps)  # type: ignore[arg-type] # steps in any nesting
    lines = [each for each in entries if isinstance(each, Event | Released)]
    return [event for line in lines for event in delivery.receive(line)]


def test_made_up_event_arrives_without_its_mark() -> None:
    (event,) = delivered(marked(client("a"), origin=Origin.INJECTED, why="by hand"))
    assert (event.type, event.origin, event.why) == ("a", Origin.WIRE, None)


def test_edited_event_arrives_as_it_went_out() -> None:
    (event,) = delivered(marked(client("a"), fate=Fate.EDITED, sent={"type": "b"}))
    assert (event.type, event.payload, event.fate) == ("b", b'{"type":"b"}', Fate.FORWARDED)


def test_event_that_was_edited_to_other_text_is_told_as_text() -> None:
    (step,) = marked(client("a"), fate=Fate.EDITED, sent={})
    (entry,) = [each for each in transcript(step) if isinstance(each, Event)]
    odd = Event(1, entry.at, entry.side, "a", entry.payload, fate=Fate.EDITED, sent=b"not json")
    assert [each.form for each in Delivery().receive(odd)] == [Form.TEXT]


def test_dropped_event_never_arrives() -> None:
    assert delivered(marked(client("a"), fate=Fate.DROPPED)) == []


def test_held_event_arrives_when_it_is_let_go() -> None:
    first, second = delivered(marked(client("a"), fate=Fate.HELD), client("b"), release())
    assert [first.type, second.type] == ["b", "a"]
    assert second.at > first.at


def test_held_event_that_is_dropped_in_the_end_never_arrives() -> None:
    assert delivered(marked(client("a"), fate=Fate.HELD), release(Fate.DROPPED)) == []


def test_release_of_an_unknown_event_is_nothing() -> None:
    assert list(Delivery().receive(Released(1.0, 7, Fate.FORWARDED))) == []
