"""The tree of an event's fields."""

import base64
import json
from pathlib import Path as FilePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.audio import AudioFormats
from realtap.recordings.catalogue import catalogue
from realtap.recordings.event import Event, Form, Side
from realtap.recordings.fields import FieldNode, field_tree
from realtap.recordings.joins import Joined
from realtap.recordings.paths import Path
from realtap.recordings.values import FieldKind

WIRE = FilePath(__file__).resolve().parents[3] / "shared" / "wire"


def event(fields: object, **more: Any) -> Event:
    name = fields.get("type") if isinstance(fields, dict) else None
    type_ = name if isinstance(name, str) else None
    settings = {"seq": 99, "at": 0.0, "side": Side.SERVER, "type": type_, **more}
    return Event(payload=json.dumps(fields).encode(), **settings)


def by_path(tree: FieldNode) -> dict[str, FieldNode]:
    return {node.path: node for node in tree.walk()}


DONE = {
    "type": "response.output_item.done",
    "event_id": "event_1",
    "item": {
        "type": "function_call",
        "arguments": '{"city": "Paris", "when": {"days": [1, 2]}}',
        "content": [{"type": "output_text", "text": "hello"}],
    },
    "obfuscation": "a1b2",
    "new_field": {"deep": [{"x": None}]},
}


def test_every_nested_level_has_its_path() -> None:
    nodes = by_path(field_tree(event(DONE)))
    assert nodes["item.content[0].text"].shown == '"hello"'
    assert nodes["item.content[0].text"].value == "hello"
    assert nodes["item.content[0]"].name == "[0]"
    assert nodes["new_field.deep[0].x"].kind is FieldKind.NULL


def test_item_comes_first_and_obfuscation_last() -> None:
    names = [child.name for child in field_tree(event(DONE)).children]
    assert names == ["item", "type", "event_id", "new_field", "obfuscation"]


def test_json_in_a_string_lies_below_the_string() -> None:
    nodes = by_path(field_tree(event(DONE)))
    arguments = nodes["item.arguments"]
    assert arguments.kind is FieldKind.JSON
    assert arguments.value == DONE["item"]["arguments"]  # type: ignore[index] # a literal of mixed values
    assert nodes["item.arguments.city"].shown == '"Paris"'
    assert nodes["item.arguments.when.days[1]"].value == 2


def test_arguments_that_are_no_json_are_text() -> None:
    nodes = by_path(field_tree(event({"type": "x", "arguments": '{"city": "Par'})))
    assert nodes["arguments"].kind is FieldKind.STRING
    assert not nodes["arguments"].children


def test_obfuscation_is_folded_away() -> None:
    node = by_path(field_tree(event(DONE)))["obfuscation"]
    assert (node.kind, node.shown) == (FieldKind.OBFUSCATION, "padding, 4 characters")


def test_audio_is_told_in_the_format_in_force() -> None:
    second = base64.b64encode(bytes(8000)).decode()
    delta = {"type": "response.audio.delta", "response_id": "resp_1", "delta": second}
    formats = AudioFormats()
    assert by_path(field_tree(event(delta), formats=formats))["delta"].shown == (
        "audio 0.167 s, pcm16 24 kHz, 8 kB"
    )
    session = {"output_audio_format": "g711_ulaw"}
    formats.observe({"type": "session.updated", "session": session})
    node = by_path(field_tree(event(delta), formats=formats))["delta"]
    assert (node.kind, node.shown) == (FieldKind.AUDIO, "audio 1.00 s, g711 mu-law 8 kHz, 8 kB")


def test_long_text_is_cut_with_its_length() -> None:
    node = by_path(field_tree(event({"type": "x", "text": "word " * 100}), text_limit=20))["text"]
    assert node.kind is FieldKind.LONG_TEXT
    assert node.shown.endswith("500 characters")
    assert node.value == "word " * 100


def test_empty_objects_and_arrays_are_told() -> None:
    nodes = by_path(field_tree(event({"type": "x", "tools": [], "metadata": {}})))
    assert (nodes["tools"].shown, nodes["metadata"].shown) == ("[]", "{}")


def test_joined_fields_stand_among_the_events_own() -> None:
    delta = {"type": "response.function_call_arguments.delta", "response": {"id": "resp_1"}}
    joined = [
        Joined("call.name", "get_weather", 12),
        Joined("call.arguments", '{"city": "Paris"}', 13),
        Joined("response.cause", "vad", 4, "guess: it came right after"),
        Joined("answers", "response.create", 3),
    ]
    nodes = by_path(field_tree(event(delta), joined=joined))
    name = nodes["call.name"]
    assert (name.shown, name.is_joined, name.source_seq) == ('"get_weather"', True, 12)
    assert nodes["call.arguments.city"].is_joined
    assert nodes["call"].is_joined
    assert nodes["response.cause"].note == "guess: it came right after"
    assert not nodes["response"].is_joined
    assert not nodes["response.id"].is_joined
    assert nodes["answers"].source_seq == 3


def test_joined_field_finds_its_place_in_an_array() -> None:
    create = {"type": "response.create", "response": {"input": [{}, {"call_id": "call_1"}]}}
    joined = [Joined("response.input[1].call.name", "add", 5)]
    nodes = by_path(field_tree(event(create), joined=joined))
    assert nodes["response.input[1].call.name"].is_joined
    assert [child.name for child in nodes["response.input[1]"].children] == ["call_id", "call"]


def test_what_the_event_tells_itself_is_not_joined() -> None:
    joined = [Joined("call.name", "add", 1), Joined("response.cause", "vad", 2)]
    assert "call" not in by_path(field_tree(event({"type": "x"}, seq=1), joined=joined))


def test_joined_field_never_covers_what_the_event_says() -> None:
    nodes = by_path(
        field_tree(event({"type": "x", "call": 5}), joined=[Joined("call.name", "add", 1)])
    )
    assert nodes["call"].value == 5


def test_meaning_comes_from_the_reference() -> None:
    nodes = by_path(field_tree(event(DONE), meaning=catalogue().meaning))
    assert nodes["item.content[0].text"].meaning
    assert nodes["new_field"].meaning is None


def test_meaning_is_asked_with_the_types_on_the_way() -> None:
    asked = {}

    def meaning(event_type: str, path: str, kinds: object) -> str:
        asked[path] = kinds
        return event_type

    field_tree(event(DONE), meaning=meaning)
    assert asked["item.content[0].text"] == ("function_call", "output_text")
    assert asked["event_id"] == ()


def test_long_array_is_listed_to_a_thousand() -> None:
    numbers = by_path(field_tree(event({"type": "x", "n": list(range(5000))})))["n"]
    assert len(numbers.children) == 1001
    assert numbers.children[-1].shown == "and 4,000 more"
    wide = field_tree(event({f"k{number}": number for number in range(1500)}))
    assert wide.children[-1].shown == "and 500 more"


def test_deep_nesting_ends_on_one_line() -> None:
    deep: object = "end"
    for _ in range(200):
        deep = {"a": [deep]}
    tree = field_tree(event({"type": "x", "deep": deep}))
    deepest = list(tree.walk())[-1]
    assert deepest.shown.startswith(("{", "["))
    assert not deepest.children


@pytest.mark.parametrize(
    ("each", "shown"),
    [
        (Event(1, 0.0, Side.CLIENT, None, b"hi\x1b", form=Form.TEXT), '"hi\\x1b"'),
        (Event(1, 0.0, Side.CLIENT, None, b"\x00\x01", form=Form.BINARY), "binary 2 B"),
        (
            Event(1, 0.0, Side.CLIENT, None, b"", form=Form.DIGEST, size=10, sha256="ab"),
            "10 B, sha256 ab",
        ),
        (Event(1, 0.0, Side.CLIENT, None, b"5"), '"5"'),
        (Event(1, 0.0, Side.CLIENT, None, b"not json"), '"not json"'),
    ],
)
def test_message_that_is_no_event_is_told_on_one_line(each: Event, shown: str) -> None:
    tree = field_tree(each)
    assert (tree.shown, tree.children) == (shown, ())


def test_array_that_is_a_message_has_elements() -> None:
    assert [child.path for child in field_tree(event([1, {"a": 2}])).children] == ["[0]", "[1]"]


# Whatever comes.

NAMES = st.sampled_from(
    ["type", "item", "response", "audio", "delta", "arguments", "output", "content", "obfuscation"]
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=5)
        | inner.map(json.dumps)
    ),
    max_leaves=30,
)
JOINED = st.builds(
    Joined,
    path=st.sampled_from(["call.name", "call", "item.role", "answers", "response.input[0].call"]),
    value=JUNK,
    source_seq=st.none() | st.integers(),
)


@given(st.dictionaries(NAMES | st.text(max_size=5), JUNK, max_size=6) | JUNK, st.lists(JOINED))
def test_any_junk_becomes_a_tree_without_control_characters(
    fields: object, joined: list[Joined]
) -> None:
    try:
        payload = json.dumps(fields, allow_nan=False).encode()
    except ValueError:
        payload = b"{}"
    type_ = fields.get("type") if isinstance(fields, dict) else None
    name = type_ if isinstance(type_, str) else None
    tree = field_tree(
        Event(1, 0.0, Side.SERVER, name, payload), joined=joined, meaning=catalogue().meaning
    )
    for node in tree.walk():
        assert node.shown.isprintable()
        assert node.name.isprintable()
        assert "[object" not in node.shown.lower() or "[object" in payload.decode().lower()


@pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded sessions are not beside this checkout")
@pytest.mark.parametrize("path", sorted(WIRE.rglob("*.jsonl")), ids=lambda path: path.stem)
def test_every_scalar_of_a_real_event_is_a_leaf_at_its_path(path: FilePath) -> None:
    for line in path.read_text().splitlines():
        fields = json.loads(line)["event"]
        nodes = by_path(field_tree(event(fields)))
        for where, value in _leaves(fields, ""):
            assert nodes[where].value == value
            assert Path.parse(where).values(fields) == [value]


def _leaves(value: object, path: str) -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [
            leaf
            for name, each in value.items()
            for leaf in _leaves(each, f"{path}.{name}" if path else name)
        ]
    if isinstance(value, list):
        return [
            leaf for index, each in enumerate(value) for leaf in _leaves(each, f"{path}[{index}]")
        ]
    return [(path, value)]
