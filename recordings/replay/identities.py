"""Ids that a client makes up: another run makes other ones, and both runs mean the same.

The recording says `item_a`, the live app says `item_b`: from then on `item_b` stands wherever the
recording has `item_a`, in what the app may say and in what it gets to hear.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from ..event import Json, Side

type Spoken = tuple[Side, Json]
"""Who said an event, and its fields."""


CLIENT_PLACES: Final = frozenset(
    {
        ("event_id",),
        ("item_id",),
        ("previous_item_id",),
        ("item", "id"),
        ("item", "call_id"),
        ("response", "input", "id"),
        ("response", "input", "call_id"),
    }
)
"""Where a client's event has an id that the client may have made; metadata is the other place."""


def client_made_ids(events: Iterable[Spoken]) -> frozenset[str]:
    """The ids that the client said before the server did."""
    from_server: set[str] = set()
    from_client: set[str] = set()
    for side, fields in events:
        if side is Side.SERVER:
            from_server.update(each for _, each in _ids(fields, ()) if each not in from_client)
        else:
            from_client.update(
                each
                for names, each in _ids(fields, ())
                if is_client_place(names) and each not in from_server
            )
    return frozenset(from_client)


def is_client_place(names: tuple[str, ...]) -> bool:
    """Whether a client may put an id of its own there; `session.prompt.id` is somebody else's."""
    is_metadata = names[:2] == ("response", "metadata") and names[-1].endswith("_id")
    return names in CLIENT_PLACES or is_metadata


def ids_in(fields: Json) -> Iterator[str]:
    """Every id in an event, however deep."""
    return (each for _, each in _ids(fields, ()))


def _ids(value: object, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every id in an event, however deep: the strings called `id` or `…_id`."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _ids(each, (*names, name))
    elif isinstance(value, list):
        for each in value:
            yield from _ids(each, names)
    elif isinstance(value, str) and value and names and names[-1].endswith("id"):
        yield names, value


@dataclass
class Identities:
    """Which live id stands for which recorded one."""

    client_made: frozenset[str]
    """The recorded ids that the client made; all others must come back as they are."""
    live_by_recorded: dict[str, str] = field(default_factory=dict)
    recorded_by_live: dict[str, str] = field(default_factory=dict)
    _quoted: dict[bytes, bytes] = field(default_factory=dict, init=False, repr=False)
    _quoted_count: int = field(default=0, init=False, repr=False)
    """So many of `live_by_recorded`, which only grows, have been looked at."""

    def trial(self) -> "Identities":
        """A copy: what agrees in it is not yet agreed on here."""
        return Identities(
            self.client_made, dict(self.live_by_recorded), dict(self.recorded_by_live)
        )

    def adopt(self, trial: "Identities") -> None:
        """What a trial agreed on is agreed on."""
        self.live_by_recorded, self.recorded_by_live = (
            trial.live_by_recorded,
            trial.recorded_by_live,
        )

    def agree(self, recorded: str, live: str) -> bool:
        """Whether the live id may stand where the recorded one did; then it always does."""
        if recorded not in self.client_made:
            return recorded == live
        if recorded in self.live_by_recorded or live in self.recorded_by_live:
            return self.live_by_recorded.get(recorded) == live
        self.live_by_recorded[recorded] = live
        self.recorded_by_live[live] = recorded
        return True

    def rewrite(self, payload: bytes) -> bytes:
        """A recorded event with the live ids; the same object when nothing in it changes.

        An id is a whole JSON string, so its text is replaced as it stands: all else stays byte for
        byte as the server sent it. All at once: apps that count have the same ids in another order.
        """
        changed = self._changed()
        found = [text for text in changed if text in payload]
        if not found:
            return payload
        pattern = b"|".join(map(re.escape, found))
        return re.sub(pattern, lambda text: changed[text[0]], payload)

    def _changed(self) -> Mapping[bytes, bytes]:
        """The recorded ids that have another live one, both as they stand in JSON."""
        for recorded, live in islice(self.live_by_recorded.items(), self._quoted_count, None):
            if recorded != live:
                self._quoted[_quoted(recorded)] = _quoted(live)
        self._quoted_count = len(self.live_by_recorded)
        return self._quoted


def _quoted(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()
