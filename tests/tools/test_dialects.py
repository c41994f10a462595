"""One event out of what it is in several dialects."""

import pytest

pytest.importorskip("openai", reason="the shapes are those of the openai package")

from tools.dialects import BETA_FROM_REFERENCE, Merged, merged_events
from tools.sdk_models import Shape, sdk_events

MERGED = merged_events(sdk_events())


def field(event: Merged, *names: str, kind: str = "") -> Shape:
    """The field that the names lead to."""
    fields = event.fields
    for name in names[:-1]:
        forms = next(each.forms for each in fields if each.name == name)
        fields = forms.get(kind) or next(iter(forms.values()))
    return next(each for each in fields if each.name == names[-1])


def test_event_lists_the_dialects_that_have_it() -> None:
    assert MERGED["error"].dialects == ["ga", "beta", "translation"]
    assert MERGED["response.audio.delta"].dialects == ["beta"]


def test_field_of_one_dialect_says_so() -> None:
    created = MERGED["response.created"]
    assert field(created, "response", "modalities").dialects == ["beta"]
    assert field(created, "response", "usage").dialects == ["ga", "beta"]


def test_required_is_as_ga_says() -> None:
    item = MERGED["conversation.item.created"]
    assert field(item, "item", "name", kind="function_call").is_required


def test_sessions_of_the_dialects_stand_side_by_side() -> None:
    session = field(MERGED["session.updated"], "session")
    assert list(session.forms) == ["realtime", "transcription", "beta", "translation"]


def test_events_of_the_reference_only_are_marked() -> None:
    marked = {name for name, event in MERGED.items() if event.from_reference}
    assert marked == BETA_FROM_REFERENCE.keys()
    assert field(MERGED["transcription_session.created"], "type").values == [
        "transcription_session.created"
    ]
