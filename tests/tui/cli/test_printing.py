"""The forms in which a recording is printed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from realtap.recordings import lines
from realtap.recordings.event import Closed, Event, Form, Header, Side, Unknown
from realtap.recordings.filters.sieve import Sieve
from realtap.recordings.joins import Joined
from realtap.tui.cli.expanding import ExpandedRows
from realtap.tui.cli.folding import FoldedRows
from realtap.tui.cli.printing import JsonLines, PrintedRows, PrintedTrees, RawLines
from realtap.tui.cli.rows import Page, Rows

WIRE = Path(__file__).resolve().parents[4] / "shared" / "wire"
PIPE = Page(width=None, has_colour=False)
CALL = {"id": "item_1", "type": "function_call", "name": "add", "call_id": "call_1"}
ADDED = {"type": "response.output_item.added", "item": CALL}
DELTA = {"type": "response.function_call_arguments.delta", "call_id": "call_1", "delta": "{"}


def event(fields: dict[str, Any], **more: Any) -> Event:
    settings = {"seq": 7, "at": 1.25, "side": Side.SERVER, "type": fields["type"], **more}
    return Event(payload=json.dumps(fields).encode(), **settings)


def as_json(joined: tuple[Joined, ...]) -> Any:
    (line,) = JsonLines().lines_of(event(DELTA), joined)
    return json.loads(line)


def test_json_line_tells_values_sources_and_notes_of_joined_fields() -> None:
    told = as_json((Joined("call.name", "add", 3), Joined("answers", "x", None, "guess: only one")))
    assert told["joined"] == {"call.name": "add", "answers": "x"}
    assert told["joined_from"] == {"call.name": 3}
    assert told["joined_notes"] == {"answers": "guess: only one"}
    assert list(told)[-1] == "event"


def test_json_line_without_joined_fields_has_no_such_key() -> None:
    assert not {"joined", "joined_from", "joined_notes"} & set(as_json(()))


def test_half_a_surrogate_in_a_joined_field_can_be_printed() -> None:
    assert as_json((Joined("item.text", "a\ud83d"),))["joined"] == {"item.text": "a?"}


def test_other_lines_are_printed_as_they_are() -> None:
    closed = Closed(1.0, Side.CLIENT, 1000)
    assert list(JsonLines().lines_of(closed, ())) == [lines.encode(closed).rstrip(b"\n")]
    assert list(JsonLines().lines_of(Unknown(b'{"new":1}'), ())) == [b'{"new":1}']
    assert list(RawLines().lines_of(closed, ())) == []


def test_raw_frame_that_is_no_json_line_keeps_its_form() -> None:
    text = Event(1, 0.0, Side.CLIENT, None, b"two\nlines", form=Form.TEXT)
    assert list(RawLines().lines_of(text, ())) == [b'{"text":"two\\nlines"}']


@pytest.mark.parametrize(
    "printed", [JsonLines(), PrintedRows(Rows(PIPE)), PrintedTrees(ExpandedRows(PIPE))]
)
def test_event_that_is_not_printed_names_the_call_of_the_next(printed: Any) -> None:
    printed.learn(event(ADDED))
    assert b"add" in b"".join(printed.lines_of(event(DELTA), ()))


def test_run_that_is_open_at_the_end_is_printed() -> None:
    printed = PrintedRows(FoldedRows(PIPE))
    printed.learn(event(ADDED))
    assert list(printed.lines_of(event(DELTA), ())) == []
    (line,) = printed.last_lines()
    assert b"add" in line
    assert list(RawLines().last_lines()) == list(JsonLines().last_lines()) == []


@pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded sessions are not beside this checkout")
@pytest.mark.parametrize("path", sorted(WIRE.rglob("*.jsonl")), ids=lambda path: path.stem)
def test_every_event_of_a_real_call_names_its_function(path: Path) -> None:
    sieve = Sieve(None, tells_joined=True)
    sieve.sift(lines.encode(Header("a", "2026-01-01T00:00:00Z", "import", "ws://host")))
    expanded, as_lines = PrintedTrees(ExpandedRows(PIPE)), JsonLines()
    for seq, line in enumerate(path.read_text().splitlines(), start=1):
        said = json.loads(line)
        each = event(said["event"], seq=seq, at=seq / 20, side=Side(said["from"]))
        found = sieve.sift(lines.encode(each))
        assert found is not None
        tree = b"\n".join(expanded.lines_of(each, found.joined)).decode()
        (printed,) = as_lines.lines_of(each, found.joined)
        assert all(row.isprintable() for row in tree.splitlines())
        assert "[object" not in tree.lower()
        if "call_id" in tree:
            named = re.findall(r'name +"(get_weather|remember_name)"', tree)
            assert named
            assert named[0].encode() in printed
