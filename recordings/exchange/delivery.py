"""What each side of a session got to hear: the messages as they arrived, without realtap's marks.

Other tools know messages that went over a wire, and none that were dropped, edited or held on it.
"""

from collections.abc import Iterator

import msgspec

from ..event import Event, Fate, Origin, Released
from ..lines import classify


class Delivery:
    """Fed the events and releases of one session in order."""

    def __init__(self) -> None:
        self._held: dict[int, Event] = {}

    def receive(self, line: Event | Released) -> Iterator[Event]:
        """The message that arrives now, if one does."""
        if isinstance(line, Released):
            held = self._held.pop(line.seq, None)
            if held is not None:
                yield from _arriving(held.released(line))
        elif line.fate is Fate.HELD:
            self._held[line.seq] = line
        else:
            yield from _arriving(line)


def _arriving(event: Event) -> Iterator[Event]:
    if event.fate is Fate.DROPPED:
        return
    arrived = msgspec.structs.replace(
        event, origin=Origin.WIRE, fate=Fate.FORWARDED, why=None, sent=None
    )
    if event.fate is Fate.EDITED and event.sent is not None:
        form, type_ = classify(event.sent, is_text_frame=True)
        arrived = msgspec.structs.replace(
            arrived, payload=event.sent, form=form, type=type_, is_text_frame=True
        )
    yield arrived
