"""Which of the catalogue's fields an object has, given its kind and the session's dialect.

The catalogue keeps the fields of all kinds of an object side by side, `call_id` of a call next to that
of its output: the value's own `type` chooses among them.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from ...recordings.catalogue import BASE_DIALECTS, Field, catalogue
from ...recordings.dialects import Dialect
from ...recordings.event import Json
from ...recordings.plain import text_of

DIALECT_TAGS: Final = frozenset({"beta", "translation"})
"""What stands in `Field.only` for a dialect and not for a kind of object."""


def base_of(dialect: Dialect) -> str:
    """The dialect whose fields are meant: `ga`, `beta` or `translation`."""
    base = BASE_DIALECTS.get(dialect, str(dialect))
    return base if base in DIALECT_TAGS else "ga"


def fields_for(value: Json, fields: Sequence[Field], base: str) -> list[Field]:
    """The fields that an object of the value's kind may have; of all kinds when it does not tell."""
    tags = {tag for field in fields for tag in field.only}
    kind = text_of(value.get("type"))
    if base in tags:
        chosen = {base}
    elif kind in tags - DIALECT_TAGS:
        chosen = {kind}
    else:
        chosen = tags - DIALECT_TAGS
    return [
        field
        for field in fields
        if _is_in(field, base) and (not field.only or not chosen.isdisjoint(field.only))
    ]


def _is_in(field: Field, base: str) -> bool:
    """Azure's Voice Live speaks the beta dialect, with fields of its own."""
    is_voice_live = base == "beta" and "voice-live" in field.dialects
    return not field.dialects or base in field.dialects or is_voice_live


def is_kind_known(value: Json, fields: Sequence[Field]) -> bool:
    """Whether the fields that are required only of some kinds can be asked of this value."""
    tags = {tag for field in fields for tag in field.only} - DIALECT_TAGS
    return not tags or text_of(value.get("type")) in tags


def missing_fields(value: Json, fields: Sequence[Field], base: str) -> Iterator[Field]:
    """The fields that an object must have and has not."""
    is_known = is_kind_known(value, fields) or base in DIALECT_TAGS
    for field in fields_for(value, fields, base):
        if field.is_required and field.name not in value and (is_known or not field.only):
            yield field


def optional_fields(
    value: Json, fields: Sequence[Field], base: str, before: str = ""
) -> Iterator[tuple[str, Field]]:
    """The fields that may be added to an object and to the objects in it, with their paths."""
    for field in fields_for(value, fields, base):
        path = f"{before}{field.name}"
        inner = value.get(field.name)
        if field.name not in value:
            yield path, field
        elif isinstance(inner, dict):
            yield from optional_fields(inner, catalogue().fields_of(field), base, f"{path}.")
