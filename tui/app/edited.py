"""The fields of a message that realtap changed on its way: as it came, and as it went out."""

from dataclasses import replace

from ...recordings.event import Event
from ...recordings.fields import FieldNode, field_tree

SENT = "sent instead"
"""Heads the fields of what went out."""
SENT_PATH = "sent: "
"""Stands before their paths, which else would be those of the message itself, and fold with it."""


def with_sent(tree: FieldNode, event: Event) -> FieldNode:
    """A message's fields, with those of what went out in its place below them."""
    sent = event.as_sent()
    if sent is None:
        return tree
    told = field_tree(sent)
    node = FieldNode(SENT_PATH, SENT, told.kind, event.why or "", children=_below(told))
    return replace(tree, children=(*tree.children, node))


def _below(node: FieldNode) -> tuple[FieldNode, ...]:
    return tuple(
        replace(each, path=f"{SENT_PATH}{each.path}", children=_below(each))
        for each in node.children
    )
