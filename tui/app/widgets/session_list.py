"""The recordings of a folder, live ones first, then the newest."""

from collections.abc import Hashable, Sequence
from pathlib import Path

from ..ink import Ink, Span, Spans
from ..shelf import Shelved, line
from .line_list import LineList


class SessionList(LineList):
    """One line a recording."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id)
        self._all: dict[Path, Shelved] = {}
        self._order: Sequence[Path] = ()
        self._words: tuple[str, ...] = ()
        self._shown: list[Shelved] = []

    @property
    def known(self) -> int:
        """How many recordings were read."""
        return len(self._all)

    def set_order(self, paths: Sequence[Path]) -> None:
        """Which recordings there are, newest first; those that are gone are forgotten."""
        self._order = paths
        self._all = {path: self._all[path] for path in paths if path in self._all}
        self._arrange()

    def add(self, found: Sequence[Shelved]) -> None:
        """Recordings that were read; the selected one stays selected."""
        for each in found:
            self._all[each.path] = each
        self._arrange()

    def search(self, text: str) -> None:
        """Show only those with all of these words."""
        self._words = tuple(text.casefold().split())
        self._arrange()

    def _arrange(self) -> None:
        chosen = self.chosen
        there = [self._all[path] for path in self._order if path in self._all]
        fitting = [each for each in there if all(word in each.words for word in self._words)]
        self._shown = sorted(fitting, key=lambda each: not each.is_live)
        self.lines_changed()
        if chosen is not None:
            paths = [each.path for each in self._shown]
            if chosen.path in paths:
                self.go_to(paths.index(chosen.path))

    @property
    def chosen(self) -> Shelved | None:
        """The selected recording."""
        return self._shown[self.cursor] if self.cursor < len(self._shown) else None

    @property
    def shown(self) -> Sequence[Shelved]:
        """Those that fit the search."""
        return self._shown

    @property
    def is_searched(self) -> bool:
        """Some may be hidden."""
        return bool(self._words)

    @property
    def count(self) -> int:
        return len(self._shown)

    def key(self, line: int) -> Hashable:
        each = self._shown[line]
        size_bytes = each.found.size_bytes if each.found else -1
        return each.path, size_bytes, each.is_live, each.calls, each.findings, each.trouble

    def paint(self, line_: int, width: int) -> Spans:
        return line(self._shown[line_], width, self.glyphs)

    def empty(self) -> Spans:
        if self._words:
            return [Span(" No session has these words; esc shows all.", Ink.QUIET)]
        return []
