"""The recordings of a folder, live ones first, then the newest."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from pathlib import Path

from ..ink import Ink, Span, Spans
from ..liveness import Liveness
from ..shelf import Counts, Shelved
from ..shelf_lines import line
from .line_list import LineList


class SessionList(LineList):
    """One line a recording."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__(id=id)
        self._all: dict[Path, Shelved] = {}
        self._uncounted: dict[Path, bool] = {}
        """Whether a recording changed since it was counted."""
        self._order: Sequence[Path] = ()
        self._words: tuple[str, ...] = ()
        self._shown: list[Shelved] = []
        self._was_chosen = False
        """The person went to the selected one; else it is the first, whatever comes."""

    @property
    def known(self) -> int:
        """How many recordings were read."""
        return len(self._all)

    def set_order(self, paths: Sequence[Path]) -> None:
        """Which recordings there are, newest first; those that are gone are forgotten."""
        self._order = paths
        self._all = {path: self._all[path] for path in paths if path in self._all}
        self._uncounted = {path: self._uncounted[path] for path in self._all}
        self._arrange()

    def add(self, found: Shelved, counts: Counts | None) -> None:
        """A recording that was read; the selected one stays selected.

        Args:
            found: What was read.
            counts: What was counted of it; None leaves what was counted before.
        """
        before = self._all.get(found.path)
        told = counts or (before.counts if before is not None else None)
        self._all[found.path] = replace(found, counts=told)
        self._uncounted[found.path] = counts is None
        self._arrange()

    def take_counts(self, path: Path, counts: Counts) -> None:
        """The calls and findings of a recording were counted."""
        if path in self._all:
            self._all[path] = replace(self._all[path], counts=counts)
            self._uncounted[path] = False
            self._arrange()

    def judge(self, liveness: Liveness) -> None:
        """A session may have become live, or ended without a word, while its file stayed as it was."""
        now = {path: each.judged(liveness) for path, each in self._all.items()}
        if any(now[path] is not each for path, each in self._all.items()):
            self._all = now
            self._arrange()

    @property
    def uncounted(self) -> Sequence[Shelved]:
        """The recordings whose calls and findings nobody counted, newest first."""
        there = [self._all[path] for path in self._order if self._uncounted.get(path)]
        return [each for each in there if each.is_worth_counting]

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
        if chosen is not None and self._was_chosen:
            paths = [each.path for each in self._shown]
            if chosen.path in paths:
                self.go_to(paths.index(chosen.path))

    def move_to(self, line: int) -> None:
        self.keep_chosen()
        super().move_to(line)

    def keep_chosen(self) -> None:
        """What is selected stays so, also when another session comes before it."""
        self._was_chosen = True

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
        return each.path, size_bytes, each.is_live, each.counts, each.trouble

    def paint(self, line_: int, width: int) -> Spans:
        return line(self._shown[line_], width, self.glyphs)

    def empty(self) -> Spans:
        if self._words:
            return [Span(" No session has these words; esc shows all.", Ink.QUIET)]
        return []
