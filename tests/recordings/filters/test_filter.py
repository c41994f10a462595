"""Filters on real sessions: what is asked for is what is found."""

import json
from pathlib import Path

import pytest

from realtap.recordings.event import Event, Side
from realtap.recordings.fields import field_tree
from realtap.recordings.filters import Candidate, parse_filter
from realtap.recordings.filters.completion import term_for
from realtap.recordings.values import FieldKind

WIRE = Path(__file__).resolve().parents[4] / "shared" / "wire"


@pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded sessions are not beside this checkout")
@pytest.mark.parametrize("path", sorted(WIRE.rglob("*.jsonl")), ids=lambda path: path.stem)
def test_every_field_of_a_real_event_is_found_by_its_term(path: Path) -> None:
    for seq, line in enumerate(path.read_text().splitlines(), start=1):
        said = json.loads(line)
        fields = said["event"]
        event = Event(seq, 0.0, Side(said["from"]), fields["type"], json.dumps(fields).encode())
        for node in field_tree(event).walk():
            if not node.path or node.kind in (FieldKind.OBJECT, FieldKind.ARRAY):
                continue
            term = term_for(node.path, node.value)
            assert parse_filter(term).matches(Candidate.of(event)), term


def test_no_term_wants_everything() -> None:
    assert parse_filter(" ").matches(Candidate.of(Event(1, 0.0, Side.CLIENT, None, b"[]")))
