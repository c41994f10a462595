"""Completes a filter while it is typed: keys, types, values and paths of fields."""

import re
from collections.abc import Iterable, Iterator, Sequence

from ....recordings.catalogue import Catalogue
from ....recordings.filters.keys import KEYS, Kind

_LAST_WORD = re.compile(r"[^\s()]*$")
_LEAD = re.compile(r"^-?")


class Completion:
    """Proposes how a filter goes on.

    Args:
        catalogue: Knows the paths of fields.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._paths: list[str] = []

    def complete(self, text: str, types: Iterable[str], slugs: Iterable[str] = ()) -> str | None:
        """The whole filter with its last word completed; None when nothing fits.

        Args:
            text: What was typed.
            types: The types that occur in the recording.
            slugs: The findings of the recording.
        """
        found = _LAST_WORD.search(text)
        word = found[0] if found else ""
        lead = _LEAD.match(word)
        sign = lead[0] if lead else ""
        word = word[len(sign) :]
        if not word:
            return None
        before = text[: len(text) - len(word)]
        for proposal in self._proposals(word, types, slugs):
            if proposal.startswith(word) and proposal != word:
                return before + proposal
        return None

    def _proposals(self, word: str, types: Iterable[str], slugs: Iterable[str]) -> Iterator[str]:
        name, colon, _ = word.partition(":")
        if not colon:
            yield from (f"{key}:" for key in KEYS)
            yield from self._known_paths()
            return
        key = KEYS.get(name)
        if key is None:
            return
        values: list[str] = [value for value, _ in key.choices]
        if name in {"type", "kind"}:
            values += sorted(types)
        if name == "finding":
            values += sorted(slugs)
        if key.kind is not Kind.TEXT:
            yield from (f"{name}:{value}" for value in values)

    def _known_paths(self) -> Sequence[str]:
        """The paths of all fields, the shortest first."""
        if not self._paths:
            paths = {
                path.replace("[]", "")
                for event in self._catalogue.events()
                for path, _ in self._catalogue.walk(event)
                if "*" not in path
            }
            self._paths = sorted(paths, key=lambda path: (path.count("."), path))
        return self._paths
