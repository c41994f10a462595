"""What the package's types do not say, written by hand: `fields.toml` and `events.toml`.

The meaning of a field is looked up by the end of its path: `turn_detection.threshold` says it for
every event that has one, `item(function_call).name` only for items of that type. The longest key
that fits wins, and of two as long the one that says the whole path or names more kinds.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

ALIASES = {("response", "output"): "item", ("response", "input"): "item"}
"""Below these fields are items, whatever the field is called: (parent, name) -> what it holds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field is: the event, and the names and kinds on the way to it."""

    event: str
    side: str
    steps: tuple[tuple[str, str], ...] = ()
    """(name, kind of the object that the next step is in)."""

    def below(self, name: str, kind: str) -> "Place":
        """The place of what is in a field."""
        parent = self.steps[-1][0] if self.steps else ""
        return Place(
            self.event, self.side, (*self.steps, (ALIASES.get((parent, name), name), kind))
        )


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the table: the end of a path, with kinds where they matter."""

    steps: tuple[tuple[str, str], ...]
    is_whole: bool = False
    """The path has nothing before it."""

    @classmethod
    def parse(cls, text: str) -> "Key":
        """`item(function_call).name`, or `^item` for the event's own field."""
        steps = []
        for part in text.removeprefix("^").split("."):
            name, _, kind = part.rstrip(")").partition("(")
            steps.append((name, kind))
        return cls(tuple(steps), is_whole=text.startswith("^"))

    def fits(self, steps: tuple[tuple[str, str], ...]) -> bool:
        """Whether a path ends with this."""
        if len(steps) < len(self.steps) or (self.is_whole and len(steps) != len(self.steps)):
            return False
        ends = zip(self.steps, steps[-len(self.steps) :], strict=True)
        return all(name == there and kind in ("", of) for (name, kind), (there, of) in ends)

    @property
    def weight(self) -> tuple[int, bool, int]:
        """How much it says: its length, whether it is the whole path, then its kinds."""
        return len(self.steps), self.is_whole, sum(bool(kind) for _, kind in self.steps)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said about a field."""

    meaning: str
    joins: str = ""
    beta: str = ""
    """What the beta dialect calls it."""
    ga: str = ""
    """What GA calls it."""


@dataclass(slots=True)
class Table:
    """Meanings by the end of a path; knows which of them nobody asked for."""

    rows: dict[str, list[tuple[Key, str, Entry]]] = field(default_factory=dict)
    unused: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Table":
        """The table of a TOML document."""
        table = cls()
        for text, value in document.items():
            entry = Entry(value) if isinstance(value, str) else Entry(**value)
            key = Key.parse(text)
            table.rows.setdefault(key.steps[-1][0], []).append((key, text, entry))
            table.unused.add(text)
        return table

    def entry(self, place: Place, name: str) -> Entry | None:
        """What the best key says about a field in a place."""
        steps = (*place.steps, (name, ""))
        fitting = [row for row in self.rows.get(name, ()) if row[0].fits(steps)]
        if not fitting:
            return None
        _, text, entry = max(fitting, key=lambda row: row[0].weight)
        self.unused.discard(text)
        return entry


@dataclass(slots=True)
class Overlay:
    """Both files."""

    fields: Table
    client_fields: Table
    """Where the client's own field means something else: its `event_id`."""
    wire: list[dict[str, Any]]
    """Fields that are on the wire and not in the models."""
    events: dict[str, dict[str, Any]]
    families: dict[str, str]
    servers: list[dict[str, Any]]
    """Events that other servers have added."""
    own_fields: dict[str, Table] = field(default_factory=dict)
    """Of one event only."""

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Overlay":
        """Read the files beside this module."""
        fields = tomllib.loads((folder / "fields.toml").read_text(encoding="utf-8"))
        events = tomllib.loads((folder / "events.toml").read_text(encoding="utf-8"))
        return cls(
            fields=Table.of(fields["fields"]),
            client_fields=Table.of(fields["client"]),
            wire=fields["wire"],
            events=events["events"],
            families=events["families"],
            servers=events["servers"],
            own_fields={
                name: Table.of(event["fields"])
                for name, event in events["events"].items()
                if "fields" in event
            },
        )

    def entry(self, place: Place, name: str) -> Entry | None:
        """What is said about a field in a place."""
        for table in self._tables(place):
            if entry := table.entry(place, name):
                return entry
        return None

    def _tables(self, place: Place) -> Iterable[Table]:
        if place.event in self.own_fields:
            yield self.own_fields[place.event]
        if place.side == "client":
            yield self.client_fields
        yield self.fields

    def wire_fields(self, place: Place) -> list[dict[str, Any]]:
        """The fields that the wire adds to the object in a place."""
        return [
            row
            for row in self.wire
            if ("side" not in row or row["side"] == place.side)
            and ("events" not in row or place.event in row["events"])
            and (Key.parse(row["in"]).fits(place.steps) if row["in"] else not place.steps)
        ]

    def unused(self) -> list[str]:
        """Keys that fit no field: spelled wrong, or gone from the protocol."""
        tables = {"fields": self.fields, "client": self.client_fields, **self.own_fields}
        return sorted(f"{name}: {key}" for name, table in tables.items() for key in table.unused)
