"""Cheap questions come first, and the same rows are found however a filter is put together."""

import json
from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.event import Event, Side
from realtap.recordings.filters import Candidate, parse_filter
from realtap.recordings.filters.candidate import FindingLike
from realtap.recordings.filters.comparing import Is
from realtap.recordings.filters.needles import Needle
from realtap.recordings.filters.predicates import AllOf, AnyOf, Cost, FieldIs, Not, Says, TypeIs
from realtap.recordings.filters.told import ToldColumn
from realtap.recordings.paths import Path

NAME = FieldIs((Path.parse("item.name"),), Is("add"))
CALL_NAME = FieldIs((Path.parse("call.name"),), Is("add"), is_joined=True)


def test_parts_are_asked_cheapest_first() -> None:
    parts = AllOf((CALL_NAME, NAME, Says("add"), TypeIs(Is("x")))).parts
    assert [part.cost for part in parts] == [Cost.COLUMN, Cost.RAW, Cost.FIELDS, Cost.HISTORY]


def test_whole_costs_as_much_as_its_dearest_part() -> None:
    assert AnyOf((NAME, Says("a"))).cost is Cost.FIELDS
    assert Not(NAME).cost is Cost.FIELDS
    assert AllOf(()).cost is Cost.COLUMN


def test_types_are_remembered_to_a_limit() -> None:
    wanted = TypeIs(Is("x1*"))
    found = 0
    for number in range(10_000):
        found += wanted.matches(Candidate.of(Event(1, 0.0, Side.SERVER, f"x{number}", b"{}")))
    assert found == 1111
    assert len(wanted._known) <= 4096


class Table:
    """Columns of a few events."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self.types = sorted({event.type or "" for event in events})
        self.type_codes = [self.types.index(event.type or "") for event in events]
        self.times = [event.at for event in events]
        self.seqs = [event.seq for event in events]
        self.is_server = [int(event.side is Side.SERVER) for event in events]
        self.odd_rows = list(range(len(events)))
        self.sizes = self.payload_starts = [0] * len(events)
        self.told: ToldColumn | None = None
        self.findings: dict[int, Sequence[FindingLike]] = {}

    def candidates(
        self, rows: Sequence[int], needle: Needle | None = None
    ) -> Iterator[tuple[int, Candidate]]:
        for row in rows:
            yield row, Candidate.of(self._events[row])


EVENTS = [
    Event(seq, seq / 2, side, type_, json.dumps({"type": type_, "n": seq}).encode())
    for seq, (side, type_) in enumerate(
        [(side, type_) for type_ in ("error", "a.delta", "a.done") for side in Side] * 2, start=1
    )
]
TERMS = st.sampled_from(
    ["type:error", "type:a.*", "from:client", "at>2", "seq:3..9", "n=4", "n>6", "size>1", "delta"]
)
FILTERS = st.recursive(
    TERMS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({' '.join(parts)})")
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({' OR '.join(parts)})")
        | inner.map(lambda part: f"-{part}")
    ),
    max_leaves=8,
)


@given(FILTERS)
def test_columns_find_the_rows_that_events_find_one_by_one(text: str) -> None:
    wanted = parse_filter(text)
    rows = [row for row, event in enumerate(EVENTS) if wanted.matches(Candidate.of(event))]
    assert wanted.select(Table(EVENTS), range(len(EVENTS))) == rows
