"""What filters ask an index for: each event's columns, and the events themselves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from .candidate import Candidate, FindingLike
from .needles import Needle
from .told import ToldColumn


class Columns(Protocol):
    """What an index knows of its events, row by row."""

    @property
    def types(self) -> Sequence[str]:
        """The types that occur, each once; empty for messages without one."""

    @property
    def type_codes(self) -> Sequence[int]:
        """The place of each row's type in `types`."""

    @property
    def times(self) -> Sequence[float]:
        """Seconds since the session's start."""

    @property
    def seqs(self) -> Sequence[int]:
        """The events' numbers."""

    @property
    def is_server(self) -> Sequence[int]:
        """1 for the server's, 0 for the client's."""

    @property
    def sizes(self) -> Sequence[int]:
        """How long each line is, in bytes."""

    @property
    def payload_starts(self) -> Sequence[int]:
        """Where in its line each event's JSON begins; 0 for odd rows."""

    @property
    def odd_rows(self) -> Sequence[int]:
        """The rows that say more than when, who and what was said: the others' origin is the wire, and
        they were forwarded. Ascending."""

    def candidates(
        self, rows: Sequence[int], needle: Needle | None = None
    ) -> Iterator[tuple[int, Candidate]]:
        """The events of some rows in ascending order; those that are certainly without the needle may
        be left out, and those that cannot be read are."""

    @property
    def told(self) -> ToldColumn | None:
        """What other events tell of each row; None when nobody knows."""

    @property
    def findings(self) -> Mapping[int, Sequence[FindingLike]]:
        """What is wrong, by the number of each event that takes part; may still change."""
