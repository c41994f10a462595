"""Shapes from pydantic models."""

from typing import Any, Literal

import pytest

pytest.importorskip("openai", reason="the shapes are those of the openai package")

from pydantic import BaseModel

from tools.sdk_models import ONE_FORM, Shape, fields_of, models_of, sdk_events, type_of


class Text(BaseModel):
    text: str
    type: Literal["text"]


class Sound(BaseModel):
    audio: str
    seconds: float | None = None
    type: Literal["sound"]


class Everything(BaseModel):
    id: str
    part: Text | Sound
    parts: list[Text] | None = None
    limit: int | Literal["inf"] | None = None
    voice: str | Literal["alloy"] | None = None  # noqa: PYI051 -- as the package writes it
    names: dict[str, str] | None = None
    schema_: object | None = None


def shape(name: str) -> Shape:
    return next(each for each in fields_of(Everything) if each.name == name)


def test_required_is_what_has_no_default() -> None:
    assert [each.name for each in fields_of(Everything) if each.is_required] == ["id", "part"]


def test_union_of_objects_has_a_form_for_each_type() -> None:
    forms = shape("part").forms
    assert {kind: [each.name for each in fields] for kind, fields in forms.items()} == {
        "text": ["text", "type"],
        "sound": ["audio", "seconds", "type"],
    }


def test_object_that_is_alone_has_one_form() -> None:
    assert shape("parts").types == ["object[]"]
    assert list(shape("parts").forms) == [ONE_FORM]


def test_number_or_a_word() -> None:
    limit = shape("limit")
    assert (limit.types, limit.values, limit.has_other_values) == (
        ["integer", "string"],
        ["inf"],
        False,
    )


def test_words_beside_any_string_are_examples() -> None:
    voice = shape("voice")
    assert (voice.types, voice.values, voice.has_other_values) == (["string"], ["alloy"], True)


def test_map_has_one_field_for_every_name() -> None:
    assert [each.name for each in shape("names").forms[ONE_FORM]] == ["*"]


def test_value_without_a_type_may_be_anything() -> None:
    assert shape("schema_").types == ["any"]


def test_objects_that_cannot_be_told_apart_are_refused() -> None:
    class Other(BaseModel):
        name: str

    class Ambiguous(BaseModel):
        part: Text | Other

    with pytest.raises(ValueError, match="Other is one of several"):
        fields_of(Ambiguous)


def test_messages_of_all_roles_are_one_form() -> None:
    (item,) = (
        each
        for event in sdk_events()
        if (event.type, event.dialect) == ("conversation.item.created", "ga")
        for each in event.fields
        if each.name == "item"
    )
    (role,) = (each for each in item.forms["message"] if each.name == "role")
    assert role.values == ["system", "user", "assistant"]


def test_flat_item_of_the_beta_has_the_forms_of_its_types() -> None:
    (item,) = (
        each
        for event in sdk_events()
        if (event.type, event.dialect) == ("conversation.item.created", "beta")
        for each in event.fields
        if each.name == "item"
    )
    assert [each.name for each in item.forms["function_call_output"] if each.name != "type"] == [
        *("id", "call_id", "object", "output", "status"),
    ]


def test_type_is_known_only_when_it_has_one_value() -> None:
    class Two(BaseModel):
        type: Literal["a", "b"]

    assert (type_of(Text), type_of(Two), type_of(Everything)) == ("text", "", "")


def test_models_of_a_union_leave_out_what_is_no_model() -> None:
    union: Any = Text | str | None
    assert models_of(union) == [Text]
