"""Makes `recordings/catalogue.json`, the reference of every event with every nested field.

The shapes come from the types of the installed `openai` package, the words from `fields.toml` and
`events.toml` beside this file. Run it after changing those or after a new release of the package:

    .venv/bin/python -m tools.make_catalogue           # writes the file
    .venv/bin/python -m tools.make_catalogue --check   # says what would change, and changes nothing

It fails with a list when a field has no meaning, and when a meaning has no field.
"""

import difflib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.dialects import DIALECTS, SEPARATE, Merged, merged_events
from tools.overlay import Overlay, Place
from tools.sdk_models import ONE_FORM, SDK_VERSION, Shape, sdk_events

CATALOGUE = Path(__file__).parents[1] / "recordings" / "catalogue.json"

FIRST = (
    *("event_id", "type", "id", "object", "status", "role", "previous_item_id", "response_id"),
    *("item_id", "output_index", "content_index", "call_id", "server_label", "name", "arguments"),
    *("input", "output", "approval_request_id", "approve", "reason", "error"),
    *("model", "instructions", "output_modalities", "modalities", "text", "audio", "transcript"),
    *("image_url", "detail", "voice", "tools", "tool_choice", "code", "message"),
    *("total_tokens", "input_tokens", "input_token_details", "output_tokens"),
    *("output_token_details", "text_tokens", "audio_tokens", "image_tokens"),
)
"""Fields that lead their object, in this order; the others keep the order of the package."""

KINDS = ("function_call", "function_call_output", "message", "mcp_list_tools", "mcp_call")
"""Kinds of items that come first: the function's name is what people look for."""

NO_FORM: dict[str, list[Shape]] = {ONE_FORM: []}
"""Of a field that the models have as no object, though some server may send one."""

type Json = dict[str, Any]


class Maker:
    """Turns the merged shapes into the catalogue's entries."""

    def __init__(self, overlay: Overlay) -> None:
        self._overlay = overlay
        self.nameless: list[str] = []
        """Fields without a meaning."""

    def event(self, event: Merged) -> Json:
        """One event: the hand-written part, then its fields."""
        told = self._overlay.events[event.type]
        place = Place(event.type, event.side)
        entry: Json = {"type": event.type, "side": event.side, "family": told["family"]}
        entry["dialects"] = event.dialects
        for name in ("ga", "beta", "transport"):
            if name in told:
                entry[name] = told[name]
        if event.from_reference:
            entry["unmodelled"] = event.from_reference
        entry["summary"] = told["summary"]
        for name in ("notes", "joins"):
            if name in told:
                entry[name] = told[name]
        entry["example"] = told["example"]
        entry["fields"] = self._fields(event.fields, place, event.dialects)
        return entry

    def _fields(self, shapes: list[Shape], place: Place, dialects: list[str]) -> list[Json]:
        made = {shape.name: self._field(shape, place, dialects) for shape in shapes}
        for row in self._overlay.wire_fields(place):
            if row["name"] in made:
                # Modelled in one dialect, and on the wire in others too.
                made[row["name"]].pop("dialects", None)
            else:
                made[row["name"]] = self._wire_field(row, place, dialects)
        return sorted(made.values(), key=_lead)

    def _field(self, shape: Shape, place: Place, dialects: list[str]) -> Json:
        field: Json = {"name": shape.name, "types": shape.types}
        if shape.values:
            field["values"] = shape.values
        if shape.has_other_values:
            field["open"] = True
        if shape.is_required:
            field["required"] = True
        if shape.dialects != dialects:
            field["dialects"] = shape.dialects
        self._explain(field, place)
        for dialect, other in (("ga", "beta"), ("beta", "ga")):
            # It has no other name in a dialect that has this one.
            if dialect in shape.dialects or other not in shape.dialects:
                field.pop(dialect, None)
        if fields := self._forms(shape, place):
            field["fields"] = fields
            if "object" not in " ".join(shape.types):
                field["types"] = [*shape.types, "object"]
        return field

    def _explain(self, field: Json, place: Place) -> None:
        entry = self._overlay.entry(place, field["name"])
        if entry is None:
            path = [f"{name}({kind})" if kind else name for name, kind in place.steps]
            self.nameless.append(f"{place.event}: {'.'.join([*path, field['name']])}")
            return
        field["meaning"] = entry.meaning
        for name in ("joins", "beta", "ga"):
            if said := getattr(entry, name):
                field[name] = said

    def _wire_field(self, row: Json, place: Place, dialects: list[str]) -> Json:
        """A field that the models lack."""
        field: Json = {"name": row["name"], "types": row["types"], "wire": True}
        if "values" in row:
            field["values"] = row["values"]
        if row.get("dialects", dialects) != dialects:
            field["dialects"] = row["dialects"]
        self._explain(field, place)
        inside = place.below(row["name"], "")
        if fields := self._fields([], inside, row.get("dialects", dialects)):
            field["fields"] = fields
        return field

    def _forms(self, shape: Shape, place: Place) -> list[Json]:
        """The fields of all forms; one that not every form has says which have it."""
        forms = {
            kind: self._fields(shapes, place.below(shape.name, kind), shape.dialects)
            for kind, shapes in sorted(
                (shape.forms or NO_FORM).items(), key=lambda form: _kind_rank(form[0])
            )
        }
        if len(forms) < 2:
            return next(iter(forms.values()), [])
        if shape.name in SEPARATE:
            # Its kinds are of one dialect each; what is left to say is which server adds a field.
            for fields in forms.values():
                for field in fields:
                    if set(field.get("dialects", ())).issubset(DIALECTS):
                        field.pop("dialects", None)
        names = dict.fromkeys(field["name"] for fields in forms.values() for field in fields)
        merged = [field for name in names for field in _one_name(name, forms)]
        return sorted(merged, key=_lead)


def _one_name(name: str, forms: dict[str, list[Json]]) -> Iterator[Json]:
    """The field of a name in all forms: once, or once for each thing that it means."""
    alike: dict[str, list[tuple[str, Json]]] = {}
    for kind, fields in forms.items():
        for field in fields:
            if field["name"] == name:
                alike.setdefault(_sense(field), []).append((kind, field))
    for group in alike.values():
        kinds = [kind for kind, _ in group]
        first = dict(group[0][1])
        if name == "type":
            first["values"] = list(dict.fromkeys(v for _, each in group for v in each["values"]))
        if not all(each.get("required") for _, each in group):
            first.pop("required", None)
        dialects = [each.get("dialects", []) for _, each in group]
        first.pop("dialects", None)
        if all(dialects):
            first["dialects"] = list(dict.fromkeys(name for names in dialects for name in names))
        if len(kinds) < len(forms):
            first["only"] = kinds
        yield first


def _sense(field: Json) -> str:
    """What must be equal for two fields of a name to be told as one."""
    skipped = {"required", "dialects"} | ({"values"} if field["name"] == "type" else set())
    return json.dumps({name: value for name, value in field.items() if name not in skipped})


def _kind_rank(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def _lead(field: Json) -> int:
    name = field["name"]
    return FIRST.index(name) if name in FIRST else len(FIRST)


# What is told more than once is written once.


def shared(events: list[Json]) -> dict[str, list[Json]]:
    """Take the objects that are in several places out of the events, and name them."""
    times: Counter[str] = Counter()
    for event in events:
        _count(event["fields"], times)
    names: dict[str, str] = {}
    objects: dict[str, list[Json]] = {}
    for event in events:
        _share(event["fields"], times, names, objects)
    return dict(sorted(objects.items()))


def _count(fields: list[Json], times: Counter[str]) -> None:
    for field in fields:
        if inner := field.get("fields"):
            written = json.dumps(inner)
            times[written] += 1
            if times[written] == 1:
                _count(inner, times)


def _share(
    fields: list[Json], times: Counter[str], names: dict[str, str], objects: dict[str, list[Json]]
) -> None:
    for field in fields:
        inner = field.get("fields")
        if not inner:
            continue
        written = json.dumps(inner)
        if written not in names and times[written] > 1:
            names[written] = _free_name(field["name"], objects)
            objects[names[written]] = inner
            _share(inner, times, names, objects)
        elif times[written] == 1:
            _share(inner, times, names, objects)
        if written in names:
            del field["fields"]
            field["object"] = names[written]


def _free_name(name: str, taken: dict[str, list[Json]]) -> str:
    number = 1
    while (free := f"{name}-{number}" if number > 1 else name) in taken:
        number += 1
    return free


# The file.


def build() -> str:
    """The text of the catalogue.

    Raises:
        SystemExit: the words and the types do not fit together.
    """
    overlay = Overlay.load()
    merged = merged_events(sdk_events())
    if strange := sorted(merged.keys() ^ overlay.events.keys()):
        sys.exit(f"in the package or in events.toml, not in both: {', '.join(strange)}")
    maker = Maker(overlay)
    families = list(overlay.families)
    events = sorted(
        (maker.event(merged[name]) for name in overlay.events),
        key=lambda event: (families.index(event["family"]), event["side"]),
    )
    if maker.nameless:
        sys.exit("no meaning in fields.toml for:\n  " + "\n  ".join(sorted(set(maker.nameless))))
    if unused := overlay.unused():
        sys.exit("no field has the meaning of:\n  " + "\n  ".join(unused))
    document: Json = {"made_from": f"openai {SDK_VERSION}", "families": overlay.families}
    document["servers"] = overlay.servers
    document["common"] = {
        key.removeprefix("^"): entry.meaning
        for rows in overlay.fields.rows.values()
        for parsed, key, entry in rows
        if parsed.is_whole
    }
    document["objects"] = shared(events)
    document["events"] = events
    return "".join(_written(document, depth=0)) + "\n"


def _written(value: Any, depth: int) -> Iterator[str]:
    """JSON with one field, event or word a line, so that a change is a line of a diff."""
    if depth > 1 and not _holds_objects(value):
        yield json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    parts = value.items() if isinstance(value, dict) else ((None, each) for each in value)
    margin = "\n" + " " * depth
    yield opening
    for index, (name, each) in enumerate(parts):
        yield ("," if index else "") + margin + " "
        if name is not None:
            yield f"{json.dumps(name)}:"
        if isinstance(each, dict | list):
            yield from _written(each, depth + 1)
        else:
            yield json.dumps(each, ensure_ascii=False)
    yield margin + closing


def _holds_objects(value: Any) -> bool:
    """An object with fields, or an array of objects, is several lines."""
    parts = value.values() if isinstance(value, dict) else value
    return any(
        isinstance(each, dict) or (isinstance(each, list) and _holds_objects(each))
        for each in parts
    )


def difference(written: str, made: str) -> str:
    """What the file would have to change, as a diff; empty when nothing."""
    lines = difflib.unified_diff(
        written.splitlines(), made.splitlines(), "catalogue.json", "made now", lineterm="", n=1
    )
    return "\n".join(lines)


def main() -> None:
    """Write the file, or compare it."""
    made = build()
    if sys.argv[1:] == ["--check"]:
        changes = difference(CATALOGUE.read_text(encoding="utf-8"), made)
        if changes:
            sys.exit(changes)
    else:
        CATALOGUE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
