"""Which fields an object has."""

import pytest

from realtap.proxy.injection.shapes import base_of, fields_for, missing_fields, optional_fields
from realtap.recordings.catalogue import Field, catalogue
from realtap.recordings.dialects import Dialect
from realtap.recordings.event import Json


def fields_at(event_type: str, path: str) -> tuple[Field, ...]:
    field = catalogue().field(event_type, path)
    assert field is not None
    return catalogue().fields_of(field)


ITEM_FIELDS = fields_at("conversation.item.create", "item")
SESSION_FIELDS = fields_at("session.update", "session")


@pytest.mark.parametrize(
    ("dialect", "base"),
    [
        (Dialect.GA, "ga"),
        (Dialect.XAI, "ga"),
        (Dialect.TRANSCRIPTION, "ga"),
        (Dialect.UNKNOWN, "ga"),
        (Dialect.BETA, "beta"),
        (Dialect.TRANSLATION, "translation"),
    ],
)
def test_each_dialect_has_the_fields_of_its_base(dialect: Dialect, base: str) -> None:
    assert base_of(dialect) == base


def names(value: Json, base: str = "ga") -> set[str]:
    return {field.name for field in fields_for(value, ITEM_FIELDS, base)}


def test_the_type_of_an_item_chooses_its_fields() -> None:
    assert {"call_id", "output"} <= names({"type": "function_call_output"})
    assert "role" not in names({"type": "function_call_output"})
    assert {"role", "content"} <= names({"type": "message"})


def test_item_that_does_not_tell_its_type_may_have_all_fields() -> None:
    assert {"call_id", "output", "role", "content"} <= names({})


def test_only_the_type_is_asked_of_an_item_that_does_not_tell_it() -> None:
    assert [field.name for field in missing_fields({}, ITEM_FIELDS, "ga")] == ["type"]


def test_what_a_kind_needs_is_missing() -> None:
    missing = missing_fields({"type": "function_call_output"}, ITEM_FIELDS, "ga")
    assert {field.name for field in missing} == {"call_id", "output"}


def test_flat_fields_are_the_betas() -> None:
    ga = {field.name for field in fields_for({"type": "realtime"}, SESSION_FIELDS, "ga")}
    beta = {field.name for field in fields_for({}, SESSION_FIELDS, "beta")}
    assert "audio" in ga - beta
    assert {"voice", "modalities"} <= beta - ga


def test_optional_fields_are_told_with_their_paths() -> None:
    reference = catalogue().event("response.create")
    assert reference is not None
    event = {"type": "response.create", "response": {"conversation": "none"}}
    paths = [path for path, _ in optional_fields(event, reference.fields, "ga")]
    assert {"event_id", "response.instructions", "response.metadata"} <= set(paths)
    assert "response.conversation" not in paths
