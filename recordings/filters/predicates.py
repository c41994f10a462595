"""What a filter asks of an event. Cheap questions come first: see `Cost`."""

import re
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from ..event import Side
from ..lines import DamagedLineError
from ..paths import Path, json_in
from .candidate import Candidate, FindingLike
from .columns import Columns
from .comparing import Test, TextTest, needle_of
from .needles import Needle, caseless_piece, is_spelled
from .told import Told

_REMEMBERED_TYPES = 4096
"""The protocol has 72; a recording of junk may have one for each event."""


class Cost(IntEnum):
    """What must be looked at to answer, cheapest first."""

    COLUMN = 0
    """Number, time, side or type: an index has them without looking at the event."""
    RAW = 1
    """The bytes of the message."""
    FIELDS = 2
    """The parsed event."""
    HISTORY = 3
    """The events before it: joined fields, findings."""


class Predicate(Protocol):
    """One question."""

    @property
    def cost(self) -> Cost:
        """What must be looked at to answer it."""

    def matches(self, candidate: Candidate) -> bool:
        """The answer."""

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """The rows for which the answer is yes, in their order."""


class _ByCandidate(ABC):
    """Asks row by row. A row whose event cannot be read is never wanted."""

    needle: Needle | None = None
    """What is in the line of every event that is wanted."""

    @abstractmethod
    def matches(self, candidate: Candidate) -> bool:
        """The answer."""

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        wants = self._wants
        return [row for row, each in columns.candidates(rows, self.needle) if wants(each)]

    def _wants(self, candidate: Candidate) -> bool:
        try:
            return self.matches(candidate)
        except DamagedLineError:
            return False


# What the head of a line tells.


@dataclass(frozen=True, slots=True)
class TypeIs:
    """The event's type fits a pattern."""

    test: TextTest
    normalise: Callable[[str], str] | None = None
    """Turns a dialect's name into GA's, for `kind:`."""
    cost: Cost = Cost.COLUMN
    _known: dict[str, bool] = field(default_factory=dict, compare=False)

    def matches(self, candidate: Candidate) -> bool:
        """Whether the type fits; each name is looked at once."""
        return self._holds(candidate.head.type)

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """By the types' codes."""
        wanted = [self._holds(name) for name in columns.types]
        codes = columns.type_codes
        return [row for row in rows if wanted[codes[row]]]

    def _holds(self, name: str) -> bool:
        answer = self._known.get(name)
        if answer is None:
            if len(self._known) >= _REMEMBERED_TYPES:
                self._known.clear()
            spelled = self.normalise(name) if self.normalise and name else name
            answer = self._known[name] = bool(spelled) and self.test.holds_text(spelled)
        return answer


@dataclass(frozen=True, slots=True)
class SideIs:
    """Who said it."""

    side: Side
    cost: Cost = Cost.COLUMN

    def matches(self, candidate: Candidate) -> bool:
        """Whether it was this side."""
        return candidate.head.side is self.side

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """By the column of sides."""
        wanted = int(self.side is Side.SERVER)
        is_server = columns.is_server
        return [row for row in rows if is_server[row] == wanted]


@dataclass(frozen=True, slots=True)
class SeqIs:
    """The event's number."""

    test: Test
    cost: Cost = Cost.COLUMN

    def matches(self, candidate: Candidate) -> bool:
        """Whether the number passes."""
        return self.test.holds(candidate.head.seq)

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """By the column of numbers."""
        holds, seqs = self.test.holds, columns.seqs
        return [row for row in rows if holds(seqs[row])]


@dataclass(frozen=True, slots=True)
class AtIs:
    """When it was, in seconds."""

    test: Test
    cost: Cost = Cost.COLUMN

    def matches(self, candidate: Candidate) -> bool:
        """Whether the time passes."""
        return self.test.holds(candidate.head.at)

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """By the column of times."""
        holds, times = self.test.holds, columns.times
        return [row for row in rows if holds(times[row])]


# What the message tells.


class _ByText(_ByCandidate):
    """Asks for a text: of an event that was edited on its way, either may answer."""

    @abstractmethod
    def is_in(self, candidate: Candidate) -> bool:
        """Whether it is in what was said."""

    def matches(self, candidate: Candidate) -> bool:
        """In what was said, else in what was sent in its place."""
        if self.is_in(candidate):
            return True
        if candidate.head.payload_start is not None:
            return False
        sent = candidate.event.as_sent()
        return sent is not None and self.is_in(Candidate.of(sent))


@dataclass(frozen=True, slots=True)
class SizeIs(_ByCandidate):
    """How long the message is."""

    test: Test
    cost: Cost = Cost.RAW

    def matches(self, candidate: Candidate) -> bool:
        """Whether the length in bytes passes."""
        return self.test.holds(candidate.size_bytes)

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """By the lengths of lines and of what stands before the message; `}` and newline end it."""
        holds, sizes, starts = self.test.holds, columns.sizes, columns.payload_starts
        plain = [row for row in rows if starts[row] and holds(sizes[row] - starts[row] - 2)]
        odd = super(SizeIs, self).select(columns, [row for row in rows if not starts[row]])
        return sorted(plain + odd) if odd else plain


class _ByMark(_ByCandidate):
    """Asks only the odd rows: all others say the same."""

    @property
    @abstractmethod
    def is_usual(self) -> bool:
        """The answer for a line with nothing between head and event."""

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        if not rows:
            return []
        odd = columns.odd_rows
        odd = odd[bisect_left(odd, rows[0]) : bisect_right(odd, rows[-1])]
        are_odd = frozenset(odd)
        found = super().select(columns, [row for row in rows if row in are_odd])
        if not self.is_usual:
            return found
        return sorted([*found, *(row for row in rows if row not in are_odd)])


@dataclass(frozen=True, slots=True)
class OriginIs(_ByMark):
    """Who made it."""

    origin: str
    cost: Cost = Cost.RAW

    @property
    def is_usual(self) -> bool:
        """Most events come from the wire."""
        return self.origin == "wire"

    def matches(self, candidate: Candidate) -> bool:
        """A line with nothing between head and event was made by the wire."""
        if candidate.head.payload_start is not None:
            return self.is_usual
        return candidate.event.origin == self.origin


@dataclass(frozen=True, slots=True)
class FateIs(_ByMark):
    """What became of it."""

    fate: str
    cost: Cost = Cost.RAW

    @property
    def is_usual(self) -> bool:
        """Most events are forwarded."""
        return self.fate == "forwarded"

    def matches(self, candidate: Candidate) -> bool:
        """A line with nothing between head and event was forwarded."""
        if candidate.head.payload_start is not None:
            return self.is_usual
        return candidate.event.fate == self.fate


@dataclass(frozen=True, slots=True)
class Says(_ByText):
    """Words stand somewhere in the message, upper and lower case alike; audio is not looked at."""

    text: str
    cost: Cost = Cost.RAW
    needle: Needle | None = field(init=False, compare=False)
    _raw: bytes = field(init=False, compare=False)
    _needle: bytes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        plain = needle_of(self.text.lower())
        object.__setattr__(self, "_raw", self.text.lower().encode(errors="replace"))
        object.__setattr__(self, "_needle", plain)
        # What is not ASCII has two cases in more ways than bytes can be compared in.
        piece = plain or caseless_piece(self.text)
        needle = Needle(piece, ignores_case=bool(plain)) if piece else None
        object.__setattr__(self, "needle", needle)

    def is_in(self, candidate: Candidate) -> bool:
        """In the raw message, or in one of its strings as JSON means them."""
        words = candidate.words()
        if self._raw in words:
            return True
        is_plain = self._needle == self._raw
        if (is_plain or self._needle not in words) and not is_spelled(words):
            return False
        return self._is_in_strings(candidate)

    def _is_in_strings(self, candidate: Candidate) -> bool:
        """A text with escapes in it: `\\n`, `\\u00e9`, a quote."""
        wanted = self.text.lower()
        return any(wanted in each.lower() for each in _strings(candidate.fields))


def _strings(root: object) -> Iterable[str]:
    """All strings in a value and in the JSON that strings hold; what looks like base64 is left out."""
    open_values = [root]
    while open_values:
        match open_values.pop():
            case str(text):
                if not _IS_BASE64.fullmatch(text):
                    yield text
                    open_values.append(json_in(text))
            case dict(members):
                open_values += members.values()
                open_values += members
            case list(elements):
                open_values += elements


_IS_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{64,}={0,2}")


_AUDIO_NAMES = frozenset({"audio", "delta"})


@dataclass(frozen=True, slots=True)
class FieldIs(_ByText):
    """A value at one of these paths passes."""

    paths: tuple[Path, ...]
    test: Test
    is_joined: bool = False
    """Joined fields may lie there too."""
    cost: Cost = field(init=False)
    needle: Needle | None = field(init=False, compare=False)
    _needles: tuple[bytes, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cost", Cost.HISTORY if self.is_joined else Cost.FIELDS)
        names = _name_needle(self.paths[0]) if len(self.paths) == 1 else b""
        # What stands in the audio itself is not found in the raw bytes: see `Candidate.may_hold`.
        is_audio = any(not _AUDIO_NAMES.isdisjoint(path.steps[-1:]) for path in self.paths)
        needles = set() if is_audio else {self.test.needle, names} - {b""}
        longest_first = tuple(sorted(needles, key=len, reverse=True))
        object.__setattr__(self, "_needles", longest_first)
        object.__setattr__(self, "needle", Needle(longest_first[0]) if longest_first else None)

    def is_in(self, candidate: Candidate) -> bool:
        """In the event itself, else in its joined fields."""
        holds = self.test.holds
        for needle in self._needles:
            if not candidate.may_hold(needle):
                break
        else:
            fields = candidate.fields
            if any(holds(value) for path in self.paths for value in path.values(fields)):
                return True
        return self.is_joined and any(
            holds(value) for path in self.paths for value in candidate.joined_values(path)
        )

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """By the lines, and by the column of what other events tell."""
        found = super(FieldIs, self).select(columns, rows)
        if not self.is_joined or columns.told is None:
            return found
        told = columns.told.select(self._is_told, rows)
        return sorted({*found, *told}) if told else found

    def _is_told(self, told: Sequence[Told]) -> bool:
        return any(
            self.test.holds(value)
            for path in self.paths
            for each in told
            for value in path.values_below(each.path, each.value)
        )


def _name_needle(path: Path) -> bytes:
    """The last name of a path stands in every frame that has a value there."""
    names = [step for step in path.steps if isinstance(step, str)]
    return needle_of(names[-1]) if names else b""


@dataclass(frozen=True, slots=True)
class FieldIsNot(_ByText):
    """There is a value at the path, and none there passes."""

    path: Path
    test: Test
    is_joined: bool = False
    cost: Cost = field(init=False)
    needle: Needle | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        name = _name_needle(self.path)
        object.__setattr__(self, "cost", Cost.HISTORY if self.is_joined else Cost.FIELDS)
        # A joined value stands in another line.
        is_known = bool(name) and not self.is_joined
        object.__setattr__(self, "needle", Needle(name) if is_known else None)

    def is_in(self, candidate: Candidate) -> bool:
        """A field that is not there is not different."""
        values = self.path.values(candidate.fields)
        if self.is_joined:
            values += candidate.joined_values(self.path)
        return bool(values) and not any(map(self.test.holds, values))

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """By the lines, with what other events tell."""
        if not self.is_joined or columns.told is None:
            return super(FieldIsNot, self).select(columns, rows)
        found = []
        for row, candidate in columns.candidates(rows):
            candidate.tell(columns.told.of(row))
            if self._wants(candidate):
                found.append(row)
        return found


@dataclass(frozen=True, slots=True)
class HasFinding(_ByCandidate):
    """It takes part in a finding of this name or severity."""

    test: TextTest
    cost: Cost = Cost.HISTORY

    def matches(self, candidate: Candidate) -> bool:
        """Among the findings that the caller gave."""
        return self._holds(candidate.findings)

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """By the events' numbers."""
        found, seqs = columns.findings, columns.seqs
        return [row for row in rows if (there := found.get(seqs[row])) and self._holds(there)]

    def _holds(self, findings: Sequence[FindingLike]) -> bool:
        holds = self.test.holds_text
        return any(holds(each.slug) or holds(str(each.severity)) for each in findings)


# Several questions.


def _costs(predicates: Iterable[Predicate]) -> Cost:
    return max((each.cost for each in predicates), default=Cost.COLUMN)


def _cheapest_first(predicates: Iterable[Predicate]) -> tuple[Predicate, ...]:
    return tuple(sorted(predicates, key=lambda each: each.cost))


class AllOf:
    """Every one of them; of none, everything."""

    def __init__(self, predicates: Iterable[Predicate]) -> None:
        self.parts = _cheapest_first(predicates)
        self.cost = _costs(self.parts)

    def matches(self, candidate: Candidate) -> bool:
        """Ends at the first that says no."""
        for part in self.parts:  # noqa: SIM110 # a generator costs as much as the cheap questions do
            if not part.matches(candidate):
                return False
        return True

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """Each is asked about what the cheaper ones left."""
        for part in self.parts:
            rows = part.select(columns, rows)
        return rows if isinstance(rows, list) else list(rows)


class AnyOf:
    """At least one of them."""

    def __init__(self, predicates: Iterable[Predicate]) -> None:
        self.parts = _cheapest_first(predicates)
        self.cost = _costs(self.parts)

    def matches(self, candidate: Candidate) -> bool:
        """Ends at the first that says yes."""
        return any(part.matches(candidate) for part in self.parts)

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """Each is asked about what the cheaper ones refused."""
        left = list(rows)
        found: set[int] = set()
        order = left
        for part in self.parts:
            found.update(part.select(columns, left))
            left = [row for row in left if row not in found]
        return [row for row in order if row in found]


class Not:
    """The contrary."""

    def __init__(self, predicate: Predicate) -> None:
        self.part = predicate
        self.cost = predicate.cost

    def matches(self, candidate: Candidate) -> bool:
        """Yes for no."""
        return not self.part.matches(candidate)

    def select(self, columns: Columns, rows: Sequence[int]) -> list[int]:
        """What the question leaves."""
        rows = list(rows)
        refused = set(self.part.select(columns, rows))
        return [row for row in rows if row not in refused]
