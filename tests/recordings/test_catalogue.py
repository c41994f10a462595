"""The reference of all events."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtap.recordings.catalogue import Catalogue, EventReference, Field, catalogue
from realtap.recordings.event import Side

SHARED_WIRE = Path(__file__).resolve().parents[3] / "shared" / "wire"
"""Real sessions, where the checkout has them beside it."""

FORUM_ANSWER = (
    *("event_id", "type", "previous_item_id", "item", "item.id", "item.object", "item.type"),
    *("item.status", "item.role", "item.content", "item.content[].type", "item.content[].text"),
    *("item.content[].audio", "item.content[].transcript", "item.call_id", "item.name"),
    *("item.arguments", "item.output"),
)
"""What somebody once wrote out by hand, because the reference hid it behind drop-downs."""

PATHS = st.lists(
    st.sampled_from(
        ["item", "session", "response", "content[0]", "output[1]", "name", "*", "", "."]
    )
    | st.text(max_size=8),
    max_size=6,
).map(".".join)


@pytest.fixture
def known() -> Catalogue:
    return catalogue()


def fields_at(known: Catalogue, event_type: str, path: str) -> list[Field]:
    event = known.event(event_type)
    assert event is not None
    return [field for there, field in known.walk(event) if there == path]


@pytest.mark.parametrize("path", FORUM_ANSWER)
def test_every_field_of_the_forum_answer_is_there(known: Catalogue, path: str) -> None:
    assert fields_at(known, "conversation.item.created", path)


def test_every_event_and_every_field_has_a_meaning(known: Catalogue) -> None:
    for event in known.events():
        assert event.summary.endswith(".")
        assert event.family in known.families
        for path, field in known.walk(event):
            assert field.meaning.endswith((".", "!")), f"{event.type} {path}"


def test_families_are_in_reading_order_and_none_is_empty(known: Catalogue) -> None:
    told = list(dict.fromkeys(event.family for event in known.events()))
    assert told == list(known.families)


@pytest.mark.parametrize(
    "path", ["item.content[0].transcript", "item.content[].transcript", "item.content.transcript"]
)
def test_indices_of_a_path_may_be_written_in_any_way(known: Catalogue, path: str) -> None:
    meaning = known.meaning("conversation.item.added", path)
    assert meaning is not None
    assert meaning.startswith("The words of an audio part.")


def test_kind_chooses_between_fields_of_one_name(known: Catalogue) -> None:
    path, answer = "response.output[0].call_id", "The call that this answers."
    assert known.meaning("response.done", path, {"function_call_output"}) == answer
    assert known.meaning("response.done", path, {"function_call"}) != answer
    assert known.meaning("response.done", path) == known.meaning(
        "response.done", path, {"function_call"}
    )


def test_entry_of_a_map_is_explained_under_any_name(known: Catalogue) -> None:
    meaning = known.meaning("response.created", "response.metadata.turn")
    assert meaning is not None
    assert meaning.startswith("One pair")


def test_what_the_catalogue_lacks_has_no_meaning(known: Catalogue) -> None:
    assert known.meaning("response.done", "response.nothing.like.it") is None
    assert known.meaning("response.done", "event_id.below") is None
    assert known.field("no.such.event", "type") is None


def test_common_fields_are_explained_in_unknown_events(known: Catalogue) -> None:
    expected = known.meaning("response.done", "event_id")
    assert expected is not None
    assert known.meaning("response.video.delta", "event_id") == expected


@given(event_type=st.sampled_from([each.type for each in catalogue().events()]), path=PATHS)
def test_no_path_is_too_strange(event_type: str, path: str) -> None:
    meaning = catalogue().meaning(event_type, path)
    assert meaning is None or meaning


def test_search_finds_a_field_by_its_name_first(known: Catalogue) -> None:
    found = list(known.search("call_id"))
    assert (found[0].event, found[0].path) == ("response.function_call_arguments.delta", "call_id")
    assert {"item.call_id", "response.output[].call_id"} <= {each.path for each in found}


def test_search_finds_words_of_the_meaning_in_any_case(known: Catalogue) -> None:
    assert {each.path for each in known.search("g.711 LAWS")} >= {"session.audio.input.format.type"}


def test_search_for_nothing_that_is_there_finds_nothing(known: Catalogue) -> None:
    assert list(known.search("zebra")) == []


@pytest.mark.parametrize(
    ("dialect", "side", "is_there", "is_not"),
    [
        ("ga", "server", "response.output_audio.delta", "response.audio.delta"),
        ("beta", "server", "response.audio.delta", "response.output_audio.delta"),
        ("beta", "client", "transcription_session.update", "session.close"),
        ("translation", "client", "session.close", "response.create"),
        ("transcription", "client", "input_audio_buffer.append", "transcription_session.update"),
        ("xai", "server", "ping", "response.audio.delta"),
        ("voice-live", "client", "input_text.delta", "session.close"),
        ("live", "client", "session.start", "response.create"),
    ],
)
def test_dialect_has_its_own_events(
    known: Catalogue, dialect: str, side: str, is_there: str, is_not: str
) -> None:
    types = known.types(dialect, side)
    assert is_there in types
    assert is_not not in types


def test_unknown_dialect_has_every_event_of_a_side(known: Catalogue) -> None:
    types = known.types("unknown", "server")
    assert {"response.audio.delta", "response.output_audio.delta", "ping"} <= types
    assert "response.create" not in types


def test_counts_are_those_of_the_protocol(known: Catalogue) -> None:
    counts = [
        len(known.types(dialect, side))
        for dialect in ("ga", "beta", "translation")
        for side in (Side.CLIENT, Side.SERVER)
    ]
    assert counts == [11, 46, 12, 44, 3, 7]
    assert len(known.client_types) == len(
        known.types("ga", "client")
        | known.types("beta", "client")
        | known.types("translation", "client")
    )


@pytest.mark.parametrize("event", catalogue().events(), ids=lambda event: event.type)
def test_example_has_only_fields_that_are_explained(event: EventReference) -> None:
    example = json.loads(event.example)
    known = {path for path, _ in catalogue().walk(event)}
    assert example["type"] == event.type
    assert set(example) <= known


def test_template_begins_with_the_type_and_what_is_required(known: Catalogue) -> None:
    template = known.template("conversation.item.truncate")
    assert template is not None
    assert list(template) == ["type", "item_id", "content_index", "audio_end_ms", "event_id"]


def test_template_of_an_item_is_ordered_within(known: Catalogue) -> None:
    template = known.template("conversation.item.create")
    assert template is not None
    assert next(iter(template["item"])) == "type"
    assert template["item"]["output"] == '{"temperature":18}'
    assert known.template("no.such.event") is None


def test_json_of_an_event_writes_every_level_out(known: Catalogue) -> None:
    event = known.event("conversation.item.created")
    assert event is not None
    written = known.as_json(event)
    (item,) = (field for field in written["fields"] if field["name"] == "item")
    (content,) = (field for field in item["fields"] if field["name"] == "content")
    assert "transcript" in [field["name"] for field in content["fields"]]
    assert b"[Object]" not in msgspec.json.encode(written)


def test_names_of_the_dialects_lead_to_each_other(known: Catalogue) -> None:
    for event in known.events():
        for name in event.ga:
            other = known.event(name)
            assert other is not None
            assert event.type in other.beta


def test_data_is_read_only_when_it_is_asked_for() -> None:
    script = "import sys, realtap.recordings.catalogue as c; assert not c.catalogue.cache_info().currsize"
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.skipif(
    not SHARED_WIRE.exists(), reason="the real sessions are not beside the checkout"
)
@pytest.mark.parametrize(
    "server", ["openai-ga", "openai-ga-sideband", "azure-ga", "azure-voice-live"]
)
def test_fields_of_real_sessions_are_explained(known: Catalogue, server: str) -> None:
    unexplained = set()
    for path in sorted((SHARED_WIRE / server).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)["event"]
            unexplained |= {
                (event["type"], there)
                for there in paths_of(event)
                if known.meaning(event["type"], there) is None
                # JSON Schema of the user's functions: their own words.
                and ".parameters." not in there
            }
    assert unexplained == set()


def paths_of(value: object, before: str = "") -> list[str]:
    """The path of every field in an event."""
    found: list[str] = []
    if isinstance(value, dict):
        for name, inner in value.items():
            path = f"{before}.{name}" if before else name
            found += [path, *paths_of(inner, path)]
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += paths_of(inner, f"{before}[{index}]")
    return found
