"""An event as a tree of fields: every nested level, with path, value, kind and meaning.

`item` comes first, since it is what most people look for. JSON inside strings is parsed and lies
below its string, audio is told as its length, and what other events tell (joined fields) stands
among the event's own and is marked. Unknown fields are fields like any other.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from .audio import AudioFormats
from .event import Event, Form, Json
from .joins import Joined
from .jsontext import loads
from .paths import Path, Step, joined_path, json_in
from .plain import compact, cut, quoted, safe, size
from .values import TEXT_LIMIT, AudioFinder, FieldKind, scalar_kind, show_scalar, show_text

FIRST = ("item",)
"""These members of an event come first; the others keep the wire's order."""

_DEEPEST = 40
"""What is nested deeper is shown as JSON on one line; the protocol needs 9 levels."""
_MOST_CHILDREN = 1000
"""So many elements of one array or object are listed."""
_NAME_LIMIT = 80

type Meaning = Callable[[str, str, Collection[str]], str | None]
"""Type of the event, path, and the `type`s of the objects on the way, to what the field means."""


@dataclass(frozen=True, slots=True)
class FieldNode:
    """A field, with the fields below it."""

    path: str
    """From the event's root: `item.content[0].transcript`; empty for the event itself."""
    name: str
    """The last step of the path: `transcript`, `[0]`."""
    kind: FieldKind
    shown: str
    """The value for people, on one line without control characters; empty when the children say all."""
    value: object = None
    """The value itself when it is a scalar; of a string that holds JSON, the string."""
    meaning: str | None = None
    """What the reference says of the field."""
    children: tuple["FieldNode", ...] = ()
    is_joined: bool = False
    """Other events tell it; it is not in this one."""
    source_seq: int | None = None
    """The event that tells a joined field."""
    note: str | None = None
    """What has to be known of a joined field, as that it is a guess."""

    def walk(self) -> Iterator["FieldNode"]:
        """This field and all below it, in their order."""
        yield self
        for child in self.children:
            yield from child.walk()


def field_tree(
    event: Event,
    *,
    formats: AudioFormats | None = None,
    joined: Iterable[Joined] = (),
    meaning: Meaning | None = None,
    text_limit: int = TEXT_LIMIT,
) -> FieldNode:
    """The event's fields. Junk in any of them is legal.

    Args:
        event: One of a session.
        formats: The audio formats in force; without them audio is told in the default format.
        joined: What other events tell about it.
        meaning: Looks a field up in the reference, as `Catalogue.meaning` does.
        text_limit: Longer texts are cut to so many characters.
    """
    value = _value(event)
    fields = value if isinstance(value, dict) else {}
    audio = AudioFinder(event.type or "", fields, formats or AudioFormats())
    builder = _Builder(event.type or "", audio, meaning, text_limit)
    if isinstance(value, dict | list):
        # What the event tells itself needs no telling twice.
        others = [each for each in joined if each.source_seq != event.seq]
        return builder.root(value, tuple((Path.parse(each.path).steps, each) for each in others))
    return _no_object(event, text_limit)


def _value(event: Event) -> object:
    if event.form is not Form.JSON:
        return None
    try:
        return loads(event.payload)
    except ValueError:
        # Another program wrote the line.
        return None


def _no_object(event: Event, limit: int) -> FieldNode:
    """A message that is no event: text, bytes, or a lone JSON value."""
    text = event.payload.decode(errors="replace")
    match event.form:
        case Form.BINARY:
            kind, shown = FieldKind.DATA, f"binary {size(len(event.payload))}"
        case Form.DIGEST:
            digest = safe(event.sha256 or "?")
            kind, shown = FieldKind.DATA, f"{size(event.size or 0)}, sha256 {digest}"
        case _:
            kind, shown = show_text(text, limit)
    return FieldNode("", "", kind, shown, text if kind is not FieldKind.DATA else None)


type _Placed = tuple[tuple[Step, ...], Joined]
"""A joined field and the steps that still lead to it."""


@dataclass(frozen=True, slots=True)
class _Above:
    """Where a field lies."""

    path: str
    depth: int
    kinds: tuple[str, ...]
    """The `type`s of the objects on the way."""
    source: Joined | None = None
    """The joined field that the value is part of."""


class _Builder:
    """Builds the tree of one event."""

    def __init__(
        self, event_type: str, audio: AudioFinder, meaning: Meaning | None, limit: int
    ) -> None:
        self._type = event_type
        self._audio = audio
        self._meaning = meaning
        self._limit = limit

    def root(self, value: Json | list[object], joined: tuple[_Placed, ...]) -> FieldNode:
        above = _Above("", 0, ())
        if isinstance(value, list):
            return FieldNode("", "", FieldKind.ARRAY, "", children=self._children(value, above))
        first = [name for name in FIRST if name in value]
        last = [name for name in value if name == "obfuscation"]
        names = dict.fromkeys([*first, *(each for each in value if each not in last), *last])
        children = self._members({name: value[name] for name in names}, above, joined)
        return FieldNode("", "", FieldKind.OBJECT, "", children=children)

    def _members(
        self, fields: Mapping[str, object], above: _Above, joined: tuple[_Placed, ...] = ()
    ) -> tuple[FieldNode, ...]:
        kind = fields.get("type")
        kinds = (*above.kinds, kind) if isinstance(kind, str) and above.path else above.kinds
        children = []
        for count, (name, value) in enumerate(fields.items()):
            if count == _MOST_CHILDREN:
                children.append(_more(above, len(fields) - count))
                break
            inner = tuple((steps[1:], each) for steps, each in joined if steps[:1] == (name,))
            here = _Above(joined_path(above.path, name), above.depth + 1, kinds, above.source)
            children.append(self._field(name, value, fields, here, inner))
        told = [placed for placed in joined if placed[0] and placed[0][0] not in fields]
        return (*children, *self._joined_members(told, above))

    def _joined_members(self, joined: list[_Placed], above: _Above) -> Iterator[FieldNode]:
        """Fields that only other events tell."""
        for step in dict.fromkeys(steps[0] for steps, _ in joined):
            inner = tuple((steps[1:], each) for steps, each in joined if steps[0] == step)
            path = joined_path(above.path, step)
            whole = next((each for steps, each in inner if not steps), None)
            here = _Above(path, above.depth + 1, above.kinds, whole)
            if whole is not None:
                yield self._field(str(step), whole.value, {}, here, ())
            else:
                children = self._members({}, here, inner)
                yield FieldNode(
                    path, _shown_name(step), FieldKind.OBJECT, "", children=children, is_joined=True
                )

    def _field(
        self,
        step: Step,
        value: object,
        holder: Mapping[str, object],
        here: _Above,
        joined: tuple[_Placed, ...],
    ) -> FieldNode:
        match value:
            case dict() | list():
                return self._nested(step, value, here, joined)
            case str():
                return self._text(step, value, holder, here)
        return self._node(step, here, scalar_kind(value), show_scalar(value), value)

    def _nested(
        self,
        step: Step,
        value: Json | list[object],
        here: _Above,
        joined: tuple[_Placed, ...],
    ) -> FieldNode:
        kind = FieldKind.OBJECT if isinstance(value, dict) else FieldKind.ARRAY
        if here.depth >= _DEEPEST:
            return self._node(step, here, kind, compact(value, self._limit))
        children = self._children(value, here, joined)
        shown = "" if children else compact(value, self._limit)
        return self._node(step, here, kind, shown, children=children)

    def _children(
        self, value: Json | list[object], here: _Above, joined: tuple[_Placed, ...] = ()
    ) -> tuple[FieldNode, ...]:
        if isinstance(value, dict):
            return self._members(value, here, joined)
        children = []
        for index, each in enumerate(value[:_MOST_CHILDREN]):
            inner = tuple((steps[1:], told) for steps, told in joined if steps[:1] == (index,))
            above = _Above(f"{here.path}[{index}]", here.depth + 1, here.kinds, here.source)
            children.append(self._field(index, each, {}, above, inner))
        if len(value) > _MOST_CHILDREN:
            children.append(_more(here, len(value) - _MOST_CHILDREN))
        return tuple(children)

    def _text(self, step: Step, text: str, holder: Mapping[str, object], here: _Above) -> FieldNode:
        name = str(step)
        if name == "obfuscation":
            shown = f"padding, {len(text)} characters"
            return self._node(step, here, FieldKind.OBFUSCATION, shown, text)
        if (described := self._audio.describe(name, text, holder)) is not None:
            return self._node(step, here, FieldKind.AUDIO, described, text)
        held = json_in(text) if here.depth < _DEEPEST else None
        if held is not None:
            shown = quoted(text, self._limit)
            return self._node(
                step, here, FieldKind.JSON, shown, text, children=self._children(held, here)
            )
        kind, shown = show_text(text, self._limit)
        return self._node(step, here, kind, shown, text)

    def _node(
        self,
        step: Step,
        here: _Above,
        kind: FieldKind,
        shown: str,
        value: object = None,
        *,
        children: tuple[FieldNode, ...] = (),
    ) -> FieldNode:
        source = here.source
        return FieldNode(
            path=here.path,
            name=_shown_name(step),
            kind=kind,
            shown=shown,
            value=value,
            meaning=self._meaning(self._type, here.path, here.kinds) if self._meaning else None,
            children=children,
            is_joined=source is not None,
            source_seq=source.source_seq if source else None,
            note=safe(source.note) if source and source.note else None,
        )


def _more(above: _Above, count: int) -> FieldNode:
    return FieldNode(joined_path(above.path, "…"), "…", FieldKind.MORE, f"and {count:,} more")


def _shown_name(step: Step) -> str:
    return f"[{step}]" if isinstance(step, int) else cut(str(step), _NAME_LIMIT)
