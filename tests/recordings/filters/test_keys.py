"""The keys, and the page that explains them."""

import re
from pathlib import Path

import pytest

from realtap.recordings.filters import FilterError, parse_filter
from realtap.recordings.filters.keys import JOINED_FIELDS, KEYS, Key, Kind

PAGE = Path(__file__).resolve().parents[3] / "docs" / "filters.md"


@pytest.mark.parametrize("key", KEYS.values(), ids=lambda key: key.name)
def test_example_of_a_key_can_be_read(key: Key) -> None:
    assert parse_filter(key.example).text == key.example


@pytest.mark.parametrize("key", [key for key in KEYS.values() if key.kind is Kind.CHOICE])
def test_every_choice_can_be_read(key: Key) -> None:
    for value, meaning in key.choices:
        assert parse_filter(f"{key.name}:{value}").text
        assert meaning


def test_the_page_tells_every_key_and_every_joined_field() -> None:
    page = PAGE.read_text()
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)[: len(KEYS)] == list(KEYS)
    assert all(f"`{path}`" in page for path in JOINED_FIELDS)


def test_every_filter_on_the_page_can_be_read() -> None:
    page = PAGE.read_text()
    shown = re.findall(r"--where '([^']+)'", page)
    for line in page.splitlines():
        cells = line.split("|")
        if line.startswith("| `") and re.search(r"[:=~<>]|OR", cells[1]):
            shown += re.findall(r"`([^`]+)`", cells[1])
        shown += re.findall(r"`([^`]+)`", cells[3]) if len(cells) == 5 and "`" in cells[3] else []
    filters = [text for text in shown if re.search(r"[:=~<>]", text)]
    assert len(filters) > 25
    for text in filters:
        assert parse_filter(text).text == text


def test_the_error_on_the_page_is_the_real_one() -> None:
    (shown,) = re.findall(r"^```\nrealtap: (.*?)```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    with pytest.raises(FilterError) as caught:
        parse_filter(shown.splitlines()[1].strip())
    assert str(caught.value) == shown.rstrip("\n")
