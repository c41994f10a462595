"""The catalogue that ships is what the installed package and our words make."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("openai", reason="the catalogue is made from the types of the openai package")

from pydantic import TypeAdapter

from realtap.recordings.catalogue import EventReference, catalogue
from tools.dialects import BETA_FROM_REFERENCE
from tools.make_catalogue import CATALOGUE, build, difference
from tools.overlay import Overlay
from tools.sdk_models import SDK_VERSION, UNIONS

SHIPPED_VERSION = catalogue().made_from.removeprefix("openai ")
EVENTS = catalogue().events()


@pytest.mark.skipif(
    SDK_VERSION.partition(".")[0] != SHIPPED_VERSION.partition(".")[0],
    reason=f"openai {SDK_VERSION} is another major version than that of the catalogue",
)
def test_catalogue_has_not_drifted_from_the_installed_package() -> None:
    made = build().replace(f"openai {SDK_VERSION}", f"openai {SHIPPED_VERSION}", 1)
    assert difference(CATALOGUE.read_text(encoding="utf-8"), made) == ""


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_example_is_an_event_that_the_package_reads(event: EventReference) -> None:
    for dialect in event.dialects:
        if dialect == "beta" and event.type in BETA_FROM_REFERENCE:
            continue
        if dialect != event.dialects[0] and event.type.startswith("session."):
            continue  # The session's shape is the dialect's own.
        TypeAdapter(UNIONS[dialect, event.side]).validate_json(event.example)


def test_field_without_a_meaning_stops_the_making(monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = Overlay.load()
    overlay.fields.rows.pop("previous_item_id")
    monkeypatch.setattr(Overlay, "load", lambda: overlay)
    with pytest.raises(SystemExit, match=r"conversation\.item\.added: previous_item_id"):
        build()


def test_meaning_without_a_field_stops_the_making(monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = Overlay.load()
    overlay.fields.unused.add("session.gone")
    monkeypatch.setattr(Overlay, "load", lambda: overlay)
    with pytest.raises(SystemExit, match=r"fields: session\.gone"):
        build()


def test_event_without_words_stops_the_making(monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = Overlay.load()
    del overlay.events["error"]
    monkeypatch.setattr(Overlay, "load", lambda: overlay)
    with pytest.raises(SystemExit, match="not in both: error"):
        build()


def test_field_without_fields_is_one_line_of_the_file() -> None:
    lines = CATALOGUE.read_text(encoding="utf-8").splitlines()
    told = [json.loads(line.strip().rstrip(",")) for line in lines if '"threshold"' in line]
    assert {field["name"] for field in told} == {"threshold"}
    assert all(field["types"] == ["number"] for field in told)


def test_check_says_nothing_when_nothing_would_change() -> None:
    if SDK_VERSION != SHIPPED_VERSION:
        pytest.skip(f"made from openai {SHIPPED_VERSION}, installed is {SDK_VERSION}")
    checked = subprocess.run(
        [sys.executable, "-m", "tools.make_catalogue", "--check"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_difference_names_the_line_that_changed() -> None:
    assert '+"b"' in difference('"a"\n', '"b"\n')
