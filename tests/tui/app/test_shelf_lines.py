"""Lines of the list of sessions."""

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from scenes import session, text_turn
from transcript import closed

from realtap.recordings.labels import Label, write_label
from realtap.tui.app.glyphs import UNICODE
from realtap.tui.app.ink import text_of_spans
from realtap.tui.app.liveness import Liveness
from realtap.tui.app.shelf import shelved
from realtap.tui.app.shelf_lines import brief, head, line

type Record = Callable[..., Path]

NOBODY = Liveness(lambda: (), lambda: 4_000_000_000.0)


@pytest.mark.parametrize("width", [79, 119, 199])
@pytest.mark.parametrize(
    "name", ["", "short", "a name that is much longer than its column" * 2, "東京"]
)
def test_numbers_stand_below_their_names(record: Record, width: int, name: str) -> None:
    path = record(session(), text_turn(), closed())
    write_label(path, Label.NAME, name, at=9.0)
    written = text_of_spans(line(shelved(path, NOBODY), width, UNICODE))
    title = text_of_spans(head(width))
    place = title.index("turns") + len("turns")
    before = next(n for n in range(len(written)) if cell_len(written[:n]) == place)
    assert written[:before].endswith("     1")
    assert cell_len(title) <= width


@pytest.mark.parametrize(
    ("number", "expected"),
    [(7, "7"), (1204, "1,204"), (99_999, "99,999"), (1_204_000, "1.2 M"), (150_999, "150 k")],
)
def test_big_numbers_are_told_briefly(number: int, expected: str) -> None:
    assert brief(number) == expected
