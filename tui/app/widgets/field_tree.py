"""The tree of one event's fields, with every level open."""

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from ....recordings.fields import FieldNode
from ..field_lines import FieldLine, field_lines
from ..keys import Place, bindings
from .made_lines import MadeLines


class FieldTree(MadeLines[FieldLine]):
    """Fields line by line; the cursor is on a field."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.FIELDS)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 # Textual's name
        super().__init__("Select an event to see its fields.", id=id)
        self._root: FieldNode | None = None
        self._folded: set[str] = set()

    def show(self, root: FieldNode | None, subject: Hashable = None) -> None:
        """Show an event's fields; what was folded away at a path stays so for the next event.

        Args:
            root: The event; None for none.
            subject: Which event it is: for the same one as before the cursor stays on its field.
        """
        node = self.node
        self._root = root
        self._show(subject)
        if node is not None and self.cursor:
            self._go_to_field(node)

    def _made(self, width: int) -> Sequence[FieldLine]:
        if self._root is None:
            return ()
        closed = frozenset(self._folded)
        return field_lines(self._root, width, self.glyphs, closed, meanings=True)

    @property
    def node(self) -> FieldNode | None:
        """The field under the cursor."""
        return self._lines[self.cursor].node if self._lines else None

    # Folding.

    def action_choose(self) -> None:
        """Open a field, or close it when it is open."""
        node = self.node
        if node is None or not node.children:
            super().action_choose()
            return
        self._folded ^= {node.path}
        self._rebuilt_at(node)

    def action_unchoose(self) -> None:
        """Close a field, or the one that it lies in."""
        node = self.node
        if node is None:
            return
        if not node.children or node.path in self._folded:
            node = self._holder_of(node) or node
        if node.children:
            self._folded.add(node.path)
            self._rebuilt_at(node)

    def _holder_of(self, node: FieldNode) -> FieldNode | None:
        holders = self._root.walk() if self._root else ()
        return next((each for each in holders if node in each.children and each.path), None)

    def _rebuilt_at(self, node: FieldNode) -> None:
        self._build()
        self._go_to_field(node)

    def _go_to_field(self, node: FieldNode) -> None:
        for place, line in enumerate(self._lines):
            if line.node.path == node.path:
                self.go_to(place)
                return
