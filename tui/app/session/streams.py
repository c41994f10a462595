"""An index that keeps the streams of deltas apart: two items may speak at the same time."""

import re
from array import array
from pathlib import Path
from zlib import crc32

from ....recordings.growing import Line
from ....recordings.heads import Head
from ....recordings.index import Index

_ITEM = re.compile(rb'"item_id":\s*"([^"\\]{1,200})"')
_WITHIN_BYTES = 4_000
"""A delta of text is shorter. Behind so much only audio goes on."""


class StreamIndex(Index):
    """The index of a recording, with a column for the item of each delta.

    The column grows with the scan, which has the line at hand: to read a million lines again takes
    seconds. It holds checksums, four bytes an event: that two items at the same time have the same one
    does not happen, and would only fold two runs into one.
    """

    def __init__(self, path: Path) -> None:
        self.streams = array("I")
        """For each row a number for its item; 0 for what is no delta of text or of arguments."""
        super().__init__(path)

    def _add(self, line: Line, head: Head) -> None:
        self.streams.append(stream_of(head.type, line.data))
        super()._add(line, head)


def stream_of(type_: str, line: bytes) -> int:
    """A number for the item of a delta; 0 where runs are told apart by their type alone."""
    if not type_.endswith(".delta") or type_.endswith("audio.delta"):
        return 0
    found = _ITEM.search(line, 0, _WITHIN_BYTES)
    return crc32(found[1]) if found else 0
